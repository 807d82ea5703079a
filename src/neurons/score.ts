import { EngineError } from '../lib/errors.ts';
import { shownName } from '../lib/shown.ts';
import { flatIndex } from './layout.ts';
import type { NeuronSet } from './set-file.ts';
import type { NeuronLayout } from './types.ts';

/** Scores tokens and answers under one neuron set. */
export interface Scorer {
  /**
   * 'probability': what the set's classifier says, logistic(intercept + sum of weight * CETT), in (0, 1).
   * 'mean-cett': the set has no classifier; the mean CETT of its members, 0 or more, which is a measure of activity
   * and no probability of anything.
   */
  readonly kind: 'probability' | 'mean-cett';
  /** Score of one token, from the CETT of all neurons at the position that the set's `feature.position` names, [total]. */
  token(cett: Float32Array): number;
  /**
   * Score of an answer, from the CETT at the positions of its tokens, [total] each: every neuron's mean or maximum over
   * the positions, as the set says, is taken first. Throws EngineError 'bad-input' where there is no position.
   */
  answer(positions: readonly Float32Array[]): number;
}

/** 1 / (1 + exp(-x)). */
export function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/**
 * The scorer of a set.
 * @throws EngineError 'bad-input' where the set has no neurons, or one that the layout does not have
 */
export function createScorer(
  set: Pick<NeuronSet, 'name' | 'neurons' | 'intercept' | 'feature'>,
  layout: NeuronLayout,
): Scorer {
  const { neurons, intercept, feature } = set;
  if (neurons.length === 0) {
    throw new EngineError(
      'bad-input',
      `The neuron set "${shownName(set.name)}" has no neurons, so it gives no score.`,
    );
  }
  const indices = neurons.map((neuron) => flatIndex(layout, neuron));
  const weights = neurons.map(({ weight = 0 }) => weight);

  const score = (value: (member: number) => number) => {
    let sum = 0;
    if (intercept === undefined) {
      for (let member = 0; member < indices.length; member++) {
        sum += value(member);
      }
      return sum / indices.length;
    }
    for (let member = 0; member < indices.length; member++) {
      sum += weights[member] * value(member);
    }
    return logistic(intercept + sum);
  };

  const aggregate = (positions: readonly Float32Array[], index: number) => {
    let sum = 0;
    let max = 0;
    for (const cett of positions) {
      sum += cett[index];
      max = Math.max(max, cett[index]);
    }
    return feature.aggregation === 'mean' ? sum / positions.length : max;
  };

  return {
    kind: intercept === undefined ? 'mean-cett' : 'probability',
    token: (cett) => score((member) => cett[indices[member]]),
    answer(positions) {
      if (positions.length === 0) {
        throw new EngineError(
          'bad-input',
          'The answer has no tokens to score; choose one with at least one token.',
        );
      }
      return score((member) => aggregate(positions, indices[member]));
    },
  };
}
