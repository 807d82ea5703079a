import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bytesSource } from '../../../../src/lib/bytes/source.ts';
import { neuronLayout } from '../../../../src/neurons/layout.ts';
import { driftBetween } from '../../../../src/studies/origins/drift.ts';
import { ggufMlp } from '../../../../src/studies/origins/gguf-mlp.ts';
import { heldMatrix, type MlpWeights, type ModuleName } from '../../../../src/studies/origins/mlp-weights.ts';
import { againstDraws, layerDraws, setDrift } from '../../../../src/studies/origins/set-drift.ts';
import { tinyFile, tinyTensors, turn } from '../../../support/tiny-mlp-pair.ts';

const modules = ['gate', 'up', 'down'] as const;

const scipy = JSON.parse(
  readFileSync(new URL('../../../fixtures/origins/drift.json', import.meta.url), 'utf8'),
) as {
  readonly widths: readonly number[];
  readonly hidden: number;
  readonly weights: Record<ModuleName, Record<'base' | 'instruct', readonly string[]>>;
  readonly distances: Record<ModuleName, readonly number[]>;
  readonly score: readonly number[];
  readonly members: readonly (readonly [number, number])[];
  readonly ranks: readonly number[];
  readonly tTest: { readonly t: number; readonly df: number; readonly p: number };
  readonly draws: readonly (readonly number[])[];
  readonly fixed: Record<'less' | 'greater', number>;
  readonly ofOneLayer: readonly (readonly [number, number])[];
  readonly exact: Record<'less' | 'greater', number>;
};

const layout = neuronLayout(scipy.widths);
const refs = (pairs: readonly (readonly [number, number])[]) =>
  pairs.map(([layer, neuron]) => ({ layer, neuron }));
const largest = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a, (value, i) => Math.abs(value - b[i]!)).reduce((x, y) => Math.max(x, y), 0);

/** A model of the fixture; `across` with every matrix stored the other way round. */
function fixtureModel(which: 'base' | 'instruct', across = false): MlpWeights {
  const { widths, hidden, weights } = scipy;
  return {
    name: which,
    format: 'GGUF',
    architecture: 'llama',
    fingerprint: '',
    widths,
    hidden,
    modules,
    async matrix(layer, module) {
      const bytes = new Uint8Array(Buffer.from(weights[module][which][layer]!, 'base64'));
      const values = new Float32Array(bytes.buffer);
      const width = widths[layer]!;
      if (!across) return heldMatrix(values, { rows: width, columns: hidden, neuronsAre: 'rows' });
      const turned = values.map((_, at) => values[(at % width) * hidden + Math.floor(at / width)]!);
      return heldMatrix(turned, { rows: hidden, columns: width, neuronsAre: 'columns' });
    },
    roundingError: async () => 0,
    identity: async () => undefined,
  };
}

describe('SciPy', () => {
  it.each([
    [false, false],
    [true, true],
    [false, true],
    [true, false],
  ])('distances and scores, stored across: %s and %s', async (base, instruct) => {
    const drift = await driftBetween(fixtureModel('base', base), fixtureModel('instruct', instruct));
    for (const { module, distance } of drift.modules)
      expect(largest(distance, scipy.distances[module]), module).toBeLessThan(1e-13);
    expect(largest(drift.score, scipy.score)).toBeLessThan(1e-12);
    expect(drift.columnNorms.base.map(({ length }) => length)).toEqual(scipy.widths);
  });

  const drift = {
    modules: modules.map((module) => ({
      module,
      distance: Float64Array.from(scipy.distances[module]),
      mean: 0,
      deviation: 1,
    })),
    score: Float64Array.from(scipy.score),
  };

  it('ranks and t-test', async () => {
    const found = await setDrift(drift, layout, refs(scipy.members), { draws: 10, seed: 1 });
    expect(
      largest(
        found.members.map(({ rank }) => rank),
        scipy.ranks,
      ),
    ).toBeLessThan(1e-14);
    expect(found.tTest!.t).toBeCloseTo(scipy.tTest.t, 11);
    expect(found.tTest!.df).toBeCloseTo(scipy.tTest.df, 10);
    expect(found.tTest!.p).toBeCloseTo(scipy.tTest.p, 12);
  });

  it('permutation test on fixed draws', () => {
    const members = Int32Array.from(scipy.members, ([layer, neuron]) => layout.offsets[layer]! + neuron);
    const drawn = scipy.draws.map((draw) => Int32Array.from(draw));
    const { pLess, pMore } = againstDraws(drift.score, members, drawn);
    expect(pLess).toBeCloseTo(scipy.fixed.less, 14);
    expect(pMore).toBeCloseTo(scipy.fixed.greater, 14);
  });

  it('random draws come to the exact test over all sets', async () => {
    const draws = 20_000;
    const { random } = await setDrift(drift, layout, refs(scipy.ofOneLayer), { draws, seed: 5 });
    for (const [found, exact] of [
      [random.pLess, scipy.exact.less],
      [random.pMore, scipy.exact.greater],
    ] as const)
      expect(Math.abs(found - exact)).toBeLessThan(4 * Math.sqrt((exact * (1 - exact)) / draws) + 1 / draws);
  });
});

describe('draws', () => {
  it('have as many neurons of each layer as the set, each once, all of them alike often', () => {
    const draw = layerDraws(layout, refs(scipy.members));
    const counts = new Float64Array(layout.total);
    const rounds = 4000;
    for (let seed = 0; seed < rounds; seed++) {
      const drawn = draw(seed);
      expect(new Set(drawn).size).toBe(5);
      expect(drawn.filter((index) => index < 10)).toHaveLength(2);
      for (const index of drawn) counts[index]!++;
    }
    counts.forEach((count, index) => {
      const chance = index < 10 ? 2 / 10 : 3 / 14;
      expect(Math.abs(count / rounds - chance)).toBeLessThan(5 * Math.sqrt((chance * (1 - chance)) / rounds));
    });
    expect(draw(3)).toEqual(draw(3));
  });
});

