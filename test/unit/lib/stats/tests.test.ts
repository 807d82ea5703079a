import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { incompleteBeta, logGamma } from '../../../../src/lib/stats/beta.ts';
import {
  type Alternative,
  pairedTTest,
  permutationP,
  studentTail,
  tTest,
} from '../../../../src/lib/stats/tests.ts';

interface Expected {
  readonly alternative: Alternative;
  readonly t: number;
  readonly df: number;
  readonly p: number;
}

const { samples, tTests, paired, tails, draws, permutation } = JSON.parse(
  readFileSync(new URL('../../../fixtures/stats/tests.json', import.meta.url), 'utf8'),
) as {
  readonly samples: Readonly<Record<string, readonly number[]>>;
  readonly tTests: readonly (Expected & { a: string; b: string; equalVariances: boolean })[];
  readonly paired: readonly Expected[];
  readonly tails: readonly (readonly [t: number, df: number, p: number])[];
  readonly draws: readonly number[];
  readonly permutation: readonly { observed: number; alternative: Alternative; p: number }[];
};

/** Relative difference. */
const apart = (a: number, b: number) => (a === b ? 0 : Math.abs(a - b) / Math.abs(b));

describe('SciPy', () => {
  test.each(tTests)('t-test of $a and $b, equal variances $equalVariances, $alternative', (expected) => {
    const { a, b, equalVariances, alternative } = expected;
    const result = tTest(samples[a], samples[b], { equalVariances, alternative });
    // Values near 1e6 that differ by 1e-3 leave seven digits to the variance.
    const digits = a === 'offset' ? 1e-7 : 1e-11;
    expect(apart(result.t, expected.t)).toBeLessThan(digits);
    expect(apart(result.df, expected.df)).toBeLessThan(digits);
    expect(apart(result.p, expected.p)).toBeLessThan(100 * digits);
  });

  test.each(paired)('paired t-test, $alternative', ({ alternative, ...expected }) => {
    const result = pairedTTest(samples.offset, samples['offset-2'], alternative);
    expect(apart(result.t, expected.t)).toBeLessThan(1e-11);
    expect(result.df).toBe(expected.df);
    expect(apart(result.p, expected.p)).toBeLessThan(1e-11);
  });

  test.each(tails)('chance above %d with %d degrees of freedom', (t, df, p) => {
    expect(Math.abs(studentTail(t, df) - p)).toBeLessThan((df > 1e5 ? 1e-9 : 1e-11) * p);
  });

  test.each(permutation)('observed $observed among draws, $alternative', ({ observed, alternative, p }) => {
    expect(permutationP(observed, draws, alternative)).toBeCloseTo(p, 14);
  });
});

test('log gamma and the incomplete beta function where they are known', () => {
  expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 14);
  expect(logGamma(1)).toBeCloseTo(0, 14);
  expect(logGamma(11)).toBeCloseTo(Math.log(3_628_800), 13);
  for (const x of [0, 0.2, 0.5, 0.9, 1]) {
    expect(incompleteBeta(x, 1 - x, 1, 1)).toBeCloseTo(x, 14);
    expect(incompleteBeta(x, 1 - x, 3, 1)).toBeCloseTo(x ** 3, 14);
    expect(incompleteBeta(x, 1 - x, 2, 2)).toBeCloseTo(x * x * (3 - 2 * x), 14);
  }
});

test.each([1e-12, 1e-8, 0.3, 7, 1e6])('one degree of freedom is the Cauchy distribution, at %d', (t) => {
  expect(apart(studentTail(t, 1), Math.atan2(1, t) / Math.PI)).toBeLessThan(1e-14);
});

test('constant and short samples', () => {
  expect(tTest([1, 1], [2, 2]).p).toBe(0);
  expect(tTest([1, 1], [1, 1]).p).toBeNaN();
  expect(() => tTest([1], [1, 2])).toThrow(/first sample has 1/);
  expect(() => tTest([1, 2], [])).toThrow(/second sample has 0/);
  expect(() => pairedTTest([1, 2], [1])).toThrow(/2 and 1/);
  expect(() => permutationP(1, [])).toThrow(/no draws/);
});
