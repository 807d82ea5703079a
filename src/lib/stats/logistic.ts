import type { OnProgress } from '../bytes/progress.ts';
import { EngineError } from '../errors.ts';
import { solveRestricted } from './l1-restricted.ts';
import { createLossState, dualObjective, type LossState, updateLossState } from './logistic-loss.ts';
import { createPacer } from './pace.ts';
import { type SparseModel, separatesRows, slopesOf } from './passes.ts';
import { type FlaggedColumns, type PreparedProblem, type Problem, prepareProblem } from './problem.ts';

/** A fitted L1 logistic regression. */
export interface L1Fit extends SparseModel {
  readonly C: number;
  /** C * sum of weight * log(1 + exp(-sign * score)) + sum of |weight of a column| + |intercept|. */
  readonly objective: number;
  /** The objective is at most this far above its minimum (duality gap). */
  readonly gap: number;
  /** The gap is within the tolerance. */
  readonly converged: boolean;
  /** Newton steps. */
  readonly iterations: number;
  readonly flagged: FlaggedColumns;
  /**
   * The classes are seen to be linearly separable: this model, or a single column, tells all rows of the fit apart, so
   * being right on them shows nothing. false: not seen; with more columns than rows they usually are.
   */
  readonly separable: boolean;
}

export interface FitOptions {
  /** Largest duality gap, as a share of the objective. Default 1e-7. */
  readonly tolerance?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

const defaultTolerance = 1e-7;
const maximumRounds = 200;
/** Columns taken up at once at least, where so many want to be. */
const smallestBatch = 200;

/** Throws EngineError 'bad-input' unless C is above 0 and finite. */
export function checkC(C: number): void {
  if (!(C > 0 && C < Number.POSITIVE_INFINITY)) {
    throw new EngineError('bad-input', `C is ${C}; it must be a number above 0.`);
  }
}

/** The search along a path: where it stands. All arrays end with the intercept but for `scores` [used rows]. */
class L1Search {
  readonly #problem: PreparedProblem;
  readonly #pause: () => Promise<void>;
  readonly #beta: Float64Array;
  readonly #scores: Float64Array;
  /** Derivatives of the loss, without C, at #beta. */
  readonly #slopes: Float64Array;
  readonly #state: LossState;
  #previousC: number | undefined;

  constructor(problem: PreparedProblem, pause: () => Promise<void>) {
    const width = problem.columns.columns + 1;
    this.#problem = problem;
    this.#pause = pause;
    this.#beta = new Float64Array(width);
    this.#slopes = new Float64Array(width);
    this.#scores = new Float64Array(problem.rows.length);
    this.#state = createLossState(problem.rows.length);
  }

  /** Begins at a model, or at zero. */
  async begin(start: SparseModel | undefined): Promise<void> {
    const { columns, rows, usable } = this.#problem;
    if (start) {
      const scores = new Float64Array(columns.rows).fill(start.intercept);
      start.indices.forEach((column, k) => {
        if (!usable[column]) return;
        this.#beta[column] = start.values[k];
        columns.addTo(column, start.values[k], scores);
      });
      this.#beta[columns.columns] = start.intercept;
      rows.forEach((row, i) => {
        this.#scores[i] = scores[row];
      });
    }
    await this.#look();
  }

  /** Brings the loss and its derivatives up to date: one pass over all columns. */
  async #look(): Promise<void> {
    updateLossState(this.#state, this.#scores, this.#problem.signs, this.#problem.weights);
    await slopesOf(this.#problem, this.#state.residual, this.#slopes, this.#pause);
  }

  /** The largest |derivative| of all. */
  steepest(): number {
    return this.#slopes.reduce((most, slope) => Math.max(most, Math.abs(slope)), 0);
  }

  #objective(C: number): number {
    return C * this.#state.loss + this.#beta.reduce((norm, weight) => norm + Math.abs(weight), 0);
  }

