import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  checkSampling,
  createSampler,
  filteredProbabilities,
  logSoftmaxStats,
  topCandidates,
} from '../../../src/inference/sampling.ts';
import type { Sampling } from '../../../src/inference/types.ts';
import { EngineError } from '../../../src/lib/errors.ts';
import { largestIndices } from '../../../src/lib/math/largest.ts';
import { createRandom, deriveSeed, randomInt } from '../../../src/lib/math/random.ts';

interface Fixture {
  readonly logits: Record<string, readonly (number | null)[]>;
  readonly stats: Record<string, { readonly logZ: number; readonly entropy: number }>;
  readonly cases: readonly {
    readonly logits: string;
    readonly previous: readonly number[];
    readonly sampling: Omit<Sampling, 'seed'>;
    readonly kept: readonly number[];
    readonly probabilities: readonly number[];
  }[];
}

const fixture: Fixture = JSON.parse(
  readFileSync(new URL('../../fixtures/sampling.json', import.meta.url), 'utf8'),
);
const vector = (name: string) =>
  Float32Array.from(fixture.logits[name], (x) => x ?? Number.NEGATIVE_INFINITY);
const greedy: Sampling = { temperature: 0, topK: 0, topP: 1, repetitionPenalty: 1, seed: 0 };
const plain: Sampling = { ...greedy, temperature: 1 };

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
function randomLogits(n: number, seed: number, spread = 3): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length: n }, () => spread * normal(random));
}

describe('random numbers', () => {
  test('the same seed gives the same numbers, another seed others', () => {
    const take = (seed: number) => Array.from({ length: 5 }, createRandom(seed));
    expect(take(7)).toEqual(take(7));
    const firsts = Array.from({ length: 1000 }, (_, seed) => createRandom(seed)());
    expect(new Set(firsts).size).toBe(1000);
    expect(take(2 ** 40)).not.toEqual(take(0));
  });

  test('they are uniform, also across neighbouring seeds', () => {
    const count = (next: (i: number) => number) => {
      const bins = new Array<number>(16).fill(0);
      for (let i = 0; i < 32_000; i++) {
        bins[Math.floor(next(i) * 16)]++;
      }
      return bins.reduce((sum, n) => sum + (n - 2000) ** 2 / 2000, 0);
    };
    const random = createRandom(3);
    expect(count(random)).toBeLessThan(37.7); // 99.9 % of chi-squared with 15 degrees of freedom
    expect(count((i) => createRandom(i)())).toBeLessThan(37.7);
    expect(count((i) => createRandom(deriveSeed(5, i, 1))())).toBeLessThan(37.7);
  });

  test('randomInt covers its range', () => {
    const random = createRandom(1);
    expect(new Set(Array.from({ length: 200 }, () => randomInt(random, 5)))).toEqual(
      new Set([0, 1, 2, 3, 4]),
    );
  });

  test('derived seeds depend on every integer, on order and on number', () => {
    const seeds = [
      deriveSeed(1),
      deriveSeed(1, 0),
      deriveSeed(1, 0, 0),
      deriveSeed(1, 2, 3),
      deriveSeed(1, 3, 2),
    ];
    seeds.push(deriveSeed(2, 2, 3), deriveSeed(1, 2, 3 + 2 ** 32), deriveSeed(1, 2, -3));
    expect(new Set(seeds).size).toBe(seeds.length);
    expect(deriveSeed(1, 2, 3)).toBe(deriveSeed(1, 2, 3));
  });
});

test('the largest indices are those of a full sort', () => {
  const values = randomLogits(500, 11).map((x) => Math.round(x * 2));
  values[3] = Number.NaN;
  values[4] = Number.NEGATIVE_INFINITY;
  const sorted = [...values.keys()]
    .filter((i) => values[i] > Number.NEGATIVE_INFINITY)
    .sort((a, b) => values[b] - values[a] || a - b);
  for (const k of [0, 1, 2, 7, 100, 499, 500, 600]) {
    expect([...largestIndices(values, k)]).toEqual(sorted.slice(0, k));
  }
});

