import type { ScaledNeuron } from '../neurons/types.ts';
import type { Scope } from '../steering/types.ts';

/** How a next token is drawn. Temperature 0 is greedy; the filters apply in the order penalty, temperature, top-k, top-p. */
export interface Sampling {
  readonly temperature: number;
  /** 0 keeps all. */
  readonly topK: number;
  /** 1 keeps all. */
  readonly topP: number;
  /** 1 changes nothing; as in CTRL (Keskar et al. 2019), positive logits are divided, negative ones multiplied. */
  readonly repetitionPenalty: number;
  /** Same seed, same text. */
  readonly seed: number;
}

/** One row of the batch. */
export interface Lane {
  readonly neurons: readonly ScaledNeuron[];
  readonly scope: Scope;
  readonly sampling: Sampling;
}

export interface Candidate {
  readonly id: number;
  /** Natural logarithm of the probability, before penalty, temperature and filters. */
  readonly logprob: number;
}

export type FinishReason = 'stop' | 'length' | 'context' | 'cancelled';
