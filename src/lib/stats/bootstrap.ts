import type { OnProgress } from '../bytes/progress.ts';
import { EngineError } from '../errors.ts';
import { createRandom, randomInt } from '../math/random.ts';
import { allRows } from './auroc.ts';
import { createPacer } from './pace.ts';

export interface ResamplePlan {
  readonly rows: number;
  readonly seed: number;
  /** [rows] A group is drawn whole (questions of a relation, answers to a question). Every row its own where left out. */
  readonly groups?: ArrayLike<number>;
  /**
   * [rows] As many rows (or groups) of each stratum are drawn as there are; pass the labels so that no resample lacks
   * a class. All rows of a group must be of one stratum.
   */
  readonly strata?: ArrayLike<number>;
}

/**
 * A function that draws row indices with replacement; each call the next resample of the seed.
 * @throws EngineError 'bad-input' where there are no rows or a group lies in several strata
 */
export function createResampler({ rows, seed, groups, strata }: ResamplePlan): () => Int32Array {
  if (rows === 0) throw new EngineError('bad-input', 'There are no rows to resample; collect answers first.');
  const members = new Map<number, number[]>();
  for (let row = 0; row < rows; row++) {
    const group = groups ? groups[row] : row;
    const list = members.get(group);
    if (list) list.push(row);
    else members.set(group, [row]);
  }
  const byStratum = new Map<number, number[][]>();
  for (const [group, list] of members) {
    const stratum = strata ? strata[list[0]] : 0;
    if (strata && list.some((row) => strata[row] !== stratum)) {
      throw new EngineError(
        'bad-input',
        `Group ${group} lies in several strata, so the resamples cannot be stratified; resample by group only.`,
      );
    }
    const units = byStratum.get(stratum);
    if (units) units.push(list);
    else byStratum.set(stratum, [list]);
  }
  const random = createRandom(seed);
  const strataUnits = [...byStratum.entries()].sort(([a], [b]) => a - b).map(([, units]) => units);
  return () => {
    const drawn = [];
    for (const units of strataUnits) {
      for (let k = 0; k < units.length; k++) {
        for (const row of units[randomInt(random, units.length)]) drawn.push(row);
      }
    }
    return Int32Array.from(drawn);
  };
}

/** The q-quantile (0 to 1) of sorted values, linear between neighbours, as NumPy's default. */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  const at = q * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}

/** A percentile interval. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  /** Standard deviation over the resamples. */
  readonly standardError: number;
}

/** The percentile interval of a statistic's values over resamples. NaN where there are none. */
export function percentileInterval(values: Float64Array, level = 0.95): Interval {
  if (values.length === 0) return { low: Number.NaN, high: Number.NaN, standardError: Number.NaN };
  const sorted = values.slice().sort();
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  const squares = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    low: quantile(sorted, (1 - level) / 2),
    high: quantile(sorted, (1 + level) / 2),
    standardError: Math.sqrt(squares / (sorted.length - 1)),
  };
}

export interface Bootstrap extends Interval {
  /** The statistic of all rows, each once. */
  readonly estimate: number;
  readonly level: number;
  readonly resamples: number;
  /** Resamples that lacked a value (one class only) and were left out. */
  readonly undefinedResamples: number;
}

export interface BootstrapOptions extends ResamplePlan {
  /** Default 2000. */
  readonly resamples?: number;
  /** Default 0.95. */
  readonly level?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

/**
 * Percentile bootstrap of statistics of the same rows; all are computed on the same resamples, so that a difference of
 * two is a paired one.
 * @param statistics each from row indices, with repetition; NaN where it has no value
 * @throws EngineError 'bad-input' as `createResampler`; the signal's reason where it is aborted
 */
export async function bootstrap(
  statistics: readonly ((rows: Int32Array) => number)[],
  options: BootstrapOptions,
): Promise<Bootstrap[]> {
  const { resamples = 2000, level = 0.95, signal, onProgress } = options;
  const pause = createPacer(signal);
  const draw = createResampler(options);
  const values = statistics.map(() => new Float64Array(resamples));
  for (let k = 0; k < resamples; k++) {
    if (k % 50 === 0) onProgress?.({ stage: 'Resampling', done: k, total: resamples, unit: 'items' });
    await pause();
    const rows = draw();
    statistics.forEach((statistic, s) => {
      values[s][k] = statistic(rows);
    });
  }
  const all = allRows(options.rows);
  return statistics.map((statistic, s) => {
    const defined = values[s].filter((value) => !Number.isNaN(value));
    return {
      ...percentileInterval(defined, level),
      estimate: statistic(all),
      level,
      resamples,
      undefinedResamples: resamples - defined.length,
    };
  });
}

/** a - b on the same resample: the statistic of a paired difference. */
export function differenceOf(
  a: (rows: Int32Array) => number,
  b: (rows: Int32Array) => number,
): (rows: Int32Array) => number {
  return (rows) => a(rows) - b(rows);
}
