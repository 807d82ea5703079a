import type { GenerateEvent, GenerateIn, GenerateOut, RereadIn, RereadOut } from '../engine/answer-events.ts';
import type { DoseEvent, DoseIn, DoseOut } from '../engine/dose.ts';
import type { LoadedModel } from '../engine/model-info.ts';
import type { NeuronFacts } from '../engine/neuron-facts.ts';
import type { Progress } from '../lib/bytes/progress.ts';
import type { KeptOut } from '../model/kept.ts';
import type { DeviceChoice } from '../model/runtime/choose.ts';
import type { HubSource, ModelSource } from '../model/source.ts';
import type { Survey } from '../model/survey.ts';
import type { NeuronRef } from '../neurons/types.ts';
import type { RequestOf, ResponseOf } from '../rpc/calls.ts';
import type { IdentifyIn } from '../studies/identify/handler.ts';
import type { RunProgress } from '../studies/identify/run.ts';
import type { ImpactIn } from '../studies/impact/handler.ts';
import type { ImpactProgress } from '../studies/impact/run.ts';

export interface LoadIn {
  readonly source: ModelSource;
  readonly device: DeviceChoice;
}

interface SurveyIn {
  readonly source: HubSource;
  readonly device: DeviceChoice;
}

/** CETT of a range of neurons at one position of a finished or running request. */
export interface DetailIn {
  /** Request id of the `generate` call. */
  readonly run: number;
  readonly lane: number;
  readonly position: number;
  /** Flat range [start, end). */
  readonly start: number;
  readonly end: number;
}

interface DetailOut {
  /** Empty where the position's activations were dropped to save memory. */
  readonly cett: Float32Array;
}

interface ControlIn {
  readonly members: readonly NeuronRef[];
  readonly seed: number;
}

/** The calls of the engine: what goes in, what may come while it runs, and what comes out. */
export interface Calls {
  load: { in: LoadIn; event: Progress; out: LoadedModel };
  /** Asks the Hub and the device; fetches nothing large. */
  survey: { in: SurveyIn; event: never; out: Survey };
  kept: { in: Record<string, never>; event: never; out: KeptOut };
  /** Deletes a kept model by its key. */
  forget: { in: { readonly key: string }; event: never; out: Record<string, never> };
  generate: { in: GenerateIn; event: GenerateEvent; out: GenerateOut };
  /** Runs behind answers: a newer `generate` cancels it. */
  reread: { in: RereadIn; event: never; out: RereadOut };
  detail: { in: DetailIn; event: never; out: DetailOut };
  control: { in: ControlIn; event: never; out: { readonly members: readonly NeuronRef[] } };
  /** Runs behind answers: a newer `generate` cancels it. */
  dose: { in: DoseIn; event: DoseEvent; out: DoseOut };
  neuron: { in: NeuronRef; event: never; out: NeuronFacts };
  /**
   * Gives way to doses behind every question. A newer `generate` or `load` cancels it; asked again without `start` it
   * goes on. An event comes once before the first question and behind every question.
   */
  identify: { in: IdentifyIn; event: RunProgress; out: RunProgress };
  /** As `identify`: gives way to doses behind every item, is cancelled by `generate` and `load`, goes on without `start`. */
  impact: { in: ImpactIn; event: ImpactProgress; out: ImpactProgress };
  free: { in: Record<string, never>; event: never; out: Record<string, never> };
}

export type CallName = keyof Calls;
export type Request = RequestOf<Calls>;
export type Response = ResponseOf<Calls>;
