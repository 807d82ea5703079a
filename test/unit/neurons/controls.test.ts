import { describe, expect, test } from 'vitest';
import { EngineError } from '../../../src/lib/errors.ts';
import { createRandom } from '../../../src/lib/math/random.ts';
import { controlDraws, layerMatchedRandom, randomControl } from '../../../src/neurons/controls.ts';
import { flatIndex, formatNeuron, neuronLayout } from '../../../src/neurons/layout.ts';
import type { NeuronRef } from '../../../src/neurons/types.ts';

const layout = neuronLayout([400, 300, 400]);
const random = createRandom(31);
/** Heavy-tailed, as mean CETT is; some neurons dead. */
const meanCett = Float32Array.from({ length: layout.total }, () =>
  random() < 0.05 ? 0 : Math.exp(-6 + 4 * (random() + random() + random() - 1.5)),
);
const members: NeuronRef[] = [
  ...Array.from({ length: 12 }, (_, i) => ({ layer: 0, neuron: 7 + 31 * i })),
  ...Array.from({ length: 5 }, (_, i) => ({ layer: 2, neuron: 100 + i })),
];
const inSet = new Set(members.map(formatNeuron));
const mean = (ref: NeuronRef) => meanCett[flatIndex(layout, ref)];
const logMean = (ref: NeuronRef) => Math.log(Math.max(mean(ref), 1e-12));
const seeds = Array.from({ length: 200 }, (_, seed) => seed);

describe.each([
  [
    'matched',
    (seed: number, exclude: NeuronRef[] = []) => randomControl({ layout, members, meanCett, seed, exclude }),
  ],
  [
    'by layer',
    (seed: number, exclude: NeuronRef[] = []) => layerMatchedRandom({ layout, members, seed, exclude }),
  ],
])('a control %s', (_, draw) => {
  test('has as many neurons in each layer, no member, none twice, in order', () => {
    for (const seed of seeds) {
      const control = draw(seed);
      expect([0, 1, 2].map((layer) => control.filter((ref) => ref.layer === layer).length)).toEqual([
        12, 0, 5,
      ]);
      expect(control.some((ref) => inSet.has(formatNeuron(ref)))).toBe(false);
      const indices = control.map((ref) => flatIndex(layout, ref));
      expect(indices).toEqual([...new Set(indices)].sort((a, b) => a - b));
    }
  });

  test('depends on the seed and on nothing else', () => {
    expect(draw(5)).toEqual(draw(5));
    const different = new Set(seeds.map((seed) => draw(seed).map(formatNeuron).join()));
    expect(different.size).toBe(seeds.length);
  });

  test('leaves excluded neurons out', () => {
    const exclude = draw(5);
    const names = new Set(exclude.map(formatNeuron));
    expect(seeds.some((seed) => draw(seed, exclude).some((ref) => names.has(formatNeuron(ref))))).toBe(false);
  });
});

test('matched controls have the mean CETT of the set, controls by layer do not', () => {
  const average = (refs: readonly NeuronRef[]) =>
    refs.reduce((sum, ref) => sum + logMean(ref), 0) / refs.length;
  // A set of active neurons: an unmatched control is far less active.
  const active = [...members.keys()].map((i) => ({ layer: i % 3, i }));
  const byMean = [0, 1, 2].map((layer) =>
    Array.from({ length: layout.widths[layer] }, (_, neuron) => ({ layer, neuron })).sort(
      (a, b) => mean(b) - mean(a),
    ),
  );
  const set = active.map(({ layer, i }) => byMean[layer][20 + 3 * Math.floor(i / 3)]);
  for (const seed of seeds.slice(0, 50)) {
    const matched = average(randomControl({ layout, members: set, meanCett, seed }));
    const unmatched = average(layerMatchedRandom({ layout, members: set, seed }));
    expect(Math.abs(matched - average(set))).toBeLessThan(0.25);
    expect(average(set) - unmatched).toBeGreaterThan(1);
  }
});

test("one member's control is uniform over its 16 nearest in log mean CETT", () => {
  const member = { layer: 1, neuron: 42 };
  const nearest = Array.from({ length: 300 }, (_, neuron) => ({ layer: 1, neuron }))
    .filter(({ neuron }) => neuron !== 42)
    .sort((a, b) => Math.abs(logMean(a) - logMean(member)) - Math.abs(logMean(b) - logMean(member)))
    .slice(0, 16);
  const counts = new Map(nearest.map((ref) => [formatNeuron(ref), 0]));
  const draw = controlDraws({ layout, members: [member], meanCett });
  for (let seed = 0; seed < 3200; seed++) {
    const [ref] = draw(seed);
    expect(counts.has(formatNeuron(ref))).toBe(true);
    counts.set(formatNeuron(ref), counts.get(formatNeuron(ref))! + 1);
  }
  const chi = [...counts.values()].reduce((sum, n) => sum + (n - 200) ** 2 / 200, 0);
  expect(chi).toBeLessThan(37.7); // 99.9 % of chi-squared with 15 degrees of freedom
});

test('a member named twice counts once, and no member gives no control', () => {
  expect(randomControl({ layout, members: [members[0], members[0]], meanCett, seed: 1 }).length).toBe(1);
  expect(randomControl({ layout, members: [], meanCett, seed: 1 })).toEqual([]);
});

test('a layer that has just enough neurons is used up, one with too few is refused', () => {
  const small = neuronLayout([4, 6]);
  const means = Float32Array.from({ length: 10 }, (_, i) => i / 10);
  const three = [0, 2, 4].map((neuron) => ({ layer: 1, neuron }));
  const rest = ['1:1', '1:3', '1:5'];
  const options = { layout: small, members: three, meanCett: means, seed: 8 };
  expect(randomControl(options).map(formatNeuron)).toEqual(rest);
  expect(layerMatchedRandom(options).map(formatNeuron)).toEqual(rest);
  const exclude = [{ layer: 1, neuron: 5 }];
  for (const draw of [randomControl, layerMatchedRandom]) {
    const run = () => draw({ ...options, exclude });
    expect(run).toThrow(
      'Layer 1 has 2 of 6 neurons left for a control of 3; choose a set with fewer neurons',
    );
    expect(run).toThrow(EngineError);
  }
});

test('means that are not finite are refused in layers that need them only', () => {
  const bad = meanCett.slice();
  bad[flatIndex(layout, { layer: 1, neuron: 3 })] = Number.NaN;
  expect(randomControl({ layout, members, meanCett: bad, seed: 1 }).length).toBe(17);
  const other = [{ layer: 1, neuron: 0 }];
  expect(() => randomControl({ layout, members: other, meanCett: bad, seed: 1 })).toThrow(
    'neuron 1:3 is NaN',
  );
});
