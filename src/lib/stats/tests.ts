import { EngineError } from '../errors.ts';
import { incompleteBeta } from './beta.ts';

/** What the first sample's mean, or the observed value, is asked to be beside the other. */
export type Alternative = 'two-sided' | 'greater' | 'less';

/**
 * Chance that a variable of Student's t distribution with `df` degrees of freedom is above t (DLMF 8.17; relative error
 * below 1e-11 up to 100,000 degrees of freedom).
 */
export function studentTail(t: number, df: number): number {
  if (!Number.isFinite(t)) return t > 0 ? 0 : Number.isNaN(t) ? Number.NaN : 1;
  const square = t * t;
  const outside = incompleteBeta(df / (df + square), square / (df + square), df / 2, 0.5);
  return t >= 0 ? outside / 2 : 1 - outside / 2;
}

export interface TTest {
  readonly t: number;
  /** Degrees of freedom. */
  readonly df: number;
  readonly p: number;
  readonly meanDifference: number;
  readonly standardError: number;
}

function summary(values: ArrayLike<number>, name: string) {
  const count = values.length;
  if (count < 2) {
    throw new EngineError('bad-input', `The ${name} sample has ${count} values; a t-test needs at least 2.`);
  }
  let mean = 0;
  for (let i = 0; i < count; i++) mean += values[i] / count;
  let squares = 0;
  for (let i = 0; i < count; i++) squares += (values[i] - mean) ** 2;
  return { count, mean, variance: squares / (count - 1) };
}

function finish(meanDifference: number, standardError: number, df: number, alternative: Alternative): TTest {
  const t = meanDifference / standardError;
  const p =
    alternative === 'two-sided'
      ? 2 * studentTail(Math.abs(t), df)
      : studentTail(alternative === 'greater' ? t : -t, df);
  return { t, df, p, meanDifference, standardError };
}

/**
 * t-test of two independent samples: Welch's, or Student's where the variances are taken to be equal. NaN where both
 * samples are constant and equal.
 * @throws EngineError 'bad-input' where a sample has fewer than 2 values
 */
export function tTest(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  options: { readonly equalVariances?: boolean; readonly alternative?: Alternative } = {},
): TTest {
  const { equalVariances = false, alternative = 'two-sided' } = options;
  const first = summary(a, 'first');
  const second = summary(b, 'second');
  const difference = first.mean - second.mean;
  if (equalVariances) {
    const df = first.count + second.count - 2;
    const pooled = ((first.count - 1) * first.variance + (second.count - 1) * second.variance) / df;
    return finish(difference, Math.sqrt(pooled * (1 / first.count + 1 / second.count)), df, alternative);
  }
  const one = first.variance / first.count;
  const two = second.variance / second.count;
  const df = (one + two) ** 2 / (one ** 2 / (first.count - 1) + two ** 2 / (second.count - 1));
  return finish(difference, Math.sqrt(one + two), df, alternative);
}

/**
 * t-test of paired samples: is the mean of a - b zero?
 * @throws EngineError 'bad-input' where the lengths differ or are below 2
 */
export function pairedTTest(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  alternative: Alternative = 'two-sided',
): TTest {
  if (a.length !== b.length) {
    throw new EngineError(
      'bad-input',
      `The paired samples have ${a.length} and ${b.length} values; pair them.`,
    );
  }
  const differences = Array.from({ length: a.length }, (_, i) => a[i] - b[i]);
  const { count, mean, variance } = summary(differences, 'paired');
  return finish(mean, Math.sqrt(variance / count), count - 1, alternative);
}

/**
 * p of an observed value among draws under the null hypothesis (shuffled labels, random neurons):
 * (1 + draws at least as extreme) / (1 + draws), which never is 0 (Phipson and Smyth, 2010); two-sided twice the smaller
 * side, at most 1. Draws within 1e-14 of the observed value, relative, count as equal to it.
 * @throws EngineError 'bad-input' where there are no draws
 */
export function permutationP(
  observed: number,
  draws: ArrayLike<number>,
  alternative: Alternative = 'two-sided',
): number {
  if (draws.length === 0) {
    throw new EngineError('bad-input', 'There are no draws to compare the value with; make at least one.');
  }
  const slack = 1e-14 * Math.abs(observed);
  let above = 1;
  let below = 1;
  for (let i = 0; i < draws.length; i++) {
    if (draws[i] >= observed - slack) above++;
    if (draws[i] <= observed + slack) below++;
  }
  const all = draws.length + 1;
  if (alternative === 'greater') return above / all;
  if (alternative === 'less') return below / all;
  return Math.min(1, (2 * Math.min(above, below)) / all);
}
