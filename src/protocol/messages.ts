import type { Progress } from '../bytes/progress.ts';
import type { Breakdown } from '../decode/loops.ts';
import type { Candidate, FinishReason, Lane, Sampling } from '../decode/types.ts';
import type { RunSettings } from '../identify/ask.ts';
import type { QuestionSet } from '../identify/questions.ts';
import type { RunProgress } from '../identify/run.ts';
import type { ImpactProgress } from '../impact/run.ts';
import type { Suite } from '../impact/suites.ts';
import type { ComparedSet } from '../impact/sweep.ts';
import type { ModelIdentity } from '../neurons/identity.ts';
import type { WeightSignature } from '../neurons/signature.ts';
import type { NeuronLayout, NeuronRef } from '../neurons/types.ts';
import type { DeviceChoice } from '../runtime/choose.ts';
import type { DeviceKind } from '../runtime/types.ts';
import type { RequestOf, ResponseOf } from './calls.ts';

/** ONNX precisions as the Hub's exports name them by file suffix. */
export type OnnxPrecision = 'fp32' | 'fp16' | 'q8' | 'int8' | 'uint8' | 'q4' | 'q4f16' | 'bnb4';

/** A repository of the Hub. */
export interface HubSource {
  readonly kind: 'hub';
  /** `owner/name`. */
  readonly repository: string;
  /** Branch, tag or commit; "main" where it is left out. */
  readonly revision?: string;
  /** Address of a mirror. */
  readonly host?: string;
  /** Of an ONNX repository; without it and `file` the one that suits the device. */
  readonly precision?: OnnxPrecision;
  /** A .gguf (the first or any part of a split one) or .onnx file of the repository. */
  readonly file?: string;
}

/** Where a model's bytes come from. Files are read by slices in the worker. */
export type ModelSource =
  /** One GGUF file by its address. */
  | { readonly kind: 'url'; readonly url: string; readonly name: string }
  /** A GGUF file or all its parts, or an ONNX export (config, tokenizer, graph, data), by their paths in what was chosen. */
  | { readonly kind: 'files'; readonly files: readonly { readonly path: string; readonly file: File }[] }
  | HubSource;

export interface LoadIn {
  readonly source: ModelSource;
  readonly device: DeviceChoice;
}

export interface SurveyIn {
  readonly source: HubSource;
  readonly device: DeviceChoice;
}

/** One of the things that a repository offers to load. */
export interface SurveyChoice {
  readonly id: string;
  readonly precision?: OnnxPrecision;
  readonly file?: string;
  /** Of all files that are fetched for it. */
  readonly bytes: number;
  /** All of them are in this browser's cache. */
  readonly kept: boolean;
}

/** Whether a choice fits the device's limits, memory and storage. */
export interface Fit {
  readonly fits: 'yes' | 'tight' | 'no';
  /** With the numbers. */
  readonly sentence: string;
  /** Estimate of what it takes while it runs. */
  readonly memoryBytes: number;
}

/** What a repository offers, said before anything large is fetched. */
export interface Survey {
  readonly name: string;
  readonly repository: string;
  /** Commit. */
  readonly revision: string;
  readonly licence: string;
  readonly format: 'gguf' | 'onnx';
  /** Precisions (onnx) or files (gguf). */
  readonly choices: readonly SurveyChoice[];
  /** Index of the choice that suits the device, and why in a sentence. */
  readonly suggested: number;
  readonly why: string;
  /** One for each choice. */
  readonly fits: readonly Fit[];
}

/** Models in this browser's cache, and its storage as far as it tells, in bytes. */
export interface KeptOut {
  readonly models: readonly {
    readonly key: string;
    readonly name: string;
    readonly bytes: number;
    readonly files: number;
  }[];
  readonly usage?: number;
  readonly quota?: number;
}

