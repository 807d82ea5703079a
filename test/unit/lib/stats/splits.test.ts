import { describe, expect, test } from 'vitest';
import { createRandom } from '../../../../src/lib/math/random.ts';
import { auroc } from '../../../../src/lib/stats/auroc.ts';
import { chooseC } from '../../../../src/lib/stats/choose-c.ts';
import type { DenseFeatures } from '../../../../src/lib/stats/features.ts';
import { groupRows, normaliseText } from '../../../../src/lib/stats/groups.ts';
import { fitL1 } from '../../../../src/lib/stats/logistic.ts';
import { sparseScores } from '../../../../src/lib/stats/passes.ts';
import { balanceWithin, groupedFolds, groupedSplit } from '../../../../src/lib/stats/splits.ts';
import { stabilitySelection } from '../../../../src/lib/stats/stability.ts';

describe('groups', () => {
  test.each([
    ['Who wrote Emma?', 'who wrote  emma ?'],
    ['Café São-Tomé', 'cafe sao tome'],
    ['ＦＵＬＬ width', 'full width'],
    ['  "Paris." ', 'paris'],
    ['한국', '한국'.normalize('NFD')],
  ])('%s and %s are the same', (a, b) => {
    expect(normaliseText(a)).toBe(normaliseText(b));
  });

  test.each([
    ['3', '-'],
    ['1.5', '15'],
    ['?', '!'],
    ['किताब', 'कताब'],
  ])('%s and %s are not', (a, b) => {
    expect(normaliseText(a)).not.toBe(normaliseText(b));
  });

  test('rows hang together by any key, and through others', () => {
    const questions = [
      'Who wrote Emma?',
      'who wrote  emma ?',
      'Capital of France?',
      'Largest city of France?',
      'X?',
    ];
    const answers = [['Jane Austen', 'Austen'], ['J. Austen'], ['Paris'], ['paris', 'Lutetia'], ['']];
    expect([...groupRows([questions])]).toEqual([0, 0, 1, 2, 3]);
    expect([...groupRows([questions, answers])]).toEqual([0, 0, 1, 1, 2]);
    expect([
      ...groupRows([
        ['a', 'b', 'c', 'd'],
        ['1', '2', '1', '2'],
        ['x', 'y', 'y', ''],
      ]),
    ]).toEqual([0, 0, 0, 0]);
    expect([...groupRows([['', '', ' ']])]).toEqual([0, 1, 2]);
    expect([...groupRows([])]).toEqual([]);
    expect(() => groupRows([['a'], ['a', 'b']])).toThrow(/1 and 2 rows/);
  });

  test('a value of one key does not join one of another', () => {
    expect([
      ...groupRows([
        ['paris', 'x'],
        ['y', 'paris'],
      ]),
    ]).toEqual([0, 1]);
  });
});

/** 1,000 rows in 60 groups of sizes 1 to 60, a third positive, in some groups all. */
function grouped(seed: number) {
  const random = createRandom(seed);
  const groups: number[] = [];
  const labels: number[] = [];
  for (let group = 0; group < 60; group++) {
    const share = random() < 0.2 ? 1 : 0.2;
    for (let k = 0; k <= 60 * random() ** 2; k++) {
      groups.push(group);
      labels.push(random() < share ? 1 : 0);
    }
  }
  return { groups, labels };
}

const share = (labels: readonly number[], rows: ArrayLike<number>) =>
  Array.from(rows).filter((row) => labels[row] === 1).length / rows.length;

describe.each([1, 2, 3])('splits of seed %i', (seed) => {
  const { groups, labels } = grouped(seed);

  test('folds share no group and are even', () => {
    const folds = groupedFolds({ groups, labels, folds: 5, seed });
    for (let group = 0; group < 60; group++) {
      expect(new Set(folds.filter((_, row) => groups[row] === group)).size).toBe(1);
    }
    for (let fold = 0; fold < 5; fold++) {
      const rows = labels.flatMap((_, row) => (folds[row] === fold ? [row] : []));
      expect(Math.abs(rows.length / labels.length - 0.2)).toBeLessThan(0.04);
      expect(Math.abs(share(labels, rows) - share(labels, Array.from(labels.keys())))).toBeLessThan(0.06);
    }
  });

  test('train and test share no group', () => {
    const { train, test: held } = groupedSplit({ groups, labels, testShare: 0.25, seed });
    const trained = new Set(Array.from(train, (row) => groups[row]));
    expect(Array.from(held, (row) => trained.has(groups[row]))).not.toContain(true);
    expect([...train, ...held].sort((a, b) => a - b)).toEqual(Array.from(labels.keys()));
    expect(Math.abs(held.length / labels.length - 0.25)).toBeLessThan(0.04);
    expect(Math.abs(share(labels, held) - share(labels, train))).toBeLessThan(0.08);
  });

  test('the seed alone decides', () => {
    const folds = (s: number) => groupedFolds({ groups, labels, folds: 5, seed: s });
    expect(folds(seed)).toEqual(folds(seed));
    expect(folds(seed)).not.toEqual(folds(seed + 100));
  });
});

test('every part gets a group, however unequal they are', () => {
  const groups = [...new Array<number>(100).fill(0), 1, 2];
  const labels = groups.map((_, row) => row % 2);
  const folds = groupedFolds({ groups, labels, folds: 3, seed: 1 });
  expect(new Set(folds).size).toBe(3);
  expect(() => groupedFolds({ groups, labels, folds: 4, seed: 1 })).toThrow(/3 groups/);
});