const width = 96;
/** Neurons that are turned, by flat index, and the angle. */
const turned = new Map([
  [5, 0.1],
  [40, 0.3],
  [41, 0.5],
  [width + 17, 0.2],
  [width + 95, 0.7],
]);

async function tinyPair(change: (tensors: Awaited<ReturnType<typeof tinyTensors>>) => void) {
  const tensors = await tinyTensors();
  const base = bytesSource(await tinyFile(tensors), 'base.gguf');
  change(tensors);
  return [await ggufMlp(base), await ggufMlp(bytesSource(await tinyFile(tensors), 'instruct.gguf'))] as const;
}

describe('two models of which some neurons were turned by known angles', () => {
  const pair = () =>
    tinyPair((tensors) => {
      for (const [index, angle] of turned) {
        const layer = Math.floor(index / width);
        const neuron = index % width;
        for (const name of ['ffn_gate', 'ffn_up', 'ffn_down']) {
          const { values, dims } = tensors.get(`blk.${layer}.${name}.weight`)!;
          const [columns = 0, rows = 0] = dims;
          const places =
            name === 'ffn_down'
              ? Array.from({ length: rows }, (_, row) => row * columns + neuron)
              : Array.from({ length: columns }, (_, column) => neuron * columns + column);
          turn(values, places, angle, index);
        }
      }
    });

  it('drift is theirs, 1 - cosine of the angle', async () => {
    const [base, instruct] = await pair();
    const drift = await driftBetween(base, instruct);
    for (const { distance } of drift.modules)
      distance.forEach((value, index) => {
        const angle = turned.get(index);
        if (angle === undefined) expect(value).toBe(0);
        else expect(Math.abs(value - (1 - Math.cos(angle)))).toBeLessThan(1e-6);
      });
    const order = [...drift.score.keys()].sort((a, b) => drift.score[b]! - drift.score[a]!);
    const expected = [...turned].sort(([, a], [, b]) => b - a).map(([index]) => index);
    expect(order.slice(0, turned.size)).toEqual(expected);
    const layout = neuronLayout(base.widths);
    const options = { draws: 999, seed: 1 };
    const moved = [...turned.keys()].map((index) => ({
      layer: Math.floor(index / width),
      neuron: index % width,
    }));
    const found = await setDrift(drift, layout, moved, options);
    expect(found.random).toMatchObject({ draws: 999, pMore: 1 / 1000, pLess: 1 });
    expect(Math.min(...found.members.map(({ rank }) => rank))).toBeGreaterThan(0.97);
    expect(found.tTest!.p).toBeGreaterThan(0.9);
    expect(found.layers.map(({ members }) => members)).toEqual([3, 2]);
    const still = await setDrift(drift, layout, [{ layer: 0, neuron: 6 }], options);
    expect(still.members[0]!.rank).toBeCloseTo((2 * width - turned.size - 1) / 2 / (2 * width - 1), 12);
  });

  it('can be stopped, and says how far it is', async () => {
    const [base, instruct] = await pair();
    const stop = new AbortController();
    const done: number[] = [];
    const onProgress = (progress: { done: number }) => {
      done.push(progress.done);
      if (progress.done === 2) stop.abort(new Error('enough'));
    };
    await expect(driftBetween(base, instruct, { signal: stop.signal, onProgress })).rejects.toThrow('enough');
    expect(done).toEqual([0, 1, 2]);
  });
});

describe('the same model twice', () => {
  it('has no drift', async () => {
    const [base, instruct] = await tinyPair(() => {});
    const drift = await driftBetween(base, instruct);
    for (const { distance, deviation } of drift.modules) {
      expect(distance.every((value) => value === 0)).toBe(true);
      expect(deviation).toBe(0);
    }
    expect(drift.score.every((value) => value === 0)).toBe(true);
    const set = [3, 9].map((neuron) => ({ layer: 1, neuron }));
    const found = await setDrift(drift, neuronLayout(base.widths), set, { draws: 50, seed: 1 });
    expect(found).toMatchObject({ meanScore: 0, meanRank: 0.5, tTest: undefined });
    expect(found.random).toMatchObject({ pLess: 1, pMore: 1 });
  });
});

describe('models that are no pair', () => {
  const base = fixtureModel('base');
  it.each([
    ['widths', { widths: [10, 15] }, /2 layers with 24 neurons.*2 layers with 25 neurons/],
    ['sizes of the residual stream', { hidden: 16 }, /8 numbers to a token.*16 numbers/],
    ['modules', { modules: ['up', 'down'] as const }, /gate, up, down.*up, down/],
    ['architectures', { architecture: 'qwen2' }, /architecture llama, the other of qwen2/],
  ])('of other %s are refused by both names', async (_what, change, reason) => {
    const drift = driftBetween(base, { ...fixtureModel('instruct'), name: 'Chat', ...change });
    await expect(drift).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringMatching(/^base and Chat /),
    });
    await expect(drift).rejects.toThrow(reason);
  });

  it('weights that are not finite are refused by neuron', async () => {
    const broken = tinyPair((tensors) => {
      tensors.get('blk.1.ffn_up.weight')!.values[64 * 7] = Number.NaN;
    });
    await expect(driftBetween(...(await broken))).rejects.toThrow(
      /Neuron 1:\d+ has weights that are not finite/,
    );
  });
});
