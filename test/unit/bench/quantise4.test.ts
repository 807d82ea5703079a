import { describe, expect, it } from 'vitest';
import { quantise4 } from '../../../bench/quantise4.ts';
import { median } from '../../../bench/statistics.ts';
import { createRandom } from '../../../src/lib/math/random.ts';

const BLOCK = 32;

function dequantised(packed: Uint8Array, scales: Float32Array): number[] {
  return Array.from({ length: packed.length * 2 }, (_, i) => {
    const both = packed[i >> 1]!;
    return scales[Math.floor(i / BLOCK)]! * ((i % 2 === 0 ? both & 15 : both >> 4) - 8);
  });
}

describe('quantise4', () => {
  it('keeps every weight within half a scale, and within a whole one at the far end of the range', () => {
    const random = createRandom(1);
    const weights = Float32Array.from({ length: 8 * BLOCK }, () => random() - 0.5);
    const { packed, scales } = quantise4(weights);
    dequantised(packed, scales).forEach((value, i) => {
      const scale = scales[Math.floor(i / BLOCK)]!;
      const beyond = weights[i]! / scale > 7;
      expect(Math.abs(value - weights[i]!)).toBeLessThanOrEqual(Math.abs(scale) * (beyond ? 1 : 0.5) + 1e-6);
    });
  });

  it('keeps the weight of the largest magnitude exactly, whatever its sign', () => {
    for (const largest of [-0.75, 0.75]) {
      const weights = new Float32Array(BLOCK).fill(0.1);
      weights[5] = largest;
      const { packed, scales } = quantise4(weights);
      expect(dequantised(packed, scales)[5]).toBe(largest);
    }
  });

  it('keeps a block of zeros', () => {
    const { packed, scales } = quantise4(new Float32Array(BLOCK));
    expect(dequantised(packed, scales).every((value) => value === 0)).toBe(true);
  });
});

describe('median', () => {
  it('is the middle value, or the mean of the middle two', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });
});
