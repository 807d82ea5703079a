import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createRandom } from '../../../../src/lib/math/random.ts';
import { type DenseFeatures, denseFeatures, type Features } from '../../../../src/lib/stats/features.ts';
import { fitL1, fitPath, geometricPath, minimumC } from '../../../../src/lib/stats/logistic.ts';
import { denseScores, fitL2 } from '../../../../src/lib/stats/logistic-l2.ts';
import { sparseScores } from '../../../../src/lib/stats/passes.ts';
import { balancedWeights, type Problem } from '../../../../src/lib/stats/problem.ts';
import { columnMoments, standardise } from '../../../../src/lib/stats/standardise.ts';

interface Reference {
  readonly C: number;
  readonly objective: number;
  readonly intercept: number;
  readonly indices: readonly number[];
  readonly values: readonly number[];
}

interface Case {
  readonly rows: number;
  readonly columns: number;
  readonly labels: readonly number[];
  readonly values: string;
  readonly rowIndices?: string;
  readonly starts?: string;
  readonly weights?: readonly number[];
  readonly minimumC?: number;
  readonly l1: readonly Reference[];
  readonly l2: readonly Reference[];
}

const folder = new URL('../../../fixtures/stats/', import.meta.url);
const { cases } = JSON.parse(readFileSync(new URL('logistic.json', folder), 'utf8')) as {
  readonly cases: Readonly<Record<string, Case>>;
};

function buffer(text: string): ArrayBuffer {
  return Uint8Array.from(Buffer.from(text, 'base64')).buffer;
}

function featuresOf({ rows, columns, values, rowIndices, starts }: Case): Features {
  if (rowIndices === undefined || starts === undefined)
    return { kind: 'dense', rows, columns, values: new Float32Array(buffer(values)) };
  return {
    kind: 'sparse',
    rows,
    columns,
    values: new Float32Array(buffer(values)),
    rowIndices: new Int32Array(buffer(rowIndices)),
    starts: new Int32Array(buffer(starts)),
  };
}

function problemOf(name: string): Problem {
  const { labels, weights } = cases[name];
  return { features: featuresOf(cases[name]), labels, rowWeights: weights };
}

function toDense(features: Features): DenseFeatures {
  if (features.kind === 'dense') return features;
  const values = new Float32Array(features.rows * features.columns);
  for (let j = 0; j < features.columns; j++)
    for (let k = features.starts[j]; k < features.starts[j + 1]; k++)
      values[j * features.rows + features.rowIndices[k]] = features.values[k];
  return { kind: 'dense', rows: features.rows, columns: features.columns, values };
}

/** The objective, computed here from the model alone. */
function l1Objective(problem: Problem, C: number, model: Parameters<typeof sparseScores>[1]): number {
  const scores = sparseScores(problem.features, model);
  let sum = Math.abs(model.intercept);
  for (const value of model.values) sum += Math.abs(value);
  for (let i = 0; i < scores.length; i++) {
    const weight = problem.rowWeights ? problem.rowWeights[i] : 1;
    sum += C * weight * Math.log1p(Math.exp(problem.labels[i] === 1 ? -scores[i] : scores[i]));
  }
  return sum;
}

/** Weight of each of the 15 columns that the duplicated data holds three times, the last time in reverse. */
function sumOfCopies(
  model: Pick<Reference, 'indices' | 'values'> | Parameters<typeof sparseScores>[1],
): number[] {
  const sums = new Array<number>(15).fill(0);
  Array.from(model.indices).forEach((column, k) => {
    sums[column < 30 ? column % 15 : 44 - column] += model.values[k];
  });
  return sums;
}

/** 200 rows and 3,000 columns, ten of which carry the class. */
function randomProblem(seed: number): Problem & { readonly features: DenseFeatures } {
  const random = createRandom(seed);
  const rows = 200;
  const labels = Array.from({ length: rows }, () => (random() < 0.5 ? 1 : 0));
  const values = Float32Array.from({ length: rows * 3000 }, (_, at) => {
    const column = Math.floor(at / rows);
    return random() + random() + (column % 300 === 0 ? 0.4 * labels[at % rows] : 0);
  });
  return { features: { kind: 'dense', rows, columns: 3000, values }, labels };
}

