import type { Suite } from '../datasets/suites/suite.ts';
import type { Progress } from '../lib/bytes/progress.ts';
import type { NeuronSet } from '../neurons/set-file.ts';
import type { Correction } from '../studies/identify/corrections.ts';
import type { Evaluation } from '../studies/identify/evaluate.ts';
import type { Finding } from '../studies/identify/finding.ts';
import type { LearnSettings } from '../studies/identify/learn.ts';
import type { QuestionRecord } from '../studies/identify/records.ts';
import type { RunSummary } from '../studies/identify/run-database.ts';
import type { RunFile } from '../studies/identify/run-files.ts';
import type { FreeLabel, LabelPlace } from '../studies/impact/labels.ts';
import type { ImpactReport } from '../studies/impact/report.ts';
import type { ImpactRecord } from '../studies/impact/score-item.ts';
import type { ImpactSummary } from '../studies/impact/sweep-database.ts';
import type { OriginsIn } from '../studies/origins/handler.ts';
import type { OriginsReport } from '../studies/origins/report.ts';

/** Tests a set on another run; `trainRun` is what other detectors learn from. */
export interface EvaluateIn {
  readonly set: NeuronSet;
  readonly run: string;
  readonly trainRun?: string;
  readonly draws: number;
  readonly seed: number;
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
