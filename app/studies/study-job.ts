import type { Progress } from '../../src/lib/bytes/progress.ts';
import { describeError, isCancelled } from '../ui/describe-error.ts';

/** Long work of the study worker. */
export interface Job<T> {
  readonly status: 'none' | 'running' | 'done' | 'failed';
  readonly progress?: Progress;
  /** Kept while it is done again, until the new one is there. */
  readonly result?: T;
  /** Answers or corrections of the open run have come since `result` was asked for. */
  readonly outdated: boolean;
  readonly error?: string;
}

export const noJob: Job<never> = { status: 'none', outdated: false };

interface CallOptions {
  readonly signal: AbortSignal;
  readonly onEvent: (progress: Progress) => void;
}

/** One job at a time; a newer one takes the place of an older. */
export interface JobRunner<T> {
  run(call: (options: CallOptions) => Promise<T>): Promise<void>;
  /** Ends what runs; a result that was there before stays. */
  cancel(): void;
  /** Ends what runs, and forgets its result. */
  reset(): void;
  /** What it works on has changed. */
  outdate(): void;
}

export function createJob<T>(get: () => Job<T>, set: (job: Job<T>) => void): JobRunner<T> {
  let current: AbortController | undefined;
  let changed = false;

  const cancel = () => {
    current?.abort();
    current = undefined;
    const { status, result, outdated } = get();
    if (status === 'running') set({ status: result === undefined ? 'none' : 'done', result, outdated });
  };

  return {
    async run(call) {
      cancel();
      const own = new AbortController();
      current = own;
      changed = false;
      const { result, outdated } = get();
      set({ status: 'running', result, outdated });
      const ifCurrent = (job: Job<T>) => {
        if (current === own) set(job);
      };
      try {
        const made = await call({
          signal: own.signal,
          onEvent: (progress) => ifCurrent({ ...get(), progress }),
        });
        ifCurrent({ status: 'done', result: made, outdated: changed });
      } catch (error) {
        if (!isCancelled(error)) ifCurrent({ ...get(), status: 'failed', error: describeError(error) });
      } finally {
        if (current === own) current = undefined;
      }
    },
    cancel,
    reset() {
      cancel();
      set(noJob);
    },
    outdate() {
      changed = true;
      const job = get();
      if (job.result !== undefined && !job.outdated) set({ ...job, outdated: true });
    },
  };
}
