import { describe, expect, test } from 'vitest';
import { EngineError } from '../../../src/lib/errors.ts';
import { mostActive } from '../../../src/neurons/active.ts';
import { cett, layerProfile, overview } from '../../../src/neurons/cett.ts';
import {
  flatIndex,
  formatNeuron,
  formatScaledNeuron,
  neuronAt,
  neuronLayout,
  parseNeuron,
  parseScaledNeuron,
} from '../../../src/neurons/layout.ts';
import { combineGroups, scaleKey, scaleVectors } from '../../../src/neurons/scales.ts';

const layout = neuronLayout([3, 5, 2]);

describe('layout', () => {
  test('offsets and total follow the widths', () => {
    expect(layout).toEqual({ widths: [3, 5, 2], offsets: [0, 3, 8], total: 10 });
    expect(() => neuronLayout([3, 0])).toThrow('Layer 1 must have a whole number of neurons, but it has 0.');
  });

  test('every flat index leads to its neuron and back', () => {
    const refs = Array.from({ length: 10 }, (_, index) => neuronAt(layout, index));
    expect(refs.map((ref) => flatIndex(layout, ref))).toEqual([...refs.keys()]);
    expect(refs.map(formatNeuron).join(' ')).toBe('0:0 0:1 0:2 1:0 1:1 1:2 1:3 1:4 2:0 2:1');
    for (const index of [-1, 10, 0.5, Number.NaN]) {
      expect(() => neuronAt(layout, index)).toThrow(EngineError);
    }
  });

  test('neurons are read as people write them', () => {
    expect(parseNeuron(' 1 : 4 ', layout)).toEqual({ layer: 1, neuron: 4 });
    expect(parseScaledNeuron('12:345=2.5')).toEqual({ layer: 12, neuron: 345, factor: 2.5 });
    expect(parseScaledNeuron('1:2 = -1', layout).factor).toBe(-1);
    expect(parseScaledNeuron('1:2=5e-1').factor).toBe(0.5);
    const scaled = { layer: 3, neuron: 7, factor: 0.1 };
    expect(parseScaledNeuron(formatScaledNeuron(scaled))).toEqual(scaled);
  });

  test.each([
    ['3:0', "There is no neuron 3:0: the model's layers are 0 to 2."],
    ['1:5', 'There is no neuron 1:5: the neurons of layer 1 are 0 to 4.'],
    ['1', /"1" is not a neuron; write layer and neuron/],
    ['-1:2', /is not a neuron/],
    ['1:2.5', /is not a neuron/],
    ['1:2:3', /is not a neuron/],
    ['', /is not a neuron/],
    ['99999999999999999999:1', /is not a neuron/],
  ])('%j is refused', (text, message) => {
    expect(() => parseNeuron(text, layout)).toThrow(message);
    expect(() => parseScaledNeuron(`${text}=2`, layout)).toThrow(message);
  });

  test.each([
    ['1:2', /is not a scaled neuron; write layer, neuron and factor/],
    ['1:2=', /is not a scaled neuron/],
    ['1:2=x', /is not a scaled neuron/],
    ['1:2=0x1', /is not a scaled neuron/],
    ['1:2=3=4', /is not a scaled neuron/],
    ['1:2=5.5', 'The factor of neuron 1:2 must be from -5 to 5, but it is 5.5.'],
    ['1:2=-5.01', /must be from -5 to 5/],
    ['1:2=-0', 'The factor of neuron 1:2 is -0; write 0.'],
  ])('the scaled neuron %j is refused', (text, message) => {
    expect(() => parseScaledNeuron(text, layout)).toThrow(message);
  });
});