describe.each(Object.keys(cases))('liblinear, %s data', (name) => {
  const problem = problemOf(name);

  test('L1: objective, support, weights', async () => {
    const references = cases[name].l1;
    const fits = await fitPath(
      problem,
      references.map(({ C }) => C),
      { tolerance: 1e-10 },
    );
    fits.forEach((fit, k) => {
      const reference = references[k];
      expect(fit.converged).toBe(true);
      expect(Math.abs(fit.objective / reference.objective - 1)).toBeLessThan(1e-8);
      expect(l1Objective(problem, fit.C, fit)).toBeCloseTo(fit.objective, 8);
      expect(fit.gap).toBeGreaterThan(-1e-9 * fit.objective);
      if (name === 'duplicated') {
        expect(sumOfCopies(fit)).toEqual(sumOfCopies(reference).map((sum) => expect.closeTo(sum, 4)));
        return;
      }
      expect([...fit.indices]).toEqual(reference.indices);
      fit.values.forEach((value, at) => {
        expect(Math.abs(value - reference.values[at])).toBeLessThan(2e-4 * (1 + Math.abs(value)));
      });
      expect(Math.abs(fit.intercept - reference.intercept)).toBeLessThan(2e-4);
    });
  });

  test('the default tolerance is within 1e-6 of the objective', async () => {
    for (const reference of cases[name].l1) {
      const fit = await fitL1(problem, { C: reference.C });
      expect(Math.abs(fit.objective / reference.objective - 1)).toBeLessThan(1e-6);
    }
  });
});

test.each(Object.keys(cases).filter((name) => cases[name].l2.length > 0))(
  'L2 of liblinear, %s data',
  async (name) => {
    const problem = problemOf(name);
    for (const reference of cases[name].l2) {
      const fit = await fitL2(problem, { C: reference.C, tolerance: 1e-14 });
      expect(fit.converged).toBe(true);
      expect(Math.abs(fit.objective / reference.objective - 1)).toBeLessThan(1e-9);
      expect(fit.intercept).toBeCloseTo(reference.intercept, 4);
      reference.indices.forEach((column, k) => {
        expect(fit.weights[column]).toBeCloseTo(reference.values[k], 4);
      });
      const scores = denseScores(problem.features, fit);
      const sum = reference.indices.reduce(
        (total, column, k) =>
          total + reference.values[k] * toDense(problem.features).values[column * scores.length],
        reference.intercept,
      );
      expect(scores[0]).toBeCloseTo(sum, 3);
    }
  },
);

test.each(Object.keys(cases).filter((name) => cases[name].minimumC !== undefined))(
  'minimum C, %s data',
  async (name) => {
    const least = await minimumC(problemOf(name));
    expect(least / cases[name].minimumC! - 1).toBeCloseTo(0, 6);
    expect((await fitL1(problemOf(name), { C: least * 0.999 })).indices).toHaveLength(0);
  },
);

test('sparse columns give the fit of the same dense ones', async () => {
  const sparse = problemOf('sparse');
  const dense = { ...sparse, features: toDense(sparse.features) };
  for (const C of [0.3, 10]) {
    const a = await fitL1(sparse, { C, tolerance: 1e-11 });
    const b = await fitL1(dense, { C, tolerance: 1e-11 });
    expect(a.indices).toEqual(b.indices);
    a.values.forEach((value, k) => {
      expect(value).toBeCloseTo(b.values[k], 6);
    });
  }
});