test('balance within relations', () => {
  const relations = [...new Array<string>(30).fill('a'), ...new Array<string>(20).fill('b'), 'c', 'c'];
  const labels = relations.map((relation, row) => (relation === 'c' ? 1 : Number(row % 5 === 0)));
  const kept = balanceWithin(labels, relations, 3);
  const count = (relation: string, label: number) =>
    Array.from(kept).filter((row) => relations[row] === relation && labels[row] === label).length;
  expect([count('a', 0), count('a', 1), count('b', 0), count('b', 1), count('c', 1)]).toEqual([
    6, 6, 4, 4, 0,
  ]);
  expect([...kept]).toEqual([...new Set(kept)].sort((a, b) => a - b));
  expect(balanceWithin(labels, relations, 3)).toEqual(kept);
  expect(balanceWithin(labels, relations, 4)).not.toEqual(kept);
});

/** 240 rows in 24 groups; columns 0 to 2 of 200 carry the class. */
function signal(seed: number) {
  const random = createRandom(seed);
  const rows = 240;
  const labels = Array.from({ length: rows }, () => (random() < 0.5 ? 1 : 0));
  const values = Float32Array.from({ length: rows * 200 }, (_, at) => {
    const effect = at < 3 * rows ? 0.35 * (labels[at % rows] - 0.5) : 0;
    return random() + random() - 1 + effect;
  });
  const features: DenseFeatures = { kind: 'dense', rows, columns: 200, values };
  return { features, labels, groups: labels.map((_, row) => row % 24) };
}

describe('choosing C', () => {
  const { features, labels, groups } = signal(9);
  const folds = groupedFolds({ groups, labels, folds: 4, seed: 1 });
  const Cs = [0.01, 0.3, 1, 100];

  test('held-out figures are those of separate fits, and the best C uses few columns', async () => {
    const { points, best, sparsest } = await chooseC({ features, labels }, folds, Cs, { tolerance: 1e-9 });
    const areas = [];
    for (let fold = 0; fold < 4; fold++) {
      const rowWeights = Array.from(folds, (value) => Number(value !== fold));
      const scores = sparseScores(
        features,
        await fitL1({ features, labels, rowWeights }, { C: 1, tolerance: 1e-9 }),
      );
      const held = labels.flatMap((_, row) => (folds[row] === fold ? [row] : []));
      areas.push(
        auroc(
          held.map((row) => scores[row]),
          held.map((row) => labels[row]),
        ),
      );
    }
    expect(points[2].auroc).toBeCloseTo(areas.reduce((sum, area) => sum + area, 0) / 4, 3);
    expect(points[0]).toMatchObject({ auroc: 0.5, neurons: 0, standardError: 0 });
    expect(points[0].logLoss).toBeCloseTo(Math.log(2), 3);
    expect([0.3, 1]).toContain(best);
    expect(sparsest).toBeLessThanOrEqual(best);
    expect(points[3].neurons).toBeGreaterThan(3 * points[1].neurons);
  });

  test('rows of weight 0 change nothing', async () => {
    const rowWeights = labels.map((_, row) => Number(row >= 40));
    const spoilt = labels.map((label, row) => (row < 40 ? 1 - label : label));
    const a = await chooseC({ features, labels, rowWeights }, folds, [0.3]);
    expect(await chooseC({ features, labels: spoilt, rowWeights }, folds, [0.3])).toEqual(a);
  });

  test('refuses folds of one class each', async () => {
    await expect(
      chooseC(
        { features, labels },
        labels.map((label, row) => label * 2 + (row % 2)),
        [1],
      ),
    ).rejects.toThrow(/No fold has rows of both classes/);
  });
});

test('halves with too few rows of a class are passed over, all of them where there are too few rows', async () => {
  const { features, labels, groups } = signal(5);
  const rowsOf = (label: number) => [...labels.keys()].filter((row) => labels[row] === label);
  const few = (count: number) => {
    const rowWeights = new Uint8Array(labels.length);
    for (const label of [0, 1]) for (const row of rowsOf(label).slice(0, count)) rowWeights[row] = 1;
    return stabilitySelection(
      { features, labels, rowWeights },
      { C: 0.3, seed: 2, resamples: 10, groups: [...labels.keys()] },
    );
  };
  const some = await few(11);
  expect(some.resamples).toBeGreaterThan(0);
  expect(Math.max(...some.positive)).toBeLessThanOrEqual(1);
  expect(await few(5)).toMatchObject({ resamples: 0, indices: new Int32Array(0) });
  expect(groups).toHaveLength(labels.length);
});

test('columns that carry the class are chosen in most halves, the others in few', async () => {
  const { features, labels, groups } = signal(5);
  for (const by of [undefined, groups]) {
    const result = await stabilitySelection(
      { features, labels },
      { C: 0.3, seed: 2, resamples: 30, groups: by },
    );
    expect([...result.indices.subarray(0, 3)]).toEqual([0, 1, 2]);
    result.indices.forEach((column, k) => {
      if (column < 3) expect(result.positive[k]).toBeGreaterThan(0.75);
      else expect(result.positive[k] + result.negative[k]).toBeLessThan(0.7);
    });
  }
});
