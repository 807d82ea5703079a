import { createStore, type StoreApi } from 'zustand/vanilla';
import type { RunSummary } from '../../../src/studies/identify/run-database.ts';
import type { OriginsIn } from '../../../src/studies/origins/handler.ts';
import type { OriginsReport } from '../../../src/studies/origins/report.ts';
import type { StudyClient } from '../../studies/study.ts';
import { createJob, type Job, noJob } from '../../studies/study-job.ts';
import { describeError } from '../../ui/describe-error.ts';

interface OriginsState {
  /** Identification runs kept in this browser; undefined until they have been read. */
  readonly runs?: readonly RunSummary[];
  readonly comparing: Job<OriginsReport>;
  /** A sentence: why the runs could not be read. */
  readonly error?: string;
}

/** The Origins page without its looks. Actions never reject. */
export interface Origins {
  readonly store: StoreApi<OriginsState>;
  /** Compares, and forgets what was compared before. */
  compare(input: OriginsIn): Promise<void>;
  cancel(): void;
  /** Reads the list of `runs`; call it when the page opens. */
  refresh(): Promise<void>;
}

export function createOrigins(study: StudyClient): Origins {
  const store = createStore<OriginsState>(() => ({ comparing: noJob }));
  const job = createJob<OriginsReport>(
    () => store.getState().comparing,
    (comparing) => store.setState({ comparing }),
  );
  return {
    store,
    compare(input) {
      // An older result is of other models, perhaps.
      job.reset();
      return job.run((options) => study.call('origins', input, options));
    },
    cancel: job.cancel,
    async refresh() {
      try {
        store.setState({ ...(await study.call('runs', {})), error: undefined });
      } catch (error) {
        store.setState({ error: describeError(error) });
      }
    },
  };
}
