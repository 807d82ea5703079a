import { EngineError } from '../../../lib/errors.ts';
import type { DenseFeatures } from '../../../lib/stats/features.ts';
import type { L1Fit } from '../../../lib/stats/logistic.ts';
import { type SparseModel, sparseScores } from '../../../lib/stats/passes.ts';
import { columnMoments, standardise } from '../../../lib/stats/standardise.ts';
import type { Answer } from '../answers.ts';
import { answersOnly, fitTrained, type Learning, selectColumns, trainRows } from './learning.ts';

/** H-Neurons and their classifier. */
export interface HNeurons {
  /** Flat indices, ascending, with weights above 0, and the intercept. */
  readonly model: SparseModel;
  /** Neurons with a negative weight in the fit over all neurons: these speak for a right answer. */
  readonly negative: number;
  /** The fit over all neurons that it comes from. */
  readonly fit: L1Fit;
}

/**
 * Finds the neurons that an L1 logistic regression over all neurons gives a positive weight, then fits the weights of
 * these alone, so that the set that is kept is itself a classifier. A neuron whose weight is not positive then is
 * dropped, and the others are fitted again.
 */
export async function findHNeurons(learning: Learning, C: number): Promise<HNeurons> {
  const all = await fitAllNeurons(learning, C);
  let indices = [...all.indices].filter((_, k) => all.values[k] > 0);
  const negative = all.indices.length - indices.length;
  while (indices.length > 0) {
    const few = selectColumns(learning.features, indices);
    const model = await fitTrained(learning, few, C);
    const kept = [...model.indices].filter((_, k) => model.values[k] > 0);
    if (kept.length === indices.length) {
      const values = model.values.filter((value) => value > 0);
      return {
        model: { indices: Int32Array.from(kept, (k) => indices[k]), values, intercept: model.intercept },
        negative,
        fit: all,
      };
    }
    indices = kept.map((k) => indices[k]);
  }
  throw new EngineError(
    'bad-input',
    `No neuron speaks for a made-up answer at C = ${C}; choose a larger C, or collect more answers.`,
  );
}

/** The L1 regression over all neurons that H-Neurons come from, with its negative weights. */
export function fitAllNeurons(learning: Learning, C: number): Promise<L1Fit> {
  return fitTrained(learning, learning.features, C);
}

/** The matrix with one more column. */
function withColumn(features: DenseFeatures, column: Float32Array): DenseFeatures {
  const values = new Float32Array(features.values.length + features.rows);
  values.set(features.values);
  values.set(column, features.values.length);
  return { ...features, columns: features.columns + 1, values };
}

/** Scores of a regression over the H-Neurons and another measure of each answer together. */
export async function togetherScores(
  all: Learning,
  {
    model,
    C,
    measure,
  }: { readonly model: SparseModel; readonly C: number; readonly measure: (answer: Answer) => number },
): Promise<Float64Array> {
  const learning = answersOnly(all);
  const few = selectColumns(learning.features, [...model.indices]);
  const values = Float32Array.from(learning.answers, measure);
  const one: DenseFeatures = { kind: 'dense', rows: values.length, columns: 1, values };
  const features = withColumn(few, standardise(one, columnMoments(one, trainRows(learning.train))).values);
  return sparseScores(features, await fitTrained(learning, features, C));
}
