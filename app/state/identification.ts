import type { StoreApi } from 'zustand/vanilla';
import type { Correction } from '../../src/identify/corrections.ts';
import type { Evaluation } from '../../src/identify/evaluate.ts';
import type { Finding } from '../../src/identify/finding.ts';
import type { LearnSettings } from '../../src/identify/learn.ts';
import type { QuestionSet } from '../../src/identify/questions.ts';
import type { QuestionRecord, RunManifest } from '../../src/identify/records.ts';
import type { RunProgress, RunSettings } from '../../src/identify/run.ts';
import type { Progress } from '../../src/protocol/messages.ts';
import type { EvaluateIn, RunFile, RunSummary } from '../../src/protocol/study-messages.ts';

/**
 * What the run that is open does:
 * `idle`: none is open, a set can be chosen and started; `running`: questions are asked; `paused`: it can be resumed;
 * `waiting`: the explorer uses the model or loads one, the run goes on by itself behind that; `done`: all questions are
 * asked; `failed`: `error` says why, what is stored stays and it can be resumed.
 */
export type RunStatus = 'idle' | 'running' | 'paused' | 'waiting' | 'done' | 'failed';

/** How far the open run is; `latest` is in `Identification.records`. */
export type RunFigures = Omit<RunProgress, 'latest'>;

/** Long work of the study worker on the open run. */
export interface Job<T> {
  readonly status: 'none' | 'running' | 'done' | 'failed';
  readonly progress?: Progress;
  /** Kept while it is done again, until the new one is there. */
  readonly result?: T;
  /** Answers or corrections have come since `result` was made. */
  readonly outdated: boolean;
  readonly error?: string;
}

export interface IdentificationState {
  /** The set that `start` asks; undefined until one is chosen. */
  readonly set?: QuestionSet;
  /** How many questions of it from its start; undefined for all. */
  readonly limit?: number;
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
  /** Undefined until a run is open. */
  readonly progress?: RunFigures;
  /** Corrections of the open run by the question's index. */
  readonly corrections: ReadonlyMap<number, Correction['label']>;

  readonly learning: Job<Finding>;
  readonly evaluating: Job<Evaluation>;
}

/** Records of the open run, outside React: for useSyncExternalStore(records.subscribe, records.version). */
export interface RunRecords {
  /** In the order in which they were asked; the same array until `version` changes. */
  list(): readonly QuestionRecord[];
  version(): number;
  /** Tells listeners in every other frame at most. */
  subscribe(listener: () => void): () => void;
}

/**
 * The Identify page without its looks. Actions never reject: what goes wrong is a sentence in `error` of the state or
 * of the job.
 */
export interface Identification {
  readonly store: StoreApi<IdentificationState>;
  readonly records: RunRecords;

  /** Chooses what the next run asks. */
  chooseSet(set: QuestionSet, limit?: number): void;
  changeSettings(change: Partial<RunSettings>): void;

  /** Starts a run of the chosen set with the loaded model and opens it. */
  start(): Promise<void>;
  /** Stops behind the question stored last. */
  pause(): void;
  /** Goes on with the open run, also after a reload or a failure. */
  resume(): Promise<void>;
  /** Ends the run and closes it; what is stored stays in `runs` and can be opened again. */
  cancel(): void;

  /** Reads the list of `runs`; call it when the page opens. */
  refresh(): Promise<void>;
  /** Opens a kept run, paused or done; one that runs is paused first. */
  selectRun(run: string): Promise<void>;
  /** Deletes a kept run; closes it where it is open. */
  remove(run: string): Promise<void>;
  /** Files of a kept run, as `hneurons identify --out` writes them. */
  exportRun(run: string): Promise<readonly RunFile[]>;
  /** Keeps a run from its files, and opens it. */
  importRun(files: readonly File[]): Promise<void>;

  /** Puts a person's label in place of the judge's; undefined takes it back. */
  correct(index: number, label: Correction['label'] | undefined): Promise<void>;

  /** Learns a set from the open run. */
  learn(settings: LearnSettings): Promise<void>;
  cancelLearn(): void;
  /** Tests a set on a run. */
  evaluate(input: EvaluateIn): Promise<void>;
  cancelEvaluate(): void;
}
