import { describe, expect, it } from 'vitest';
import {
  bfloat16ToFloat,
  FLOAT16_VALUES,
  floatToBfloat16,
  floatToHalf,
  halfToFloat,
  numberToFloat16,
} from '../../../src/lib/bytes/half.ts';

const ALL = Uint16Array.from({ length: 65536 }, (_, bits) => bits);

describe('float16', () => {
  it.each([
    [0x0000, 0],
    [0x0001, 2 ** -24],
    [0x03ff, 1023 * 2 ** -24],
    [0x0400, 2 ** -14],
    [0x3c00, 1],
    [0x3555, 0.333251953125],
    [0x7bff, 65504],
    [0xc000, -2],
    [0x7c00, Number.POSITIVE_INFINITY],
    [0xfc00, Number.NEGATIVE_INFINITY],
  ])('%i is %d, both ways', (bits, value) => {
    expect(FLOAT16_VALUES[bits]).toBe(value);
    expect(numberToFloat16(value)).toBe(bits);
  });

  it('keeps the sign of zero and knows NaN', () => {
    expect(FLOAT16_VALUES[0x8000]).toBe(-0);
    expect(numberToFloat16(-0)).toBe(0x8000);
    expect(FLOAT16_VALUES[0x7e00]).toBeNaN();
    expect(FLOAT16_VALUES[numberToFloat16(Number.NaN)]).toBeNaN();
  });

  it('comes back from every pattern but those of NaN', () => {
    const numbers = ALL.filter((bits) => (bits & 0x7fff) <= 0x7c00);
    expect(floatToHalf(halfToFloat(numbers))).toEqual(numbers);
  });

  it('rounds to the nearest, ties to even', () => {
    expect(numberToFloat16(1 + 2 ** -11)).toBe(0x3c00);
    expect(numberToFloat16(1 + 3 * 2 ** -11)).toBe(0x3c02);
    expect(numberToFloat16(1 + 2 ** -11 + 2 ** -20)).toBe(0x3c01);
    expect(numberToFloat16(2 ** -25)).toBe(0);
    expect(numberToFloat16(1.5 * 2 ** -25)).toBe(1);
    expect(numberToFloat16(65519)).toBe(0x7bff);
    expect(numberToFloat16(65520)).toBe(0x7c00);
    expect(numberToFloat16(1e30)).toBe(0x7c00);
    expect(numberToFloat16(-1e-30)).toBe(0x8000);
  });
});

describe('bfloat16', () => {
  it('comes back from every pattern but those of NaN', () => {
    const numbers = ALL.filter((bits) => (bits & 0x7fff) <= 0x7f80);
    expect(floatToBfloat16(bfloat16ToFloat(numbers))).toEqual(numbers);
  });

  it('rounds to the nearest, ties to even, and keeps NaN', () => {
    const rounded = floatToBfloat16(
      Float32Array.of(1 + 2 ** -8, 1 + 3 * 2 ** -8, 1 + 2 ** -8 + 2 ** -20, Number.NaN),
    );
    expect([...rounded.subarray(0, 3)]).toEqual([0x3f80, 0x3f82, 0x3f81]);
    expect(bfloat16ToFloat(rounded)[3]).toBeNaN();
  });
});
