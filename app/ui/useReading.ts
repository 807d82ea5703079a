import { useEffect, useRef, useState } from 'react';
import type { Progress } from '../../src/lib/bytes/progress.ts';
import type { ReadingOptions } from '../studies/read-file.ts';
import { describeError } from './describe-error.ts';

/** How far a reading is; `start` until its first report comes. */
type ReadingProgress = Progress | 'start';

export interface Reading {
  /** Undefined while nothing is read. */
  readonly progress: ReadingProgress | undefined;
  /** What was wrong with the last one, in a sentence. */
  readonly error: string | undefined;
  /** Says what is wrong, or takes it back. */
  say(error: string | undefined): void;
  /**
   * Reads; a newer reading takes the place of an older one, and one that is stopped gives nothing.
   * @returns undefined where it was stopped or refused
   */
  read<T>(work: (options: Required<ReadingOptions>) => Promise<T>): Promise<T | undefined>;
  stop(): void;
}

/** A reading that shows how far it is and can be stopped. It is ended with the part of the page that began it. */
export function useReading(): Reading {
  const [error, say] = useState<string>();
  const [progress, setProgress] = useState<ReadingProgress>();
  const abort = useRef<AbortController>(undefined);
  useEffect(() => () => abort.current?.abort(), []);
  return {
    progress,
    error,
    say,
    async read(work) {
      abort.current?.abort();
      const own = new AbortController();
      abort.current = own;
      say(undefined);
      setProgress('start');
      try {
        const result = await work({
          signal: own.signal,
          onProgress: (next) => {
            if (!own.signal.aborted) setProgress(next);
          },
        });
        return own.signal.aborted ? undefined : result;
      } catch (thrown) {
        if (!own.signal.aborted) say(describeError(thrown));
        return undefined;
      } finally {
        if (abort.current === own) setProgress(undefined);
      }
    },
    stop: () => abort.current?.abort(),
  };
}