describe('filtered probabilities', () => {
  test.each(fixture.cases.map((c) => [c.logits, JSON.stringify(c.sampling), c] as const))(
    '%s %s agree with the reference',
    (_, __, { logits, previous, sampling, kept, probabilities }) => {
      const actual = filteredProbabilities(vector(logits), previous, { ...sampling, seed: 0 });
      expect([...actual.keys()].filter((id) => actual[id] > 0)).toEqual(kept);
      for (const [i, id] of kept.entries()) {
        expect(Math.abs(actual[id] - probabilities[i])).toBeLessThan(1e-5 * probabilities[i] + 1e-9);
      }
    },
  );

  test('top-p over equal logits keeps the lowest ids whose mass reaches it', () => {
    const p = (topP: number) => [...filteredProbabilities(new Float32Array(4), [], { ...plain, topP })];
    expect(p(0.5)).toEqual([0.5, 0.5, 0, 0]);
    expect(p(0.51)[2]).toBeCloseTo(1 / 3);
    expect(p(1e-17)).toEqual([1, 0, 0, 0]);
  });

  test('a nucleus of a large vocabulary is the shortest list from the top', () => {
    const logits = randomLogits(20_000, 5, 1);
    const probabilities = filteredProbabilities(logits, [], { ...plain, topP: 0.7 });
    const all = filteredProbabilities(logits, [], plain);
    const order = [...all.keys()].sort((a, b) => logits[b] - logits[a] || a - b);
    const count = probabilities.filter((x) => x > 0).length;
    const mass = (n: number) => order.slice(0, n).reduce((sum, id) => sum + all[id], 0);
    expect(order.slice(0, count).every((id) => probabilities[id] > 0)).toBe(true);
    expect(mass(count)).toBeGreaterThanOrEqual(0.7 - 1e-5);
    expect(mass(count - 1)).toBeLessThan(0.7 + 1e-5);
  });

  test('tiny temperatures give the greedy token, without overflow', () => {
    for (const temperature of [1e-3, 1e-30, 5e-324]) {
      expect([
        ...filteredProbabilities(Float32Array.of(1, 900, 3), [], { ...plain, temperature, topP: 0.9 }),
      ]).toEqual([0, 1, 0]);
    }
  });

  test('the penalty counts a token once and passes over ids outside the vocabulary', () => {
    const penalised = { ...plain, repetitionPenalty: 2 };
    const once = filteredProbabilities(Float32Array.of(2, -1, 0), [0, 1], penalised);
    expect(filteredProbabilities(Float32Array.of(2, -1, 0), [0, 0, 1, 1, 99], penalised)).toEqual(once);
    expect(once).toEqual(filteredProbabilities(Float32Array.of(1, -2, 0), [], plain));
  });

  test('the logits are left as they were', () => {
    const logits = randomLogits(50, 2);
    const before = logits.slice();
    const all = { temperature: 0.5, topK: 3, topP: 0.5, repetitionPenalty: 1.5, seed: 1 };
    filteredProbabilities(logits, [1], all);
    createSampler(all).sample(logits, [1]);
    expect(logits).toEqual(before);
  });
});

describe('the sampler', () => {
  test('greedy takes the largest logit, the lowest id of equal ones, whatever the seed', () => {
    expect(createSampler(greedy).sample(Float32Array.of(1, 3, 3, 2), [])).toBe(1);
    expect(
      createSampler({ ...greedy, seed: 9 }).sample(Float32Array.of(Number.NEGATIVE_INFINITY, -5), []),
    ).toBe(1);
  });

  test('greedy with a penalty leaves a repeated token', () => {
    const sampler = createSampler({ ...greedy, repetitionPenalty: 2 });
    expect(sampler.sample(Float32Array.of(3, 2, 1), [0])).toBe(1);
    expect(sampler.sample(Float32Array.of(3, 2, 1), [])).toBe(0);
  });

  test('the same seed draws the same tokens, another seed others', () => {
    const logits = randomLogits(300, 8, 1);
    const draw = (seed: number) => {
      const sampler = createSampler({ ...plain, seed });
      return Array.from({ length: 30 }, () => sampler.sample(logits, []));
    };
    expect(draw(4)).toEqual(draw(4));
    expect(draw(4)).not.toEqual(draw(5));
  });

  test('tokens come as often as their probabilities say', () => {
    const sampling = { temperature: 1.3, topK: 6, topP: 0.9, repetitionPenalty: 1.2, seed: 77 };
    const logits = randomLogits(40, 6, 2);
    const probabilities = filteredProbabilities(logits, [3], sampling);
    const sampler = createSampler(sampling);
    const counts = new Float64Array(40);
    const draws = 20_000;
    for (let i = 0; i < draws; i++) {
      counts[sampler.sample(logits, [3])]++;
    }
    for (const [id, p] of probabilities.entries()) {
      expect(Math.abs(counts[id] - draws * p)).toBeLessThanOrEqual(4 * Math.sqrt(draws * p * (1 - p)));
    }
  });

  test.each([
    ['NaN', [1, Number.NaN, 2], /NaN logits \(the first at token 1\)/],
    ['all -Infinity', [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY], /all are -Infinity/],
    ['Infinity', [0, Number.POSITIVE_INFINITY], /token 1 is Infinity/],
  ])('logits that are %s are an internal error', (_, values, message) => {
    for (const sampling of [greedy, plain, { ...plain, topK: 1, topP: 0.5 }]) {
      const run = () => createSampler(sampling).sample(Float32Array.from(values), []);
      expect(run).toThrow(message);
      expect(run).toThrow(expect.objectContaining({ code: 'internal' }));
    }
    expect(() => logSoftmaxStats(Float32Array.from(values))).toThrow(message);
  });

  test.each([
    [{ temperature: -1 }, 'The temperature must be from 0 (greedy) to 100, but it is -1.'],
    [{ temperature: Number.NaN }, /temperature .* NaN/],
    [{ topK: 1.5 }, /top-k must be a whole number/],
    [{ topK: -1 }, /top-k/],
    [{ topP: 0 }, 'The top-p must be above 0 and at most 1 (keep all), but it is 0.'],
    [{ topP: 1.1 }, /top-p/],
    [{ repetitionPenalty: 0 }, /repetition penalty must be from 0.1 to 10/],
    [{ seed: 0.5 }, /seed must be a whole number/],
  ])('%j is refused', (change, message) => {
    expect(() => checkSampling({ ...plain, ...change })).toThrow(message);
    expect(() => createSampler({ ...plain, ...change })).toThrow(EngineError);
  });
});

