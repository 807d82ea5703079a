import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dequantise } from '../../../../src/graph/gguf/dequantise.ts';
import { type PackedWeights, quantise8, repack4, repack8 } from '../../../../src/graph/gguf/requantise.ts';
import { EngineError } from '../../../../src/lib/errors.ts';

const BLOCK = 32;

/** The weights that MatMulNBits computes with: bits little end first, zero point in the middle. */
function unpack({ packed, scales }: PackedWeights, bits: 4 | 8): Float32Array {
  const perByte = 8 / bits;
  const out = new Float32Array(packed.length * perByte);
  for (let i = 0; i < out.length; i++) {
    const value = (packed[Math.floor(i / perByte)] >> ((i % perByte) * bits)) & (2 ** bits - 1);
    out[i] = scales[Math.floor(i / BLOCK)] * (value - 2 ** (bits - 1));
  }
  return out;
}

function noise(length: number): Float32Array {
  let state = 12345;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  });
}

function blocksOf(type: 'Q4_0' | 'Q8_0'): Uint8Array {
  const { cases } = JSON.parse(
    readFileSync(new URL('../../../fixtures/gguf/blocks.json', import.meta.url), 'utf8'),
  );
  const found = cases.find((each: { type: string }) => each.type === type);
  return new Uint8Array(Buffer.from(found.blocks, 'base64'));
}

describe('quantise8', () => {
  it('is off by at most half a scale', () => {
    const [n, k] = [6, 96];
    const weights = noise(n * k);
    const quantised = quantise8(weights, n, k);
    expect(quantised.packed).toHaveLength(n * k);
    expect(quantised.scales).toHaveLength((n * k) / BLOCK);
    const back = unpack(quantised, 8);
    for (let i = 0; i < weights.length; i++) {
      const scale = quantised.scales[Math.floor(i / BLOCK)];
      expect(Math.abs(back[i] - weights[i])).toBeLessThanOrEqual(scale * 0.5001);
    }
    const power = weights.reduce((sum, w) => sum + w * w, 0);
    const error = weights.reduce((sum, w, i) => sum + (w - back[i]) ** 2, 0);
    expect(Math.sqrt(error / power)).toBeLessThan(0.005);
    expect(error).toBeGreaterThan(0);
  });

  it('keeps zeros, largest magnitudes and the order of rows', () => {
    const weights = new Float32Array(2 * BLOCK);
    weights[3] = -2;
    weights[4] = 1;
    const quantised = quantise8(weights, 2, BLOCK);
    expect([...quantised.scales]).toEqual([Math.fround(2 / 127), 0]);
    expect([...quantised.packed.subarray(2, 6)]).toEqual([128, 1, 192, 128]);
    expect(new Set(quantised.packed.subarray(BLOCK))).toEqual(new Set([128]));
  });

  it('refuses shapes that do not fit', () => {
    expect(() => quantise8(new Float32Array(80), 2, 40)).toThrow(/40 input features/);
    expect(() => quantise8(new Float32Array(33), 1, 32)).toThrow(EngineError);
  });
});

describe('repacking', () => {
  it.each([
    { type: 'Q8_0', bits: 8, repack: repack8 },
    { type: 'Q4_0', bits: 4, repack: repack4 },
  ] as const)('$type keeps every value', ({ type, bits, repack }) => {
    const blocks = blocksOf(type);
    const expected = new Float32Array(512);
    dequantise(type, blocks, expected);
    expect(unpack(repack(blocks, 8, 64), bits)).toEqual(expected);
  });

  it('refuses shapes that do not fit', () => {
    expect(() => repack8(new Uint8Array(33), 1, 32)).toThrow(EngineError);
    expect(() => repack4(new Uint8Array(18), 1, 48)).toThrow(/48 input features/);
  });
});
