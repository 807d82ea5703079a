import type { Progress } from '../bytes/progress.ts';
import type { Correction } from '../identify/corrections.ts';
import type { Evaluation } from '../identify/evaluate.ts';
import type { Finding } from '../identify/finding.ts';
import type { LearnSettings } from '../identify/learn.ts';
import type { QuestionRecord, RunManifest } from '../identify/records.ts';
import type { FreeLabel, LabelPlace } from '../impact/labels.ts';
import type { ImpactReport } from '../impact/report.ts';
import type { ImpactManifest } from '../impact/run.ts';
import type { ImpactRecord } from '../impact/score-item.ts';
import type { Suite } from '../impact/suites.ts';
import type { NeuronSet } from '../neurons/set-file.ts';
import type { OriginsReport } from '../origins/report.ts';
import type { ModelSource } from './messages.ts';

/** A run as a list shows it. */
export interface RunSummary {
  /** Key of the browser's store. */
  readonly run: string;
  readonly manifest: RunManifest;
  readonly done: number;
  /** Questions that the run asks, its shard's. */
  readonly total: number;
  readonly counts: Readonly<Record<QuestionRecord['status'], number>>;
  /** ISO date and time of the last change. */
  readonly changed: string;
  /** What a person should know of the run as it was read; left out in lists. */
  readonly notes?: readonly string[];
}

/** A file of a run's folder. */
export interface RunFile {
  readonly name: string;
  readonly blob: Blob;
}

/** Tests a set on another run; `trainRun` is what other detectors learn from. */
export interface EvaluateIn {
  readonly set: NeuronSet;
  readonly run: string;
  readonly trainRun?: string;
  readonly draws: number;
  readonly seed: number;
}

/** A base model and the instruct model that a set was found in; `run` is of the base model's own answers. */
export interface OriginsIn {
  readonly base: ModelSource;
  readonly instruct: ModelSource;
  readonly set: NeuronSet;
  readonly run?: string;
  /** Random sets of the same layers. */
  readonly draws: number;
  /** Random sets that are fitted on the base model's answers. */
  readonly fittedDraws: number;
  readonly seed: number;
}

/** A sweep as a list shows it. */
export interface ImpactSummary {
  /** Key of the browser's store. */
  readonly run: string;
  readonly manifest: ImpactManifest;
  readonly done: number;
  /** Items at most. */
  readonly total: number;
  /** Nothing is left to do, though items may have been left out. */
  readonly finished: boolean;
  /** ISO date and time of the last change. */
  readonly changed: string;
}

/** The calls of the study worker: it keeps identification runs and sweeps and does the statistics. It needs no model. */
export interface StudyCalls {
  runs: { in: Record<string, never>; event: never; out: { readonly runs: readonly RunSummary[] } };
  records: {
    in: { readonly run: string };
    event: never;
    out: {
      readonly summary: RunSummary;
      readonly records: readonly QuestionRecord[];
      readonly corrections: readonly Correction[];
    };
  };
  /** Keeps a correction, or takes it back where there is no label. */
  correct: {
    in: { readonly run: string; readonly index: number; readonly label?: Correction['label'] };
    event: never;
    out: Record<string, never>;
  };
  remove: { in: { readonly run: string }; event: never; out: Record<string, never> };
  /** Files as the terminal's run folder has them: run.json, records.jsonl, features.f16, corrections.jsonl. */
  exportRun: { in: { readonly run: string }; event: never; out: { readonly files: readonly RunFile[] } };
  /** Keeps a run from such files under a new key; a cut end is left out. */
  importRun: { in: { readonly files: readonly File[] }; event: never; out: RunSummary };
  learn: { in: { readonly run: string; readonly settings: LearnSettings }; event: Progress; out: Finding };
  evaluate: { in: EvaluateIn; event: Progress; out: Evaluation };
  /** Reads the weights of both models, but loads neither. */
  origins: { in: OriginsIn; event: Progress; out: OriginsReport };
  impactRuns: { in: Record<string, never>; event: never; out: { readonly runs: readonly ImpactSummary[] } };
  impactRun: {
    in: { readonly run: string };
    event: never;
    out: {
      readonly summary: ImpactSummary;
      /** The items that are asked. */
      readonly suites: readonly Suite[];
      readonly records: readonly ImpactRecord[];
      /** A person's, of free answers. */
      readonly labels: readonly FreeLabel[];
    };
  };
  /** Keeps a person's label of a free answer, or takes it back where there is none. */
  labelFree: {
    in: { readonly run: string; readonly label?: FreeLabel['label'] } & LabelPlace;
    event: never;
    out: Record<string, never>;
  };
  /** What the records so far show. */
  impactReport: { in: { readonly run: string }; event: Progress; out: ImpactReport };
  removeImpact: { in: { readonly run: string }; event: never; out: Record<string, never> };
}
