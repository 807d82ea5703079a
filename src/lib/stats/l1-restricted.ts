import type { Columns } from './features.ts';
import { QuadraticSearch, violationAt } from './l1-quadratic.ts';
import { createLossState, dualObjective, logisticLoss, updateLossState } from './logistic-loss.ts';

/** L1 logistic regression in a few columns. `beta` and `scores` are changed in place; scores = columns * beta. */
export interface RestrictedProblem {
  readonly columns: Columns;
  readonly signs: Float64Array;
  readonly weights: Float64Array;
  readonly beta: Float64Array;
  readonly scores: Float64Array;
}

const maximumSteps = 200;
/** Least decrease of a step, as a share of what its slope promises (Armijo). */
const sufficientDecrease = 0.01;

/**
 * Minimises C * sum of weight * log(1 + exp(-sign * score)) + sum of |beta| until the duality gap is at most `tolerance`
 * times the objective, or nothing improves. Newton steps, each the minimiser of the loss's quadratic model plus the
 * penalty, then a line search, as newGLMNET takes them (Yuan, Ho and Lin, "An improved GLMNET for L1-regularized
 * logistic regression", JMLR 13, 2012).
 * @returns the number of Newton steps
 */
export async function solveRestricted(
  problem: RestrictedProblem,
  C: number,
  tolerance: number,
  pause: () => Promise<void>,
): Promise<number> {
  const { columns, signs, weights, beta, scores } = problem;
  const size = columns.columns;
  const rows = columns.rows;
  const state = createLossState(rows);
  const gradient = new Float64Array(size);
  const trial = new Float64Array(rows);
  const curvatureRows = new Float64Array(rows);

  for (let iteration = 0; iteration < maximumSteps; iteration++) {
    await pause();
    updateLossState(state, scores, signs, weights);
    columns.correlate(state.residual, gradient, 0, size);
    let steepest = 0;
    let worst = 0;
    let norm = 0;
    for (let j = 0; j < size; j++) {
      gradient[j] *= C;
      steepest = Math.max(steepest, Math.abs(gradient[j]));
      worst = Math.max(worst, violationAt(gradient[j], beta[j]));
      norm += Math.abs(beta[j]);
    }
    const objective = C * state.loss + norm;
    const gap = objective - dualObjective(state, weights, C, steepest);
    if (gap <= tolerance * objective) return iteration;

    for (let i = 0; i < rows; i++) curvatureRows[i] = C * state.curvature[i];
    const search = new QuadraticSearch({ columns, beta, gradient, curvatureRows });
    await search.run(Math.max(0.2 * tolerance, worst * Math.min(0.1, worst)), pause);
    const { step, scoreStep } = search;

    let promised = 0;
    for (let j = 0; j < size; j++)
      promised += gradient[j] * step[j] + Math.abs(beta[j] + step[j]) - Math.abs(beta[j]);
    let length = 1;
    let accepted = false;
    for (let halvings = 0; halvings < 40 && !accepted; halvings++, length /= 2) {
      for (let i = 0; i < rows; i++) trial[i] = scores[i] + length * scoreStep[i];
      let trialNorm = 0;
      for (let j = 0; j < size; j++) trialNorm += Math.abs(beta[j] + length * step[j]);
      const value = C * logisticLoss(trial, signs, weights) + trialNorm;
      const rounding = 1e-15 * objective;
      if (value > objective + sufficientDecrease * length * promised + rounding) continue;
      accepted = true;
      for (let j = 0; j < size; j++) beta[j] += length * step[j];
      scores.set(trial);
    }
    if (!accepted || promised === 0) return iteration + 1;
  }
  return maximumSteps;
}
