import { conjugateGradient } from './conjugate-gradient.ts';
import type { Columns } from './features.ts';

/** A quadratic model of a loss around `beta`, to be minimised together with the L1 norm of beta + step. */
export interface QuadraticModel {
  readonly columns: Columns;
  readonly beta: Float64Array;
  /** [columns] derivatives of the loss at beta. */
  readonly gradient: Float64Array;
  /** [rows] second derivatives of the loss in the scores. */
  readonly curvatureRows: Float64Array;
}

const maximumRounds = 60;
const maximumSolves = 100;

/** How far a weight is from its optimality condition, in units of the penalty's slope, 1. */
export function violationAt(gradient: number, beta: number): number {
  if (beta > 0) return Math.abs(gradient + 1);
  if (beta < 0) return Math.abs(gradient - 1);
  return Math.max(0, Math.abs(gradient) - 1);
}

/** The minimiser's distance from `beta` in one coordinate. */
function coordinateStep(gradient: number, curvature: number, beta: number): number {
  if (gradient + 1 <= curvature * beta) return -(gradient + 1) / curvature;
  if (gradient - 1 >= curvature * beta) return -(gradient - 1) / curvature;
  return -beta;
}

/** The search for a model's minimiser: `step` [columns] and what it does to the scores, [rows]. */
export class QuadraticSearch {
  readonly step: Float64Array;
  readonly scoreStep: Float64Array;
  readonly #model: QuadraticModel;
  readonly #diagonal: Float64Array;
  readonly #weighted: Float64Array;

  constructor(model: QuadraticModel) {
    const { columns } = model;
    this.#model = model;
    this.step = new Float64Array(columns.columns);
    this.scoreStep = new Float64Array(columns.rows);
    this.#weighted = new Float64Array(columns.rows);
    this.#diagonal = Float64Array.from(this.step, (_, j) => columns.dotSquare(j, model.curvatureRows));
  }

  /** One coordinate step in each column of `order`. */
  #sweep(order: Iterable<number>): void {
    const { columns, beta, gradient, curvatureRows } = this.#model;
    for (const j of order) {
      if (this.#diagonal[j] === 0) continue;
      const slope = gradient[j] + columns.dot3(j, curvatureRows, this.scoreStep);
      const move = coordinateStep(slope, this.#diagonal[j], beta[j] + this.step[j]);
      if (move === 0) continue;
      this.step[j] += move;
      columns.addTo(j, move, this.scoreStep);
    }
  }

  /** The model's value, the loss's at beta left out, plus the norm. */
  #value(step: Float64Array, scoreStep: Float64Array): number {
    const { beta, gradient, curvatureRows } = this.#model;
    let value = 0;
    for (let j = 0; j < step.length; j++) value += gradient[j] * step[j] + Math.abs(beta[j] + step[j]);
    for (let i = 0; i < scoreStep.length; i++) value += 0.5 * curvatureRows[i] * scoreStep[i] * scoreStep[i];
    return value;
  }

  /** Largest violation of the optimality conditions. */
  #violation(): number {
    const { columns, beta, gradient, curvatureRows } = this.#model;
    for (let i = 0; i < this.scoreStep.length; i++) this.#weighted[i] = curvatureRows[i] * this.scoreStep[i];
    const slopes = new Float64Array(this.step.length);
    columns.correlate(this.#weighted, slopes, 0, slopes.length);
    let worst = 0;
    for (let j = 0; j < slopes.length; j++)
      worst = Math.max(worst, violationAt(gradient[j] + slopes[j], beta[j] + this.step[j]));
    return worst;
  }

  /**
   * Moves towards the minimiser in the non-zero columns under their signs; a weight that would change its sign becomes
   * zero. The move is halved until the model's value falls.
   */
  async #solveActive(
    active: readonly number[],
    tolerance: number,
    pause: () => Promise<void>,
  ): Promise<void> {
    const { beta, gradient, curvatureRows } = this.#model;
    const columns = this.#model.columns;
    const rows = columns.rows;
    const full = new Float64Array(this.step.length);
    const product = new Float64Array(this.step.length);
    const scores = new Float64Array(rows);
    const multiply = async (v: Float64Array, out: Float64Array) => {
      await pause();
      active.forEach((j, k) => {
        full[j] = v[k];
      });
      scores.fill(0);
      columns.combine(full, scores, 0, full.length);
      for (let i = 0; i < rows; i++) scores[i] *= curvatureRows[i];
      active.forEach((j, k) => {
        out[k] = columns.dot(j, scores);
      });
    };
    const goal = Float64Array.from(active, (j) => -gradient[j] - Math.sign(beta[j] + this.step[j]));
    const found = Float64Array.from(active, (j) => this.step[j]);
    const inverse = Float64Array.from(active, (j) => 1 / this.#diagonal[j]);
    await conjugateGradient(multiply, goal, found, inverse, { tolerance, limit: maximumSolves });

    const before = this.#value(this.step, this.scoreStep);
    for (let length = 1; length > 1e-3; length /= 2) {
      const trial = this.step.slice();
      active.forEach((j, k) => {
        const now = beta[j] + this.step[j];
        const next = now + length * (found[k] - this.step[j]);
        trial[j] = next * now > 0 ? next - beta[j] : -beta[j];
      });
      product.fill(0);
      scores.fill(0);
      columns.combine(trial, scores, 0, trial.length);
      if (this.#value(trial, scores) > before) continue;
      this.step.set(trial);
      this.scoreStep.set(scores);
      return;
    }
  }

  /** Searches until no optimality condition is violated by more than `enough`, or for a fixed number of rounds. */
  async run(enough: number, pause: () => Promise<void>): Promise<void> {
    const { beta } = this.#model;
    const all = Array.from(beta.keys());
    for (let round = 0; round < maximumRounds; round++) {
      await pause();
      this.#sweep(all);
      const active = all.filter((j) => beta[j] + this.step[j] !== 0 && this.#diagonal[j] > 0);
      this.#sweep(active.toReversed());
      this.#sweep(active);
      const worst = this.#violation();
      if (worst <= enough) return;
      const still = active.filter((j) => beta[j] + this.step[j] !== 0);
      await this.#solveActive(still, 0.1 * Math.min(1, worst, enough), pause);
      if (this.#violation() <= enough) return;
    }
  }
}
