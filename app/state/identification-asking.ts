import type { StoreApi } from 'zustand/vanilla';
import type { RunProgress } from '../../src/identify/run.ts';
import { newRunKey } from '../../src/identify/run-key.ts';
import type { IdentifyIn } from '../../src/protocol/messages.ts';
import { describeError, isCancelled } from './describe-error.ts';
import type { IdentificationNeeds, IdentificationState } from './identification.ts';
import type { GrowingRecords } from './run-records.ts';

interface Needs extends IdentificationNeeds {
  readonly store: StoreApi<IdentificationState>;
  readonly records: GrowingRecords;
  /** An answer has come that can be learnt from. */
  readonly onAnswer: () => void;
  /** The run has come to rest: paused, done or failed. */
  readonly onRest: () => void;
}

export interface Asking {
  /** Why the model cannot be asked now; undefined where it can. */
  notReady(): string | undefined;
  /** Starts a new run as the open one. */
  start(start: NonNullable<IdentifyIn['start']>): Promise<void>;
  pause(): void;
  resume(): Promise<void>;
  /** Ends the engine's work; the state is the caller's. */
  stop(): void;
}

/** Asks the open run's questions with the engine; goes on by itself behind the explorer's answers. */
export function createAsking({
  engine,
  study,
  stores,
  schedule,
  store,
  records,
  onAnswer,
  onRest,
}: Needs): Asking {
  const { getState, setState } = store;
  let current: AbortController | undefined;
  /** Of a run that the engine has not begun to keep. */
  let unbegun: IdentifyIn['start'];
  let newest: RunProgress | undefined;

  function notReady(): string | undefined {
    return stores.model.getState().status === 'ready'
      ? undefined
      : 'The model is not ready; load it, then go on.';
  }

  /** Why the open run cannot go on now; undefined where it can. */
  function obstacle(): string | undefined {
    const { model } = stores.model.getState();
    const { manifest } = getState();
    if (notReady()) return notReady();
    if (model && manifest && manifest.model.fingerprint !== model.fingerprint)
      return `This run is asked of ${manifest.model.name}, and ${model.name} or other weights are loaded; load that model to go on.`;
    return undefined;
  }

  /** Resolves once the explorer neither answers nor loads a model, or the signal fires. */
  function explorerRests(signal: AbortSignal): Promise<void> {
    const rests = () =>
      signal.aborted ||
      (stores.run.getState().status !== 'running' && stores.model.getState().status !== 'loading');
    if (rests()) return Promise.resolve();
    return new Promise((resolve) => {
      const check = () => {
        if (!rests()) return;
        for (const leave of leaves) leave();
        signal.removeEventListener('abort', check);
        resolve();
      };
      const leaves = [stores.run.subscribe(check), stores.model.subscribe(check)];
      signal.addEventListener('abort', check);
    });
  }

  /** Reads what the store holds and the page does not: manifest, and records of another tab. */
  async function readKept(run: string): Promise<void> {
    const read = await study.call('records', { run }).catch(() => undefined);
    if (!read || getState().run !== run) return;
    records.put(read.records);
    setState({ manifest: read.summary.manifest });
  }

  function onProgress(run: string, progress: RunProgress): void {
    if (getState().run !== run) return;
    unbegun = undefined;
    const { latest, done } = progress;
    if (latest) {
      records.add(latest);
      if (latest.row !== undefined) onAnswer();
    } else if (!getState().manifest || records.count() !== done) void readKept(run);
    const waits = newest !== undefined;
    newest = progress;
    if (waits) return;
    schedule(() => {
      if (newest && getState().run === run) {
        const { latest: _, ...figures } = newest;
        setState({ progress: figures });
      }
      newest = undefined;
    });
  }

  function rest(own: AbortController, change: Partial<IdentificationState>): void {
    if (current !== own) return;
    current = undefined;
    setState(change);
    onRest();
  }

  async function ask(run: string, own: AbortController): Promise<void> {
    const why = obstacle();
    if (why) {
      rest(own, { status: 'paused', error: why });
      return;
    }
    setState({ status: 'running', error: undefined });
    try {
      const input = { run, start: unbegun };
      await engine.call('identify', input, {
        signal: own.signal,
        onEvent: (progress) => onProgress(run, progress),
      });
      rest(own, { status: 'done' });
    } catch (error) {
      if (current !== own) return;
      if (!isCancelled(error)) {
        rest(own, { status: 'failed', error: describeError(error) });
        return;
      }
      setState({ status: 'waiting' });
      await explorerRests(own.signal);
      if (current === own) await ask(run, own);
    }
  }

  function stop(): void {
    current?.abort();
    current = undefined;
  }

  async function begin(run: string): Promise<void> {
    stop();
    const own = new AbortController();
    current = own;
    await ask(run, own);
  }

  return {
    notReady,
    async start(start) {
      const run = newRunKey();
      unbegun = start;
      setState({ run });
      await begin(run);
    },
    pause() {
      if (!current) return;
      stop();
      setState({ status: 'paused' });
      onRest();
    },
    async resume() {
      const { run, status } = getState();
      if (run !== undefined && (status === 'paused' || status === 'failed')) await begin(run);
    },
    stop,
  };
}
