import { conjugateGradient } from './conjugate-gradient.ts';
import { type Features, openColumns } from './features.ts';
import { checkC, type FitOptions } from './logistic.ts';
import { createLossState, logisticLoss, updateLossState } from './logistic-loss.ts';
import { createPacer } from './pace.ts';
import { overColumns, separatesRows, slopesOf } from './passes.ts';
import { type FlaggedColumns, type PreparedProblem, type Problem, prepareProblem } from './problem.ts';

/** A linear model with a weight a column. */
export interface DenseModel {
  readonly weights: Float64Array;
  readonly intercept: number;
}

/** A fitted L2 logistic regression. */
export interface L2Fit extends DenseModel {
  readonly C: number;
  /** C * sum of weight * log(1 + exp(-sign * score)) + half the sum of squared weights and intercept. */
  readonly objective: number;
  /** The objective is at most this far above its minimum: half the gradient's squared norm. */
  readonly gap: number;
  readonly converged: boolean;
  readonly iterations: number;
  readonly flagged: FlaggedColumns;
  /** As in `L1Fit`. */
  readonly separable: boolean;
}

const maximumSteps = 100;
const sufficientDecrease = 1e-4;
/** Conjugate gradient steps a Newton step. */
const maximumSolves = 200;

/** Adds up scores [used rows] of weights [columns + 1], the intercept last. */
async function scoresOf(
  problem: PreparedProblem,
  weights: Float64Array,
  pause: () => Promise<void>,
): Promise<Float64Array> {
  const { columns, rows } = problem;
  const all = new Float64Array(columns.rows).fill(weights[columns.columns]);
  await overColumns(problem, pause, (from, to) => columns.combine(weights, all, from, to));
  return Float64Array.from(rows, (row) => all[row]);
}

function squaredNorm(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value * value, 0);
}

/**
 * L2 logistic regression as scikit-learn's LogisticRegression(penalty='l2', solver='liblinear') poses it:
 *
 *     minimise  C * sum of rowWeight * log(1 + exp(-sign * score))  +  (sum of weight^2 + intercept^2) / 2
 *
 * by Newton steps found by conjugate gradients, each shortened until the objective falls. The objective is 1-strongly
 * convex, so half its gradient's squared norm bounds the distance to the minimum.
 * Columns are flagged, and errors thrown, as in `fitPath`.
 */
export async function fitL2(
  problem: Problem,
  { C, tolerance = 1e-7, signal, onProgress }: FitOptions & { readonly C: number },
): Promise<L2Fit> {
  checkC(C);
  const pause = createPacer(signal);
  const prepared = prepareProblem(problem);
  const { signs, weights: rowWeights, rows, flagged, columnSeparates } = prepared;
  const size = prepared.columns.columns + 1;
  const weights = new Float64Array(size);
  let scores: Float64Array = new Float64Array(rows.length);
  const state = createLossState(rows.length);
  const gradient = new Float64Array(size);
  const ones = new Float64Array(size).fill(1);

  let objective = 0;
  let gap = Number.POSITIVE_INFINITY;
  let iterations = 0;
  let firstSlope = 0;
  for (;;) {
    onProgress?.({ stage: 'Fitting all columns', done: iterations, unit: 'items' });
    updateLossState(state, scores, signs, rowWeights);
    await slopesOf(prepared, state.residual, gradient, pause);
    for (let j = 0; j < size; j++) gradient[j] = C * gradient[j] + weights[j];
    const slope = Math.sqrt(squaredNorm(gradient));
    firstSlope ||= slope;
    objective = C * state.loss + squaredNorm(weights) / 2;
    gap = (slope * slope) / 2;
    if (gap <= tolerance * objective || iterations === maximumSteps) break;

    const multiply = async (v: Float64Array, out: Float64Array) => {
      const moved = await scoresOf(prepared, v, pause);
      for (let i = 0; i < moved.length; i++) moved[i] *= C * state.curvature[i];
      await slopesOf(prepared, moved, out, pause);
      for (let j = 0; j < size; j++) out[j] += v[j];
    };
    const step = new Float64Array(size);
    const goal = gradient.map((value) => -value);
    await conjugateGradient(multiply, goal, step, ones, {
      tolerance: Math.min(0.1, Math.sqrt(slope / firstSlope)),
      limit: maximumSolves,
    });
    const scoreStep = await scoresOf(prepared, step, pause);
    const promised = step.reduce((sum, value, j) => sum + value * gradient[j], 0);
    let length = 1;
    let accepted = false;
    while (!accepted && length > 1e-10) {
      const trial = weights.map((weight, j) => weight + length * step[j]);
      const trialScores = scores.map((score, i) => score + length * scoreStep[i]);
      const value = C * logisticLoss(trialScores, signs, rowWeights) + squaredNorm(trial) / 2;
      if (value <= objective + sufficientDecrease * length * promised + 1e-15 * objective) {
        weights.set(trial);
        scores = trialScores;
        accepted = true;
      }
      length /= 2;
    }
    iterations++;
    if (!accepted) break;
  }
  return {
    C,
    weights: weights.slice(0, -1),
    intercept: weights[size - 1],
    objective,
    gap,
    converged: gap <= tolerance * objective,
    iterations,
    flagged,
    separable: columnSeparates || separatesRows(scores, signs),
  };
}

/** Scores of all rows under a dense model, [rows]. */
export function denseScores(features: Features, model: DenseModel): Float64Array {
  const columns = openColumns(features);
  const scores = new Float64Array(columns.rows).fill(model.intercept);
  columns.combine(model.weights, scores, 0, columns.columns);
  return scores;
}
