import type { OnProgress } from '../bytes/progress.ts';
import { createRandom } from '../math/random.ts';
import { fitL1 } from './logistic.ts';
import type { SparseModel } from './passes.ts';
import { minimumRowsPerClass, type Problem, rowWeightsOf } from './problem.ts';
import { shuffle } from './splits.ts';

/** How often each column was chosen; columns that never were are left out. Ascending. */
export interface Stability {
  readonly indices: Int32Array;
  /** Share of the resamples in which the weight was positive, and in which it was negative. */
  readonly positive: Float64Array;
  readonly negative: Float64Array;
  /** Halves that were fitted: fewer than asked for, perhaps none, where rows of a class are few. */
  readonly resamples: number;
}

/** Halves are drawn for each that is wanted at most: with few rows some hold too few of a class to fit. */
const DRAWS = 4;

/**
 * Stability selection (Meinshausen and Buehlmann, JRSS B 72, 2010): fits halves of the rows, drawn without replacement
 * and within each class, and counts which columns get a weight. Halves with too few rows of a class are passed over.
 * @param groups [rows] where given, groups are drawn whole, regardless of class
 * @param start the fit of all rows, to begin at
 * @throws EngineError 'bad-input' as `fitPath`
 */
export async function stabilitySelection(
  problem: Problem,
  options: {
    readonly C: number;
    readonly seed: number;
    /** Default 100. */
    readonly resamples?: number;
    readonly groups?: ArrayLike<number>;
    readonly start?: SparseModel;
    readonly tolerance?: number;
    readonly signal?: AbortSignal;
    readonly onProgress?: OnProgress;
  },
): Promise<Stability> {
  const { C, seed, resamples = 100, groups, start, tolerance = 1e-5, signal, onProgress } = options;
  const { labels } = problem;
  const weights = rowWeightsOf(problem);
  const units = new Map<number, number[]>();
  weights.forEach((weight, row) => {
    if (weight === 0) return;
    const unit = groups ? groups[row] : row;
    const rows = units.get(unit);
    if (rows) rows.push(row);
    else units.set(unit, [row]);
  });
  const all = [...units.values()];
  const pools = groups ? [all] : [0, 1].map((label) => all.filter(([row]) => labels[row] === label));
  const random = createRandom(seed);
  const positive = new Map<number, number>();
  const negative = new Map<number, number>();
  let fitted = 0;
  for (let draw = 0; draw < DRAWS * resamples && fitted < resamples; draw++) {
    const rowWeights = new Float64Array(weights.length);
    for (const pool of pools) {
      for (const rows of shuffle(pool, random).slice(0, Math.ceil(pool.length / 2)))
        for (const row of rows) rowWeights[row] = weights[row];
    }
    const counts = [0, 0];
    rowWeights.forEach((weight, row) => {
      if (weight > 0) counts[labels[row]]++;
    });
    if (Math.min(...counts) < minimumRowsPerClass) continue;
    onProgress?.({ stage: 'Refitting halves', done: fitted, total: resamples, unit: 'items' });
    const fit = await fitL1({ ...problem, rowWeights }, { C, tolerance, start, signal });
    fit.indices.forEach((column, at) => {
      const tallies = fit.values[at] > 0 ? positive : negative;
      tallies.set(column, (tallies.get(column) ?? 0) + 1);
    });
    fitted++;
  }
  onProgress?.({ stage: 'Refitting halves', done: resamples, total: resamples, unit: 'items' });
  const indices = Int32Array.from(new Set([...positive.keys(), ...negative.keys()])).sort();
  const sharesOf = (tallies: ReadonlyMap<number, number>) =>
    Float64Array.from(indices, (column) => (tallies.get(column) ?? 0) / fitted);
  return { indices, positive: sharesOf(positive), negative: sharesOf(negative), resamples: fitted };
}
