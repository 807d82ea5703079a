import { describe, expect, test } from 'vitest';
import { quantise4 } from '../../../bench/quantise4.ts';
import { quantise8 } from '../../../src/graph/gguf/requantise.ts';
import { EngineError } from '../../../src/lib/errors.ts';
import { createRandom } from '../../../src/lib/math/random.ts';
import { checkSetModel, matchModels, type SetModel } from '../../../src/neurons/set-model.ts';
import { compareSignatures, type WeightSignature, weightSignature } from '../../../src/neurons/signature.ts';

const layers = 6;
const hidden = 256;
const width = 128;

type Weights = readonly Float32Array[];

/** Down projections [hidden, width] with normal weights, neurons of different sizes. */
function weights(seed: number): Weights {
  const random = createRandom(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Array.from({ length: layers }, () => {
    const sizes = Float32Array.from({ length: width }, () => Math.exp(0.1 * normal()));
    return Float32Array.from({ length: hidden * width }, (_, i) => sizes[i % width] * normal());
  });
}

/** The same with every weight moved by a share of the weights' root mean square. */
function tuned(original: Weights, share: number): Weights {
  const noise = weights(99);
  return original.map((layer, l) => layer.map((weight, i) => weight + share * noise[l][i]));
}

const in8 = (original: Weights) =>
  original.map((layer) => {
    const { packed, scales } = quantise8(layer, hidden, width);
    return Float32Array.from(packed, (code, i) => (code - 128) * scales[i >> 5]);
  });

const in4 = (original: Weights) =>
  original.map((layer) => {
    const { packed, scales } = quantise4(layer);
    return layer.map((_, i) => (((packed[i >> 1] >> ((i & 1) * 4)) & 15) - 8) * scales[i >> 5]);
  });

function signed(each: Weights, error: number): WeightSignature {
  const norms = each.map((layer) => {
    const squares = new Float64Array(width);
    for (const [i, weight] of layer.entries()) squares[i % width] += weight * weight;
    return { hidden, columnNorms: Float32Array.from(squares, Math.sqrt) };
  });
  return weightSignature(norms, error);
}

const original = weights(1);
const float = signed(original, 0);
const eight = signed(in8(original), 0.006);
const four = signed(in4(original), 0.09);

function isExplained(a: WeightSignature, b: WeightSignature): boolean {
  const difference = compareSignatures(a, b);
  if (!difference) throw new Error('not comparable');
  return difference.found <= difference.explained;
}

describe('signature of weights', () => {
  test('8 and 4 bits are told to be the same weights with room to spare, weights drawn anew are not', () => {
    for (const other of [eight, four]) {
      const { found, explained } = compareSignatures(float, other) ?? { found: 1, explained: 0 };
      expect(found).toBeGreaterThan(0);
      expect(found).toBeLessThan(0.7 * explained);
    }
    const stranger = weights(2);
    for (const other of [signed(stranger, 0), signed(in8(stranger), 0.006), signed(in4(stranger), 0.09)]) {
      for (const own of [float, eight, four]) {
        const { found, explained } = compareSignatures(own, other) ?? { found: 0, explained: 1 };
        expect(found).toBeGreaterThan(2 * explained);
      }
    }
  });

  test('a fine-tuned version shows as far as the precision allows', () => {
    const slightly = tuned(original, 0.05);
    expect(isExplained(float, signed(slightly, 0))).toBe(false);
    expect(isExplained(eight, signed(in8(slightly), 0.006))).toBe(false);
    expect(isExplained(four, signed(in4(slightly), 0.09))).toBe(true);
    expect(isExplained(four, signed(in4(tuned(original, 0.5)), 0.09))).toBe(false);
  });

  test('is short, has no numbers beyond its digits, and compares only with its like', () => {
    expect(float.columnNorms.split(' ')).toHaveLength(132);
    expect(float.columnNorms).toMatch(/^[\d. ]+$/);
    expect(float.columnNorms.length).toBeLessThan(1000);
    expect(compareSignatures(float, { ...float, hidden: 8 })).toBeUndefined();
    expect(compareSignatures(float, { ...float, columnNorms: '1 2' })).toBeUndefined();
    const dead = weightSignature([{ hidden, columnNorms: new Float32Array(4) }], 0);
    expect(compareSignatures(dead, dead)?.found).toBe(0);
  });
});

describe('a neuron set and the model that is loaded', () => {
  const widths = Array.from({ length: layers }, () => width);
  const model = (name: string, fingerprint: string, signature?: WeightSignature): SetModel => ({
    ...{ name, architecture: 'llama', fingerprint, widths },
    ...(signature && { signature }),
  });
  const found = model('Small-Instruct.Q4_1', 'a', four);
  const check = (loaded: SetModel, set = found) => checkSetModel({ name: 'H', model: set }, loaded);

  test('the very weights need no word', () => {
    expect(check(found)).toBeUndefined();
    expect(check(model('renamed', 'a'))).toBeUndefined();
  });

  test('another precision is accepted with a note', () => {
    expect(check(model('org/Small-Instruct-ONNX', 'b', float))).toBe(
      'The neurons were found in Small-Instruct.Q4_1; org/Small-Instruct-ONNX has the same weights in another precision, as far as rounding lets one tell.',
    );
  });

  test('another name is accepted with a warning that names both', () => {
    expect(check(model('Small', 'b', eight))).toBe(
      'The neurons were found in Small-Instruct.Q4_1, and the model here is Small: the weights are alike within the rounding of their precisions, but one may be a fine-tuned version of the other.',
    );
  });

  test('other weights of the same shape are refused with both names and the measure', () => {
    const other = model('Other.Q8_0', 'b', signed(weights(2), 0.006));
    expect(() => check(other)).toThrow(EngineError);
    expect(() => check(other)).toThrow(
      /^The neuron set "H" was made for Small-Instruct\.Q4_1, but the model here is Other\.Q8_0, whose weights are others: the norms of its neurons differ by \d+ %, and another precision explains \d\.\d+ % at most\.$/,
    );
    expect(() => check({ ...other, name: found.name })).toThrow('whose weights are others');
  });

  test('instruct weights under the name of their base are refused, except where 4 bits hide the difference', () => {
    const instruct = tuned(original, 0.05);
    const base = (signature: WeightSignature) => model('Small', 'a', signature);
    expect(() => check(model('Small', 'b', signed(instruct, 0)), base(float))).toThrow(
      'made for Small, but the model here is Small, whose weights are others',
    );
    expect(() => check(model('Small', 'b', signed(in8(instruct), 0.006)), base(eight))).toThrow(
      'whose weights are others',
    );
    expect(check(model('Small', 'b', signed(in4(instruct), 0.09)), base(four))).toBe(
      'The neurons were found in Small; Small has the same weights in another precision, as far as rounding lets one tell.',
    );
  });

  test('gains that no precision changes tell a fine-tuned version of the same weights', () => {
    const gains = (shift: number) => [
      Float32Array.from({ length: 64 }, (_, i) => 1 + Math.sin(i) / 4 + shift * Math.cos(i)),
    ];
    const withGains = (signature: WeightSignature, shift: number): WeightSignature => ({
      ...signature,
      gains: weightSignature([], 0, gains(shift)).gains,
    });
    const own = { ...found, signature: withGains(four, 0) };
    expect(check(model('Small-Instruct.F16', 'b', withGains(float, 0.0002)), own)).toContain('same weights');
    expect(() => check(model('Small.F16', 'b', withGains(float, 0.02)), own)).toThrow(
      /made for Small-Instruct\.Q4_1, but the model here is Small\.F16, whose weights are others: the gains of its norms differ by 1\.\d %, which no precision explains/,
    );
    expect(check(model('Small-Instruct.F16', 'b', float), own)).toContain('same weights');
  });

  test('another shape is refused with both names', () => {
    expect(() => check({ ...model('Large', 'b', float), widths: [4, 5] })).toThrow(
      'was made for Small-Instruct.Q4_1, but the model here is Large: the one has 6 layers of 128 neurons, the other 2 layers of 9 neurons together.',
    );
  });

  test('without a signature the name decides', () => {
    const old = model('Small-Instruct.Q4_1', 'a');
    for (const name of ['Small-Instruct.Q8_0.gguf', 'x/small-instruct_q4f16', 'Small-Instruct-fp16-GGUF'])
      expect(matchModels(old, model(name, 'b', float))).toMatchObject({
        match: 'alike',
        note: expect.stringContaining('which cannot be checked'),
      });
    for (const name of ['Small.Q4_1', 'Small-Instruct-v2', 'Instruct'])
      expect(() => check(model(name, 'b'), old)).toThrow('nothing says that its weights are the same');
  });
});