describe('statistics of a large vocabulary', () => {
  test('agree with the plain sums in double precision', () => {
    for (const spread of [0.01, 1, 8, 60]) {
      const logits = randomLogits(20_000, 3, spread);
      const max = Math.max(...logits);
      const weights = Array.from(logits, (logit) => Math.exp(logit - max));
      const sum = weights.reduce((a, b) => a + b, 0);
      const entropy = weights.reduce((h, w) => (w === 0 ? h : h - (w / sum) * Math.log(w / sum)), 0);
      const stats = logSoftmaxStats(logits);
      expect(Math.abs(stats.logZ - max - Math.log(sum))).toBeLessThan(1e-11);
      expect(Math.abs(stats.entropy - entropy)).toBeLessThan(1e-10);
    }
  });
});

describe('the sampler with top-k', () => {
  test('draws what the probabilities of the whole vocabulary give, ties and impossible tokens included', () => {
    const random = createRandom(4);
    for (let seed = 0; seed < 200; seed++) {
      const size = 2 + randomInt(random, 60);
      const logits = Float32Array.from({ length: size }, () =>
        random() < 0.1 ? Number.NEGATIVE_INFINITY : Math.round(random() * 12) / 2,
      );
      logits[0] = 1;
      const sampling = {
        ...greedy,
        temperature: 0.5 + random(),
        topK: 1 + randomInt(random, size),
        topP: 1 - random() / 2,
        seed,
      };
      const sampler = createSampler(sampling);
      const draws = createRandom(seed);
      const probabilities = filteredProbabilities(logits, [], sampling);
      for (let draw = 0; draw < 5; draw++) {
        const target = draws();
        let below = 0;
        const expected = probabilities.findIndex((p) => {
          below += p;
          return p > 0 && below > target;
        });
        expect(sampler.sample(logits, [])).toBe(
          expected < 0 ? probabilities.findLastIndex((p) => p > 0) : expected,
        );
      }
    }
  });
});

describe('statistics of the distribution', () => {
  test.each(Object.entries(fixture.stats))('%s agree with the reference', (name, { logZ, entropy }) => {
    const stats = logSoftmaxStats(vector(name));
    expect(stats.logZ).toBeCloseTo(logZ, 10);
    expect(stats.entropy).toBeCloseTo(entropy, 10);
  });

  test('large and small logits neither overflow nor vanish', () => {
    expect(logSoftmaxStats(Float32Array.of(3e38, -3e38))).toEqual({ logZ: Math.fround(3e38), entropy: 0 });
    expect(logSoftmaxStats(new Float32Array(8).fill(-1000)).entropy).toBeCloseTo(Math.log(8), 12);
  });

  test('candidates are sorted log-probabilities', () => {
    const logits = vector('ties');
    const { logZ } = logSoftmaxStats(logits);
    const top = topCandidates(logits, 10, logZ);
    const order = [...logits.keys()].sort((a, b) => logits[b] - logits[a] || a - b);
    expect(top.map(({ id }) => id)).toEqual(order.slice(0, 10));
    expect(top[0].logprob).toBeCloseTo(logits[order[0]] - logZ, 12);
    const all = topCandidates(logits, 1000, logZ);
    expect(all.reduce((sum, { logprob }) => sum + Math.exp(logprob), 0)).toBeCloseTo(1, 10);
    expect(topCandidates(Float32Array.of(0, Number.NEGATIVE_INFINITY), 5, 0)).toEqual([
      { id: 0, logprob: 0 },
    ]);
  });
});
