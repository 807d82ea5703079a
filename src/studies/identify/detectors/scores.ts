import type { OnProgress } from '../../../lib/bytes/progress.ts';
import { type SparseModel, sparseScores } from '../../../lib/stats/passes.ts';
import type { Answer } from '../answers.ts';
import { allNeuronScores } from './all-neurons.ts';
import {
  answerLength,
  firstTokenEntropy,
  firstTokenLogprob,
  meanLogprob,
  minLogprob,
} from './answer-measures.ts';
import { randomNeuronScores, shuffledScores } from './by-chance.ts';
import { fitAllNeurons, togetherScores } from './h-neurons.ts';
import type { Learning } from './learning.ts';
import { questionWordScores } from './question-words.ts';
import type { DrawnId, TrainedId, UntrainedId } from './registry.ts';

/** What a detector scores with: the answers and the set that is tested. */
export interface Scoring {
  readonly learning: Learning;
  readonly model: SparseModel;
}

/** The same where there are answers to learn from. */
export interface TrainedScoring extends Scoring {
  /** Of the regression that the set comes from. */
  readonly C: number;
  /** That regression over all neurons, where it was fitted before. */
  readonly fit?: SparseModel;
}

export interface DrawnScoring extends TrainedScoring {
  /** Sets of random neurons, and shuffles of the labels. */
  readonly draws: number;
  readonly shuffles: number;
  readonly seed: number;
  readonly onProgress?: OnProgress;
}

const measured =
  (measure: (answer: Answer) => number) =>
  ({ learning: { answers } }: Scoring) =>
    Float64Array.from(answers, measure);

/** Scores of all rows, [rows], by the set or by a measure of each answer. */
export const UNTRAINED_SCORES: Readonly<Record<UntrainedId, (scoring: Scoring) => Float64Array>> = {
  'h-neurons': ({ learning, model }) => sparseScores(learning.features, model),
  'mean-logprob': measured(meanLogprob),
  'min-logprob': measured(minLogprob),
  'first-token-logprob': measured(firstTokenLogprob),
  'first-token-entropy': measured(firstTokenEntropy),
  'answer-length': measured(answerLength),
};

/** Scores of all rows, [rows], by what is learnt from those that may be learnt from. */
export const TRAINED_SCORES: Readonly<Record<TrainedId, (scoring: TrainedScoring) => Promise<Float64Array>>> =
  {
    'h-neurons-and-mean-logprob': ({ learning, model, C }) =>
      togetherScores(learning, { model, C, measure: meanLogprob }),
    'both-signs-l1': async ({ learning, C, fit }) =>
      sparseScores(learning.features, fit ?? (await fitAllNeurons(learning, C))),
    'all-neurons-l2': ({ learning }) => allNeuronScores(learning),
    'question-words': ({ learning }) => questionWordScores(learning),
  };

/** Scores of all rows, [draws][rows]. */
export const DRAWN_SCORES: Readonly<Record<DrawnId, (scoring: DrawnScoring) => Promise<Float64Array[]>>> = {
  'random-neurons': ({ learning, ...options }) => randomNeuronScores(learning, options),
  'shuffled-labels': ({ learning, shuffles, ...options }) =>
    shuffledScores(learning, { ...options, draws: shuffles }),
};
