import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import type { HubSource } from '../../src/model/source.ts';
import type { Survey } from '../../src/model/survey.ts';
import { useSession } from '../explore/state/hooks.ts';
import { describeError, isCancelled } from '../ui/describe-error.ts';

export interface Surveyed {
  readonly survey?: Survey;
  readonly error?: string;
  /** Asks once more. */
  readonly again: () => void;
}

/** What a repository offers; asked again when the source or the device changes. */
export function useSurvey(source: HubSource): Surveyed {
  const { client, stores } = useSession();
  const device = useStore(stores.model, (state) => state.device);
  const [found, setFound] = useState<{ readonly survey?: Survey; readonly error?: string }>({});
  const [turn, setTurn] = useState(0);
  const key = JSON.stringify([source, device, turn]);
  useEffect(() => {
    const [wanted, on] = JSON.parse(key) as [HubSource, typeof device, number];
    const stop = new AbortController();
    setFound({});
    client.call('survey', { source: wanted, device: on }, { signal: stop.signal }).then(
      (survey) => stop.signal.aborted || setFound({ survey }),
      (error: unknown) =>
        stop.signal.aborted || isCancelled(error) || setFound({ error: describeError(error) }),
    );
    return () => stop.abort();
  }, [client, key]);
  return { ...found, again: () => setTurn(turn + 1) };
}
