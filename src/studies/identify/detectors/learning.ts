import type { DenseFeatures, SparseFeatures } from '../../../lib/stats/features.ts';
import { fitL1 } from '../../../lib/stats/logistic.ts';
import type { NeuronLayout } from '../../../neurons/types.ts';
import type { Answer } from '../answers.ts';

/** Answers, their features [rows, neurons] and which of them a detector may learn from. */
export interface Learning {
  readonly answers: readonly Answer[];
  /** [rows] 1 where the row's tokens are a made-up answer. */
  readonly labels: Uint8Array;
  /**
   * The first rows are answers. Rows behind them are the other tokens of an answer's reply, which the neurons learn from
   * as not made up; what else is known of a reply says nothing about them.
   */
  readonly answerRows: number;
  readonly features: DenseFeatures;
  readonly layout: NeuronLayout;
  /** [rows]: 1 where a detector learns, 0 where it is tested. */
  readonly train: Uint8Array;
  readonly signal?: AbortSignal;
}

export const CLASS_NAMES = ['right', 'made up'] as const;
/** Some columns of a matrix, in the order given. */
export function selectColumns(features: DenseFeatures, columns: readonly number[]): DenseFeatures {
  const { rows } = features;
  const values = new Float32Array(rows * columns.length);
  columns.forEach((column, k) => {
    values.set(features.values.subarray(column * rows, (column + 1) * rows), k * rows);
  });
  return { kind: 'dense', rows, columns: columns.length, values };
}

/** L1 logistic regression on the rows that may be learnt from. */
export function fitTrained(
  learning: Learning,
  features: DenseFeatures | SparseFeatures,
  C: number,
  labels: Uint8Array = learning.labels,
) {
  const { train, signal } = learning;
  return fitL1({ features, labels, rowWeights: train, classNames: CLASS_NAMES }, { C, signal });
}

/** The same with nothing but answers to learn from. */
export function answersOnly(learning: Learning): Learning {
  const train = learning.train.map((weight, row) => (row < learning.answerRows ? weight : 0));
  return { ...learning, train };
}

/** Rows that are learnt from. */
export const trainRows = (train: Uint8Array) => Int32Array.from(train.keys()).filter((row) => train[row] > 0);