/** What the page knows of a loaded model. */
export interface LoadedModel {
  readonly name: string;
  readonly architecture: string;
  /** Of the tensors' descriptions and first bytes: two files with the same weights agree. */
  readonly fingerprint: string;
  /** Tells whether weights, tokenizer and chat template are the same; left out of runs recorded before there were identities. */
  readonly identity?: ModelIdentity;
  /** Tells whether another model has the same weights in another precision. */
  readonly signature?: WeightSignature;
  readonly layout: NeuronLayout;
  readonly contextLength: number;
  readonly hasChatTemplate: boolean;
  readonly device: { readonly kind: DeviceKind; readonly threads: number; readonly why: string };
  /** Weights as they run, e.g. "float32" or "8-bit blocks of 32". */
  readonly precision: string;
  readonly fromCache: boolean;
  /** What the person should know of the way it was loaded, in a sentence. */
  readonly notice?: string;
  /** Mean CETT of every neuron over the calibration text, flat, [layout.total]. */
  readonly meanCett: Float32Array;
  /** The neurons of the highest mean CETT, highest first. */
  readonly mostActive: readonly NeuronRef[];
}

/** A chat through the model's template, or text as it stands. */
export type Prompt =
  | {
      readonly kind: 'chat';
      readonly system: string;
      readonly turns: readonly { readonly role: 'user' | 'assistant'; readonly content: string }[];
    }
  | {
      readonly kind: 'raw';
      readonly text: string;
      /** Control tokens that are written in the text are such; letters like others where it is left out. */
      readonly readControls?: boolean | undefined;
    }
  | { readonly kind: 'ids'; readonly ids: readonly number[] };

export interface GenerateIn {
  readonly prompt: Prompt;
  readonly lanes: readonly Lane[];
  readonly maxTokens: number;
  /** Neurons whose CETT comes with every position. */
  readonly watched: readonly NeuronRef[];
  /** Columns of the overview, at most 256. */
  readonly bins: number;
  /** Token ids that every lane's answer starts with ("what if this token"); the model goes on from there. */
  readonly answerStart?: readonly number[];
  /**
   * Lane whose distributions the others are compared with (`TokenEvent.divergence`): of this request, or of an earlier
   * one where `run` names it.
   */
  readonly reference?: { readonly run?: number; readonly lane: number };
}

export interface TokenLabel {
  readonly id: number;
  /** Text that this token adds; empty while a character is incomplete. */
  readonly text: string;
  /** The token's own bytes where it adds no text, if its vocabulary tells them. */
  readonly bytes?: readonly number[];
}

/** The prompt as the model reads it; comes once, before any position. */
export interface PromptEvent {
  readonly type: 'prompt';
  readonly tokens: readonly TokenLabel[];
  /** What was changed to fit the template ("The system text was put before the question: ..."), else empty. */
  readonly notice: string;
}

/** How many tokens of a long prompt are read for the lanes, of all its tokens; comes before any token of an answer. */
export interface ReadingEvent {
  readonly type: 'reading';
  readonly done: number;
  readonly total: number;
}

/** One position of one lane: the token read there, what its neurons did, and the distribution of the next token. */
export interface PositionEvent {
  readonly type: 'position';
  readonly lane: number;
  /** 0-based in prompt plus answer. */
  readonly position: number;
  /** Maximum CETT per bin, [layers * bins], row a layer. */
  readonly overview: Float32Array;
  /** Sum of CETT per layer, [layers]. */
  readonly profile: Float32Array;
  /** CETT of the watched neurons, in their order. */
  readonly watched: Float32Array;
}

/** A token was chosen for a lane. */
export interface TokenEvent {
  readonly type: 'token';
  readonly lane: number;
  /** 0-based in the answer; it is read at position `prompt length + index`. */
  readonly index: number;
  readonly token: TokenLabel;
  readonly logprob: number;
  /** Nats, of the distribution that the token was drawn from, before filters. */
  readonly entropy: number;
  /**
   * Kullback-Leibler divergence of this lane's prediction from the reference lane's, nats. Undefined without one, and behind
   * the first token that differs, where the two read different texts.
   */
  readonly divergence?: number;
  /** Log-probability that the reference lane gives to this token; undefined where `divergence` is. */
  readonly referenceLogprob?: number;
  readonly top: readonly (Candidate & { readonly text: string })[];
}

export type GenerateEvent = PromptEvent | ReadingEvent | PositionEvent | TokenEvent;