describe('CETT', () => {
  /** W_down of two layers by columns, hidden size 2. */
  const columns = [
    [
      [3, 4],
      [0, 2],
      [1, 0],
    ],
    [
      [1, 1],
      [0, 0],
    ],
  ];
  const small = neuronLayout([3, 2]);
  const norms = columns.map((layer) => Float32Array.from(layer, ([x, y]) => Math.hypot(x, y)));
  const outNorm = (layer: number, z: readonly number[], s: readonly number[]) =>
    Math.hypot(...[0, 1].map((i) => columns[layer].reduce((sum, w, j) => sum + w[i] * z[j] * s[j], 0)));

  test("it is each neuron's own output over the layer's output, scaled or not", () => {
    const z = [
      [1, -2, 0.5],
      [2, 7],
    ];
    for (const s of [
      [
        [1, 1, 1],
        [1, 1],
      ],
      [
        [2, 0, -1],
        [0.5, 3],
      ],
    ]) {
      const outs = Float32Array.from([0, 1], (layer) => outNorm(layer, z[layer], s[layer]));
      const out = new Float32Array(5);
      const flatZ = Float32Array.from(z.flat());
      const result = cett(
        flatZ,
        outs,
        norms,
        s.map((x) => Float32Array.from(x)),
        small,
        out,
      );
      expect(result).toBe(out);
      const expected = [0, 1].flatMap((layer) =>
        columns[layer].map(
          ([x, y], j) =>
            Math.hypot(x * z[layer][j] * s[layer][j], y * z[layer][j] * s[layer][j]) / outs[layer],
        ),
      );
      for (const [j, value] of expected.entries()) {
        expect(out[j]).toBeCloseTo(value, 5);
      }
      if (s[0][0] === 1) {
        expect(cett(flatZ, outs, norms, undefined, small)).toEqual(out);
      }
    }
  });

  test('a layer whose output is zero gives finite values, NaN stays NaN', () => {
    const zero = cett(new Float32Array(5), new Float32Array(2), norms, undefined, small);
    expect([...zero]).toEqual([0, 0, 0, 0, 0]);
    const z = Float32Array.of(1, Number.NaN, 1, 1, 1);
    const bad = cett(z, Float32Array.of(1, 1), norms, undefined, small);
    expect([...bad].map(Number.isNaN)).toEqual([false, true, false, false, false]);
  });

  test('lengths that do not fit are refused', () => {
    const z = new Float32Array(5);
    const outs = new Float32Array(2);
    expect(() => cett(z.subarray(1), outs, norms, undefined, small)).toThrow('z has 4 values instead of 5');
    expect(() => cett(z, outs, norms.slice(1), undefined, small)).toThrow(
      'columnNorms[0] has 2 values instead of 3',
    );
    expect(() => cett(z, outs, norms, [norms[0]], small)).toThrow('scales[1] has no values instead of 2');
  });
});

describe('overview and profile', () => {
  const values = Float32Array.of(1, 5, 2, 9, 3, 4, 8, 7, 6, 0);

  test('a bin is the maximum of its neurons, in layers of any width', () => {
    const out = new Float32Array(6);
    overview(values, layout, 2, out);
    expect([...out]).toEqual([1, 5, 9, 8, 6, 0]);
    const one = new Float32Array(3);
    overview(values, layout, 1, one);
    expect([...one]).toEqual([5, 9, 6]);
  });

  test('with more bins than neurons every bin shows a neuron', () => {
    const out = new Float32Array(12);
    overview(values, layout, 4, out);
    expect([...out]).toEqual([1, 1, 5, 2, 9, 3, 4, 8, 6, 6, 0, 0]);
  });

  test('every neuron is in a bin, whatever the numbers', () => {
    for (const [width, bins] of [
      [1536, 256],
      [1000, 256],
      [257, 256],
      [255, 256],
      [7, 3],
    ]) {
      const one = neuronLayout([width]);
      for (const j of [0, 1, 100, width - 2, width - 1].filter((n) => n < width)) {
        const spike = new Float32Array(width);
        spike[j] = 1;
        const out = new Float32Array(bins);
        overview(spike, one, bins, out);
        const lit = [...out.keys()].filter((b) => out[b] === 1);
        expect(lit).toContain(Math.min(bins - 1, Math.ceil(((j + 1) * bins) / width) - 1));
        expect(lit.length).toBe(width >= bins ? 1 : lit.length);
      }
    }
  });

  test("a NaN makes its bin NaN, wherever it stands, and its layer's sum", () => {
    for (const j of [3, 4, 5]) {
      const bad = values.slice();
      bad[j] = Number.NaN;
      const out = new Float32Array(6);
      overview(bad, layout, 2, out);
      expect([...out].map(Number.isNaN)).toEqual([false, false, j < 5, j === 5, false, false]);
      const sums = new Float32Array(3);
      layerProfile(bad, layout, sums);
      expect([...sums]).toEqual([8, Number.NaN, 6]);
    }
  });

  test('the profile sums a layer', () => {
    const out = new Float32Array(3);
    layerProfile(values, layout, out);
    expect([...out]).toEqual([8, 31, 6]);
    expect(() => layerProfile(values, layout, new Float32Array(2))).toThrow(RangeError);
  });
});

