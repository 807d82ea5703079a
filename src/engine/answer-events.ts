import type { Breakdown } from '../inference/loops.ts';
import type { Candidate, FinishReason, Lane } from '../inference/types.ts';
import type { Prompt } from '../model/prompt.ts';
import type { NeuronRef } from '../neurons/types.ts';

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