  /** Columns outside `working` whose |slope| is above the threshold, steepest first, at most `limit`. */
  #steepColumns(working: ReadonlySet<number>, threshold: number, limit: number): number[] {
    const found = [];
    for (let j = 0; j < this.#slopes.length - 1; j++) {
      if (Math.abs(this.#slopes[j]) > threshold && !working.has(j)) found.push(j);
    }
    found.sort((a, b) => Math.abs(this.#slopes[b]) - Math.abs(this.#slopes[a]) || a - b);
    return found.slice(0, limit);
  }

  /** Minimises in some columns and the intercept. */
  async #restrict(working: readonly number[], C: number, tolerance: number): Promise<number> {
    const { columns, rows, signs, weights } = this.#problem;
    const chosen = columns.selectWithOnes(working, rows);
    const intercept = columns.columns;
    const beta = Float64Array.from([...working, intercept], (column) => this.#beta[column]);
    this.#scores.fill(0);
    chosen.combine(beta, this.#scores, 0, beta.length);
    const restricted = { columns: chosen, signs, weights, beta, scores: this.#scores };
    const iterations = await solveRestricted(restricted, C, tolerance, this.#pause);
    working.forEach((column, k) => {
      this.#beta[column] = beta[k];
    });
    this.#beta[intercept] = beta[working.length];
    return iterations;
  }

  /**
   * The optimum at C. Works in the columns that are non-zero or that the sequential strong rule keeps (Tibshirani et al.,
   * JRSS B 74, 2012), and takes up those that break their optimality condition until the gap over all columns is small.
   */
  async solve(C: number, tolerance: number): Promise<L1Fit> {
    checkC(C);
    const { columns, flagged, columnSeparates, signs } = this.#problem;
    const size = columns.columns;
    const working = new Set<number>();
    for (let j = 0; j < size; j++) if (this.#beta[j] !== 0) working.add(j);
    const strong = this.#previousC === undefined ? 1 / C : 2 / C - 1 / this.#previousC;
    const batch = () => Math.max(smallestBatch, working.size);
    for (const j of this.#steepColumns(working, strong, batch())) working.add(j);

    let iterations = 0;
    let objective = this.#objective(C);
    let gap = objective - dualObjective(this.#state, this.#problem.weights, C, C * this.steepest());
    let within = Math.max(0.3 * tolerance, 1e-2);
    for (let round = 0; gap > tolerance * objective && round < maximumRounds; round++) {
      iterations += await this.#restrict([...working], C, within);
      await this.#look();
      objective = this.#objective(C);
      gap = objective - dualObjective(this.#state, this.#problem.weights, C, C * this.steepest());
      const broken = this.#steepColumns(working, 1 / C, batch());
      for (const j of broken) working.add(j);
      if (broken.length > 0) within = Math.max(0.3 * tolerance, Math.min(within, (0.1 * gap) / objective));
      else if (within > 0.3 * tolerance) within = 0.3 * tolerance;
      else if (within > 1e-14) within *= 0.1;
      else break;
    }
    this.#previousC = C;
    const indices = [];
    for (let j = 0; j < size; j++) if (this.#beta[j] !== 0) indices.push(j);
    return {
      C,
      indices: Int32Array.from(indices),
      values: Float64Array.from(indices, (j) => this.#beta[j]),
      intercept: this.#beta[size],
      objective,
      gap,
      converged: gap <= tolerance * objective,
      iterations,
      flagged,
      separable: columnSeparates || separatesRows(this.#scores, signs),
    };
  }
}

/**
 * The smallest C at which some weight is not 0: 1 / (largest |derivative of the loss| at zero), the intercept counted as
 * a column of ones. @throws as `fitL1`
 */
export async function minimumC(problem: Problem, signal?: AbortSignal): Promise<number> {
  const search = new L1Search(prepareProblem(problem), createPacer(signal));
  await search.begin(undefined);
  return 1 / search.steepest();
}

/** `count` values of C, `from` to `to`, each the same factor above the one before. */
export function geometricPath(from: number, to: number, count: number): number[] {
  checkC(from);
  checkC(to);
  return Array.from({ length: count }, (_, k) => from * (to / from) ** (count < 2 ? 0 : k / (count - 1)));
}

/**
 * L1 logistic regression as scikit-learn's LogisticRegression(penalty='l1', solver='liblinear') poses it, at every C:
 *
 *     minimise  C * sum of rowWeight * log(1 + exp(-sign * score))  +  sum of |weight|  +  |intercept|
 *
 * with score = intercept + sum of weight * feature. Each optimum starts from that at the next smaller C.
 *
 * The intercept is penalised like every weight, so the optimum depends on where a feature's zero lies. After adding 100
 * to a feature, a weight w on it moves every score by 100 w, which costs |w|, while undoing that by the intercept
 * costs |100 w|; and a weight of b / 100 on it stands in for an intercept b at a hundredth of the price. The fit then
 * differs, in weights and objective. Centre features whose zero means nothing (`standardise`); CETT, whose zero
 * means "takes no part", is left as it is.
 *
 * Columns that are constant in the fit's rows, or have a NaN or an infinite value anywhere, get weight 0 and are
 * listed. (liblinear would use a constant column as a second, cheaper or dearer, intercept.)
 *
 * @param Cs in any order; the fits come in the same order
 * @throws EngineError 'bad-input' where a class has no rows or too few, sizes do not agree or a C is not above 0;
 * the signal's reason where it is aborted
 */
export async function fitPath(
  problem: Problem,
  Cs: readonly number[],
  options: FitOptions & { readonly start?: SparseModel } = {},
): Promise<L1Fit[]> {
  const { tolerance = defaultTolerance, signal, onProgress, start } = options;
  Cs.forEach(checkC);
  const search = new L1Search(prepareProblem(problem), createPacer(signal));
  await search.begin(start);
  const order = Cs.map((_, k) => k).sort((a, b) => Cs[a] - Cs[b]);
  const fits: L1Fit[] = new Array(Cs.length);
  for (const [done, k] of order.entries()) {
    onProgress?.({ stage: 'Fitting', done, total: Cs.length, unit: 'items' });
    fits[k] = await search.solve(Cs[k], tolerance);
  }
  onProgress?.({ stage: 'Fitting', done: Cs.length, total: Cs.length, unit: 'items' });
  return fits;
}

/** `fitPath` at one C. `start`: a model to begin at; it changes the time taken, not the optimum. */
export async function fitL1(
  problem: Problem,
  options: FitOptions & { readonly C: number; readonly start?: SparseModel },
): Promise<L1Fit> {
  const [fit] = await fitPath(problem, [options.C], options);
  return fit;
}