describe('scales', () => {
  const of = (layer: number, neuron: number, factor: number) => ({ layer, neuron, factor });

  test('vectors are one but for the given neurons; the last entry wins', () => {
    const vectors = scaleVectors(layout, [of(1, 4, 2), of(0, 0, 0), of(1, 4, 3)]);
    expect(vectors.map((v) => [...v])).toEqual([
      [0, 1, 1],
      [1, 1, 1, 1, 3],
      [1, 1],
    ]);
    expect(new Set(vectors.map((v) => v.buffer)).size).toBe(3);
  });

  test.each([Number.NaN, -0, 5.01, -5.01, Number.POSITIVE_INFINITY])(
    'the factor %d is refused everywhere',
    (factor) => {
      const calls = [
        () => scaleVectors(layout, [of(1, 2, factor)]),
        () => combineGroups([{ members: [{ layer: 1, neuron: 2 }], factor }], []),
        () => combineGroups([], [of(1, 2, factor)]),
        () => scaleKey([of(1, 2, factor)]),
      ];
      for (const call of calls) {
        expect(call).toThrow(/^The factor of neuron 1:2 /);
        expect(call).toThrow(EngineError);
      }
    },
  );

  test('a neuron that is not in the layout is refused', () => {
    expect(() => scaleVectors(layout, [of(2, 2, 2)])).toThrow('There is no neuron 2:2');
  });

  test('single neurons override their group, later groups earlier ones, neutral ones go', () => {
    const a = { layer: 0, neuron: 1 };
    const b = { layer: 1, neuron: 0 };
    const c = { layer: 1, neuron: 3 };
    const d = { layer: 2, neuron: 0 };
    const combined = combineGroups(
      [
        { members: [c, b, a], factor: 2 },
        { members: [b, d], factor: 0 },
      ],
      [
        { ...a, factor: 1 },
        { ...d, factor: 3 },
      ],
    );
    expect(combined).toEqual([
      { ...b, factor: 0 },
      { ...c, factor: 2 },
      { ...d, factor: 3 },
    ]);
    expect(combineGroups([], [])).toEqual([]);
  });

  test('keys are equal just where the scales are', () => {
    const key = scaleKey([of(1, 4, 2), of(0, 2, 0.5)]);
    expect(scaleKey([of(0, 2, 0.5), of(1, 1, 1), of(1, 4, 3), of(1, 4, 2)])).toBe(key);
    expect(scaleKey([of(0, 2, 1)])).toBe('');
    expect(
      new Set([key, scaleKey([of(1, 4, 2)]), scaleKey([of(1, 42, 2)]), scaleKey([of(11, 4, 2)])]).size,
    ).toBe(4);
    // Numeric order, not that of the text.
    expect(scaleKey([of(10, 0, 2), of(9, 10, 2), of(9, 9, 2)])).toBe('9:9=2,9:10=2,10:0=2');
  });
});

test('the most active neurons come largest first', () => {
  const mean = Float32Array.of(1, 5, 2, Number.NaN, 5, 0, 0, 9, 3, 1);
  expect(mostActive(mean, layout, 4).map(formatNeuron)).toEqual(['1:4', '0:1', '1:1', '2:0']);
  expect(mostActive(mean, layout, 10).length).toBe(9);
  expect(mostActive(mean, layout, 0)).toEqual([]);
  expect(() => mostActive(mean, layout, 11)).toThrow('from 0 to 10, but it is 11');
});