export interface GenerateOut {
  readonly lanes: readonly {
    readonly ids: readonly number[];
    readonly text: string;
    readonly finish: FinishReason;
    /** How the answer is broken or loops; undefined where it reads like text. */
    readonly breakdown?: Breakdown;
  }[];
  readonly promptLength: number;
  readonly prefillMs: number;
  readonly decodeMs: number;
  readonly steps: number;
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

export interface DetailOut {
  /** Empty where the position's activations were dropped to save memory. */
  readonly cett: Float32Array;
}

/** Answers to be read with the model as trained, whatever wrote them. */
export interface RereadIn {
  readonly prompt: Prompt;
  /** Token ids of each. */
  readonly answers: readonly (readonly number[])[];
}

export interface RereadOut {
  /** Natural logarithms of the probabilities that the model as trained gives to the tokens: [answer][token]. */
  readonly logprobs: readonly Float32Array[];
}

/** The same prompt under several factors at once, for the strip under the slider. */
export interface DoseIn {
  readonly prompt: Prompt;
  /** At most 16. Predictions are compared on the answer of the first one. */
  readonly lanes: readonly Lane[];
  readonly maxTokens: number;
}

/**
 * How far doses are: tokens of a long prompt that are read for the lanes, of all its tokens; tokens that the longest of the
 * answers has, of those that it may have; lanes whose predictions are compared, of all lanes. Lanes that do not fit into memory
 * together are answered in several parts, of which each tells its own reading and answering.
 */
export interface DoseEvent {
  readonly stage: 'reading' | 'answering' | 'comparing';
  readonly done: number;
  readonly total: number;
}

export interface DoseOut {
  readonly lanes: readonly {
    readonly ids: readonly number[];
    readonly text: string;
    readonly breakdown?: Breakdown;
    /**
     * Kullback-Leibler divergence of this lane's predictions from those of the model as trained while both read the start
     * of the first lane's answer: mean over its first predictions, nats.
     */
    readonly divergence: number;
  }[];
}

/** What a neuron writes, independent of any prompt. */
export interface NeuronFacts {
  /** L2 norm of its down-projection column, and its 1-based rank by it among all `neurons` of the model. */
  readonly columnNorm: number;
  readonly normRank: number;
  readonly neurons: number;
  readonly meanCett: number;
  /**
   * Direct logit attribution: W_U (g * w) with w the column of W_down, g the final norm's weight, W_U the unembedding,
   * less its mean over the vocabulary; logits for one unit of positive activation where the residual stream has RMS 1.
   * Undefined where the model's file does not give these weights.
   */
  readonly attribution?: {
    readonly promotes: readonly { readonly id: number; readonly text: string; readonly logit: number }[];
    readonly suppresses: readonly { readonly id: number; readonly text: string; readonly logit: number }[];
  };
}

export interface ControlIn {
  readonly members: readonly NeuronRef[];
  readonly seed: number;
}

/** Asks a set's questions and keeps what comes of it in the browser, question by question. */
export interface IdentifyIn {
  /** Key of the run in the browser's store. */
  readonly run: string;
  /** What a new run asks, and how; undefined to go on with a run that is kept. */
  readonly start?: { readonly set: QuestionSet; readonly settings: RunSettings };
  /** Questions that a kept run asks behind its own. */
  readonly more?: QuestionSet['questions'];
}

/** What a sweep turns, by how much, and over which items. */
export interface ImpactStart {
  /** The controls are matched to the first. */
  readonly sets: readonly Omit<ComparedSet, 'kind'>[];
  readonly controls: number;
  /** Each member of the first set is turned alone, too, and the set without it. */
  readonly members?: boolean;
  readonly alphas: readonly number[];
  /** Of the controls and of the intervals' resamples. */
  readonly seed: number;
  readonly suites: readonly Suite[];
  /** Half width of the interval from which on the rest of a suite is left out; all is asked without it. */
  readonly tight?: number;
  /** Items of each suite that can be gone along with, from its start, that are also answered freely. */
  readonly free?: number;
}

/** Sweeps neuron sets over suites and keeps what comes of it in the browser, item by item. */
export interface ImpactIn {
  /** Key of the sweep in the browser's store. */
  readonly run: string;
  /** Of a new sweep; undefined to go on with one that is kept. */
  readonly start?: ImpactStart;
  /** Of a kept sweep: items of each suite that are also answered freely; it has no fewer than it had. */
  readonly free?: number;
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

export type {
  Breakdown,
  Candidate,
  DeviceChoice,
  FinishReason,
  ImpactProgress,
  Lane,
  NeuronLayout,
  NeuronRef,
  Progress,
  QuestionSet,
  RunProgress,
  RunSettings,
  Sampling,
};
