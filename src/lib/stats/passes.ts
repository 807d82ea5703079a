import { type Features, openColumns } from './features.ts';
import type { PreparedProblem } from './problem.ts';

/** A linear model whose weights are zero but for a few; indices ascending. */
export interface SparseModel {
  readonly indices: Int32Array;
  readonly values: Float64Array;
  readonly intercept: number;
}

/** Stored values that one uninterrupted piece of a pass reads. */
const pieceSize = 4_000_000;

/** Runs `work` over all columns in pieces, pausing between them. */
export async function overColumns(
  { columns }: Pick<PreparedProblem, 'columns'>,
  pause: () => Promise<void>,
  work: (from: number, to: number) => void,
): Promise<void> {
  const pieces = Math.ceil(columns.stored(0, columns.columns) / pieceSize);
  const width = 4 * Math.ceil(columns.columns / Math.max(1, pieces) / 4);
  for (let from = 0; from < columns.columns; from += width) {
    work(from, Math.min(columns.columns, from + width));
    await pause();
  }
}

/**
 * Derivatives of a loss in the weights and, last, the intercept: out [columns + 1] from the loss's derivatives in the
 * scores, residual [used rows]. 0 for columns that take no part.
 */
export async function slopesOf(
  problem: PreparedProblem,
  residual: Float64Array,
  out: Float64Array,
  pause: () => Promise<void>,
): Promise<void> {
  const { columns, rows, usable } = problem;
  const vector = new Float64Array(columns.rows);
  let sum = 0;
  for (let i = 0; i < rows.length; i++) {
    vector[rows[i]] = residual[i];
    sum += residual[i];
  }
  await overColumns(problem, pause, (from, to) => columns.correlate(vector, out, from, to));
  for (let j = 0; j < columns.columns; j++) if (usable[j] === 0) out[j] = 0;
  out[columns.columns] = sum;
}

/** Whether every row's score is on its class's side of 0. */
export function separatesRows(scores: Float64Array, signs: Float64Array): boolean {
  return scores.every((score, i) => score * signs[i] > 0);
}

/** Scores of all rows under a sparse model, [rows]: intercept + sum of weight * feature; above 0 is the positive class. */
export function sparseScores(features: Features, model: SparseModel): Float64Array {
  const columns = openColumns(features);
  const scores = new Float64Array(columns.rows).fill(model.intercept);
  for (let k = 0; k < model.indices.length; k++) columns.addTo(model.indices[k], model.values[k], scores);
  return scores;
}