describe('a problem with more columns than a working set', () => {
  const problem = randomProblem(4);
  const Cs = [8, 0.2, 2, 0.5];

  test('path, cold fits and warm fits end at the same optimum, in the order asked for', async () => {
    const path = await fitPath(problem, Cs, { tolerance: 1e-9 });
    expect(path.map(({ C }) => C)).toEqual(Cs);
    for (const fit of path) {
      const cold = await fitL1(problem, { C: fit.C, tolerance: 1e-9 });
      const warm = await fitL1(problem, { C: fit.C, tolerance: 1e-9, start: path[1] });
      const own = await fitL1(problem, { C: fit.C, tolerance: 1e-9, start: cold });
      expect(own.iterations).toBe(0);
      for (const other of [cold, warm]) {
        expect(Math.abs(other.objective / fit.objective - 1)).toBeLessThan(1e-8);
        expect(other.indices).toEqual(fit.indices);
      }
    }
  });

  test('no column breaks its optimality condition', async () => {
    const { rows, columns, values } = problem.features;
    const C = 2;
    const fit = await fitL1(problem, { C, tolerance: 1e-12 });
    const scores = sparseScores(problem.features, fit);
    for (let j = 0; j < columns; j++) {
      let slope = 0;
      for (let i = 0; i < rows; i++)
        slope += C * values[j * rows + i] * (1 / (1 + Math.exp(-scores[i])) - problem.labels[i]);
      const at = fit.indices.indexOf(j);
      if (at < 0) expect(Math.abs(slope)).toBeLessThan(1 + 1e-6);
      else expect(slope).toBeCloseTo(-Math.sign(fit.values[at]), 5);
    }
  });

  test('a row of weight 2 counts as two rows, one of weight 0 as none', async () => {
    const { rows, values } = problem.features;
    const columns = 300;
    const few = { kind: 'dense', rows, columns, values: values.subarray(0, rows * columns) } as const;
    const rowWeights = Array.from({ length: rows }, (_, row) => row % 3);
    const repeated = rowWeights.flatMap((weight, row) => new Array<number>(weight).fill(row));
    const long = denseFeatures(
      repeated.map((row) => Float32Array.from({ length: columns }, (_, j) => values[j * rows + row])),
    );
    const a = await fitL1({ features: few, labels: problem.labels, rowWeights }, { C: 1, tolerance: 1e-10 });
    const b = await fitL1(
      { features: long, labels: repeated.map((row) => problem.labels[row]) },
      { C: 1, tolerance: 1e-10 },
    );
    expect(a.objective).toBeCloseTo(b.objective, 6);
    expect(a.indices).toEqual(b.indices);
  });

  test('tells its progress and ends where it is aborted', async () => {
    const done: number[] = [];
    await fitPath(problem, Cs, { onProgress: (progress) => done.push(progress.done) });
    expect(done).toEqual([0, 1, 2, 3, 4]);
    const controller = new AbortController();
    const stopped = fitPath(problem, Cs, {
      signal: controller.signal,
      onProgress: (progress) => progress.done === 2 && controller.abort(),
    });
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
  });
});

test('a long pass lets events in', async () => {
  const rows = 1000;
  const features = { kind: 'dense', rows, columns: 20_000, values: new Float32Array(rows * 20_000) } as const;
  features.values.forEach((_, at) => {
    features.values[at] = (Math.imul(at, 0x9e3779b1) >>> 8) / 2 ** 24;
  });
  const controller = new AbortController();
  setImmediate(() => controller.abort());
  const fit = fitPath({ features, labels: Array.from({ length: rows }, (_, row) => row % 2) }, [1, 10, 100], {
    signal: controller.signal,
  });
  await expect(fit).rejects.toMatchObject({ name: 'AbortError' });
});

test('100 added to a feature is undone by centring, not by the penalised intercept', async () => {
  const before = problemOf('unshifted');
  const after = problemOf('shifted');
  const [a, b] = [await fitL1(before, { C: 3 }), await fitL1(after, { C: 3 })];
  expect(Math.abs(b.objective / a.objective - 1)).toBeGreaterThan(1e-3);
  // The shifted feature stands in for the intercept: its 100 costs a hundredth.
  expect(b.intercept).toBe(0);
  const rows = Int32Array.from(after.labels, (_: number, row: number) => row);
  const centred = await Promise.all(
    [before, after].map(({ features, labels }) =>
      fitL1(
        { features: standardise(features, columnMoments(features, rows)), labels },
        { C: 3, tolerance: 1e-10 },
      ),
    ),
  );
  expect(centred[0].indices).toEqual(centred[1].indices);
  expect(centred[1].objective).toBeCloseTo(centred[0].objective, 4);
});

describe('refuses', () => {
  const rows = (count: number) => denseFeatures(Array.from({ length: count }, (_, i) => [i, -i * i]));
  const classNames = ['right', 'made up'] as const;

  test.each([
    [0, 'right'],
    [1, 'made up'],
  ])('six rows of one class, and names the missing one: %i', async (missing, name) => {
    const labels = new Array<number>(6).fill(1 - missing);
    const error = { name: 'EngineError', code: 'bad-input', message: expect.stringContaining(`"${name}"`) };
    await expect(fitL1({ features: rows(6), labels, classNames }, { C: 1 })).rejects.toMatchObject(error);
    await expect(fitL2({ features: rows(6), labels, classNames }, { C: 1 })).rejects.toMatchObject(error);
  });

  test('a class that only rows of weight 0 have', async () => {
    const labels = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1];
    const problem = { features: rows(10), labels, rowWeights: labels.map((label) => 1 - label) };
    await expect(fitL1(problem, { C: 1 })).rejects.toThrow(/none of the class "positive \(1\)"/);
  });

  test('too few rows of a class', async () => {
    const labels = [0, 0, 0, 0, 0, 0, 1, 1];
    await expect(fitL1({ features: rows(8), labels, classNames }, { C: 1 })).rejects.toThrow(
      /too few rows of the class "made up": 2/,
    );
  });

  test.each([
    ['a C of 0', { C: 0 }, {}],
    ['a C of NaN', { C: Number.NaN }, {}],
    ['labels that are too few', { C: 1 }, { labels: [0, 1] }],
    ['a label of 2', { C: 1 }, { labels: [0, 1, 2, 0, 1, 0, 1, 0, 1, 0, 1, 0] }],
    ['a negative weight', { C: 1 }, { rowWeights: new Array<number>(12).fill(-1) }],
    ['a matrix of another size', { C: 1 }, { features: { ...rows(12), columns: 3 } }],
    ['no rows', { C: 1 }, { features: rows(0), labels: [] }],
  ])('%s', async (_, options, change) => {
    const problem = {
      features: rows(12),
      labels: Array.from({ length: 12 }, (_, row) => row % 2),
      ...change,
    };
    await expect(fitL1(problem, options)).rejects.toMatchObject({ name: 'EngineError', code: 'bad-input' });
  });
});

