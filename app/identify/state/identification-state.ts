import type { QuestionSet } from '../../../src/datasets/questions/question-set.ts';
import type { RunSettings } from '../../../src/studies/identify/ask.ts';
import type { Correction } from '../../../src/studies/identify/corrections.ts';
import type { Evaluation } from '../../../src/studies/identify/evaluate.ts';
import type { Finding } from '../../../src/studies/identify/finding.ts';
import type { RunManifest } from '../../../src/studies/identify/records.ts';
import type { RunProgress } from '../../../src/studies/identify/run.ts';
import type { RunSummary } from '../../../src/studies/identify/run-database.ts';
import type { EngineClient } from '../../../src/worker/engine-client.ts';
import type { Stores } from '../../explore/state/stores.ts';
import type { RunStatus } from '../../studies/engine-work.ts';
import type { StudyClient } from '../../studies/study.ts';
import type { Job } from '../../studies/study-job.ts';

/** Progress of the open run, without the latest record, which `Identification.records` holds. */
export type RunFigures = Omit<RunProgress, 'latest'>;

export interface IdentificationState {
  /** The set that `start` asks; undefined until one is chosen. */
  readonly set?: QuestionSet;
  /** Number of questions to ask, counted from the start of the set; undefined for all. */
  readonly limit?: number;
  /** The set from which the chosen questions were taken; further questions come from it. */
  readonly pool?: QuestionSet;
  /** Of the next run; those of the open run are in `manifest.settings`. */
  readonly settings: RunSettings;

  /** Runs kept in this browser, last changed first; undefined until they have been read. */
  readonly runs?: readonly RunSummary[];
  /** Key of the open run. */
  readonly run?: string;
  /** Undefined until the run has begun. */
  readonly manifest?: RunManifest;
  readonly status: RunStatus;
  /** A sentence: why the run stopped, or why something that was asked for could not be done. */
  readonly error?: string;
  /** What a person should know of the open run as it was read. */
  readonly notes?: readonly string[];
  /** Undefined until a run is open. */
  readonly progress?: RunFigures;
  /** Corrections of the open run by the question's index. */
  readonly corrections: ReadonlyMap<number, Correction['label']>;

  readonly learning: Job<Finding>;
  readonly evaluating: Job<Evaluation>;
}

export interface IdentificationNeeds {
  /** The explorer's engine, which asks the questions. */
  readonly engine: EngineClient;
  readonly study: StudyClient;
  /** The explorer's: they tell what model is loaded, and when it is being used. */
  readonly stores: Pick<Stores, 'model' | 'run'>;
  /** Calls back when what changed may be told to React. */
  readonly schedule: (flush: () => void) => void;
  /** Asks the browser to keep the page's data. */
  readonly keepStorage?: () => Promise<void>;
}
