import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  accuracy,
  allRows,
  auroc,
  bestThreshold,
  resampledAuroc,
  rocCurve,
} from '../../../../src/lib/stats/auroc.ts';
import {
  bootstrap,
  createResampler,
  differenceOf,
  percentileInterval,
  quantile,
} from '../../../../src/lib/stats/bootstrap.ts';
import { calibrate } from '../../../../src/lib/stats/calibration.ts';

interface Scores {
  readonly values: readonly number[];
  readonly auroc: number;
  readonly roc: readonly (readonly [number, number, number])[];
  readonly accuracy: number;
}

const { labels, scores, calibration, ...reference } = JSON.parse(
  readFileSync(new URL('../../../fixtures/stats/metrics.json', import.meta.url), 'utf8'),
) as {
  readonly labels: readonly number[];
  readonly scores: Readonly<Record<'smooth' | 'ties', Scores>>;
  readonly calibration: {
    readonly probabilities: readonly number[];
    readonly positives: readonly number[];
    readonly means: readonly number[];
    readonly brier: number;
  };
  readonly bootstrap: {
    readonly resamples: readonly (readonly number[])[];
    readonly interval: readonly [number, number];
    readonly standardError: number;
    readonly differenceInterval: readonly [number, number];
  };
  readonly scipyMean: { readonly interval: readonly [number, number]; readonly standardError: number };
};