describe('flags', () => {
  const whole = problemOf('dense') as Problem & { readonly features: DenseFeatures };
  const spoilt: DenseFeatures = { ...whole.features, values: whole.features.values.slice() };
  const { rows } = spoilt;
  spoilt.values.fill(0, 5 * rows, 6 * rows);
  spoilt.values.fill(7, 8 * rows, 9 * rows);
  spoilt.values[20 * rows + 3] = Number.NaN;
  spoilt.values[30 * rows + 4] = Number.POSITIVE_INFINITY;
  spoilt.values[31 * rows + 4] = Number.POSITIVE_INFINITY;
  spoilt.values[31 * rows + 5] = Number.NEGATIVE_INFINITY;
  const bad = [5, 8, 20, 30, 31];

  test('constant, NaN and infinite columns, which get weight 0', async () => {
    const zeroed = { ...spoilt, values: spoilt.values.slice() };
    for (const column of bad) zeroed.values.fill(0, column * rows, (column + 1) * rows);
    const start = { indices: Int32Array.from(bad), values: Float64Array.from(bad, () => 1), intercept: 0 };
    for (const options of [{ C: 10 }, { C: 10, start }]) {
      const fit = await fitL1({ ...whole, features: spoilt }, options);
      expect([...fit.flagged.constant]).toEqual([5, 8]);
      expect([...fit.flagged.notFinite]).toEqual([20, 30, 31]);
      expect(bad.filter((column) => fit.indices.includes(column))).toEqual([]);
      const clean = await fitL1({ ...whole, features: zeroed }, { C: 10 });
      expect(fit.objective / clean.objective - 1).toBeCloseTo(0, 6);
    }
    const l2 = await fitL2({ ...whole, features: spoilt }, { C: 1 });
    expect(bad.map((column) => l2.weights[column])).toEqual([0, 0, 0, 0, 0]);
    expect(denseScores(spoilt, l2).every(Number.isFinite)).toBe(true);
  });

  test('a column that is constant in the rows of the fit only', async () => {
    const features = { ...whole.features, values: whole.features.values.slice() };
    for (let row = 0; row < 60; row++) features.values[7 * rows + row] = 1;
    const rowWeights = Array.from({ length: rows }, (_, row) => (row < 60 ? 1 : 0));
    expect([...(await fitL1({ ...whole, features, rowWeights }, { C: 1 })).flagged.constant]).toEqual([7]);
  });

  test('separable classes', async () => {
    const separable = problemOf('separable');
    expect((await fitL1(separable, { C: 10 })).separable).toBe(true);
    expect((await fitL2(separable, { C: 10 })).separable).toBe(true);
    expect((await fitL1(problemOf('imbalanced'), { C: 0.1 })).separable).toBe(false);
    const column = denseFeatures(Array.from({ length: 12 }, (_, row) => [row < 6 ? 0 : 1e-3]));
    const labels = Array.from({ length: 12 }, (_, row) => (row < 6 ? 0 : 1));
    const weak = await fitL1({ features: column, labels }, { C: 1 });
    expect(weak.indices).toHaveLength(0);
    expect(weak.separable).toBe(true);
  });
});

test('balanced weights are those of scikit-learn', () => {
  const { labels } = cases.imbalanced;
  balancedWeights({ labels }).forEach((weight, row) => {
    expect(weight).toBeCloseTo(cases.balanced.weights![row], 12);
  });
});

test('a geometric path', () => {
  const path = geometricPath(0.1, 10, 3);
  expect(path).toHaveLength(3);
  path.forEach((C, k) => {
    expect(C).toBeCloseTo([0.1, 1, 10][k], 12);
  });
});