describe.each(['smooth', 'ties'] as const)('scikit-learn, %s scores', (name) => {
  const { values, ...expected } = scores[name];

  test('AUROC and accuracy', () => {
    expect(auroc(values, labels)).toBeCloseTo(expected.auroc, 14);
    expect(
      auroc(
        values.map((value) => -value),
        labels,
      ),
    ).toBeCloseTo(1 - expected.auroc, 14);
    expect(accuracy(values, labels, 0.5)).toBe(expected.accuracy);
  });

  test('ROC curve', () => {
    const [first, ...points] = rocCurve(values, labels);
    expect(first).toEqual({ falsePositiveRate: 0, truePositiveRate: 0, threshold: Number.POSITIVE_INFINITY });
    expect(points).toHaveLength(expected.roc.length);
    points.forEach((point, k) => {
      expect(point.falsePositiveRate).toBeCloseTo(expected.roc[k][0], 14);
      expect(point.truePositiveRate).toBeCloseTo(expected.roc[k][1], 14);
      expect(point.threshold).toBe(expected.roc[k][2]);
    });
  });

  test('no threshold is better than the best one', () => {
    const best = accuracy(values, labels, bestThreshold(values, labels));
    const all = [...values, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    expect(best).toBe(Math.max(...all.map((threshold) => accuracy(values, labels, threshold))));
  });
});

test('infinite scores are ordered, equal scores say nothing', () => {
  expect(auroc([Number.NEGATIVE_INFINITY, 0, Number.POSITIVE_INFINITY], [0, 1, 1])).toBe(1);
  expect(auroc([1, 1, 1, 1], [0, 1, 1, 0])).toBe(0.5);
  expect(auroc(Array(2).fill(Number.POSITIVE_INFINITY), [0, 1])).toBe(0.5);
  expect(bestThreshold([1, 1, 1], [1, 1, 0])).toBe(Number.NEGATIVE_INFINITY);
  expect(bestThreshold([1, 1, 1], [0, 1, 0])).toBe(Number.POSITIVE_INFINITY);
});

test.each([
  ['one class', [1, 2], [1, 1], /both classes/],
  ['no rows', [], [], /both classes/],
  ['NaN', [1, Number.NaN], [0, 1], /row 1/],
  ['a label of 3', [1, 2], [0, 3], /0 or 1/],
  ['lengths that differ', [1, 2], [0, 1, 0], /2 scores and 3 labels/],
])('AUROC refuses %s', (_, values, classes, message) => {
  expect(() => auroc(values, classes)).toThrow(message);
  expect(() => rocCurve(values, classes)).toThrow(message);
});

describe('calibration', () => {
  test('scikit-learn', () => {
    const { bins, error, brier } = calibrate(calibration.probabilities, labels, 5);
    expect(bins.map(({ shareOfPositives }) => shareOfPositives)).toEqual(
      calibration.positives.map((share) => expect.closeTo(share, 12)),
    );
    expect(bins.map(({ meanProbability }) => meanProbability)).toEqual(
      calibration.means.map((mean) => expect.closeTo(mean, 12)),
    );
    expect(brier).toBeCloseTo(calibration.brier, 14);
    const weighted = bins.map((bin) => bin.count * Math.abs(bin.meanProbability - bin.shareOfPositives));
    expect(error).toBeCloseTo(weighted.reduce((sum, value) => sum + value, 0) / labels.length, 12);
  });

  test('empty bins are left out, values off the scale refused', () => {
    expect(calibrate([0, 0.05, 1], [0, 0, 1]).bins.map(({ count }) => count)).toEqual([2, 1]);
    expect(() => calibrate([0.5, 1.2], [0, 1])).toThrow(/row 1 is 1.2/);
    expect(() => calibrate([], [])).toThrow(/label for every probability/);
  });
});

describe('bootstrap', () => {
  const rowsOf = reference.bootstrap.resamples.map((rows) => Int32Array.from(rows));
  const smooth = resampledAuroc(scores.smooth.values, labels);
  const ties = resampledAuroc(scores.ties.values, labels);

  test('NumPy and scikit-learn on the same resamples', () => {
    const interval = percentileInterval(Float64Array.from(rowsOf, smooth));
    expect(interval.low).toBeCloseTo(reference.bootstrap.interval[0], 13);
    expect(interval.high).toBeCloseTo(reference.bootstrap.interval[1], 13);
    expect(interval.standardError).toBeCloseTo(reference.bootstrap.standardError, 13);
    const paired = percentileInterval(Float64Array.from(rowsOf, differenceOf(smooth, ties)), 0.9);
    expect(paired.low).toBeCloseTo(reference.bootstrap.differenceInterval[0], 13);
    expect(paired.high).toBeCloseTo(reference.bootstrap.differenceInterval[1], 13);
  });

  test('SciPy, own resamples', async () => {
    const { values } = scores.smooth;
    const mean = (rows: Int32Array) => rows.reduce((sum, row) => sum + values[row], 0) / rows.length;
    const [result] = await bootstrap([mean], { rows: 60, seed: 1, resamples: 20_000 });
    const { interval, standardError } = reference.scipyMean;
    expect(result.estimate).toBeCloseTo(mean(allRows(60)), 14);
    expect(Math.abs(result.low - interval[0])).toBeLessThan(0.03 * standardError);
    expect(Math.abs(result.high - interval[1])).toBeLessThan(0.03 * standardError);
    expect(result.standardError / standardError).toBeCloseTo(1, 1);
  });

  test('all statistics see the same resamples; the seed alone decides', async () => {
    const plan = { rows: 60, seed: 7, resamples: 300, strata: labels };
    const [a, b, difference] = await bootstrap([smooth, smooth, differenceOf(smooth, smooth)], plan);
    expect(a).toEqual(b);
    expect([difference.low, difference.high]).toEqual([0, 0]);
    expect(a.undefinedResamples).toBe(0);
    expect(await bootstrap([smooth], plan)).toEqual([a]);
    expect((await bootstrap([smooth], { ...plan, seed: 8 }))[0].low).not.toBe(a.low);
  });

  test('strata keep their sizes, groups are drawn whole', () => {
    const stratified = createResampler({ rows: 60, seed: 3, strata: labels });
    const positives = labels.filter((label) => label === 1).length;
    const drawn = stratified();
    expect(drawn).toHaveLength(60);
    expect(drawn.filter((row) => labels[row] === 1)).toHaveLength(positives);
    expect(new Set(drawn).size).toBeLessThan(60);

    const groups = Array.from({ length: 60 }, (_, row) => row % 7);
    const byGroup = createResampler({ rows: 60, seed: 3, groups });
    for (let k = 0; k < 20; k++) {
      const counts = new Array<number>(60).fill(0);
      for (const row of byGroup()) counts[row]++;
      for (let row = 7; row < 60; row++) expect(counts[row]).toBe(counts[row % 7]);
    }
  });

  test('resamples of one class are left out and counted', async () => {
    const [result] = await bootstrap([resampledAuroc([1, 2, 3], [0, 0, 1])], {
      rows: 3,
      seed: 2,
      resamples: 500,
    });
    // (2/3)^3 have no positive row, (1/3)^3 no negative one.
    expect(Math.abs(result.undefinedResamples / 500 - 1 / 3)).toBeLessThan(0.08);
    expect(result.low).toBe(1);
  });

  test('refuses no rows, and strata that cut groups', () => {
    expect(() => createResampler({ rows: 0, seed: 1 })).toThrow(/no rows/);
    expect(() => createResampler({ rows: 2, seed: 1, groups: [4, 4], strata: [0, 1] })).toThrow(/Group 4/);
  });

  test('ends where it is aborted', async () => {
    const signal = AbortSignal.abort();
    await expect(bootstrap([smooth], { rows: 60, seed: 1, signal })).rejects.toBe(signal.reason);
  });

  test('quantiles lie between neighbours', () => {
    expect(quantile([1, 2, 4], 0.75)).toBe(3);
    expect(quantile([1, 2, 4], 1)).toBe(4);
    expect(percentileInterval(new Float64Array(0)).low).toBeNaN();
  });
});
