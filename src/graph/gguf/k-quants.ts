import { FLOAT16_VALUES } from '../../lib/bytes/half.ts';
import { BLOCK_LAYOUTS } from './types.ts';

/** Weights of a super-block, QK_K in ggml. */
const SUPER_BLOCK = 256;
const SUB_BLOCK = 32;
const SUB_BLOCKS = SUPER_BLOCK / SUB_BLOCK;

/**
 * Unpacks the eight 6-bit scales and eight 6-bit minima of a Q4_K or Q5_K super-block from 12 bytes: the low 6 bits of
 * bytes 0 to 3 and 4 to 7 are scales and minima 0 to 3; the rest take 4 bits from bytes 8 to 11 and 2 from the tops.
 */
function unpackScales(bytes: Uint8Array, at: number, scales: Uint8Array, minima: Uint8Array): void {
  for (let j = 0; j < 4; j++) {
    const a = bytes[at + j];
    const b = bytes[at + 4 + j];
    const c = bytes[at + 8 + j];
    scales[j] = a & 63;
    minima[j] = b & 63;
    scales[j + 4] = (c & 15) | ((a >> 6) << 4);
    minima[j + 4] = (c >> 4) | ((b >> 6) << 4);
  }
}

/** w = d s q - dmin m with 4-bit q; 32 bytes hold sub-blocks 2c (low nibbles) and 2c + 1. */
export function dequantiseQ4K(bytes: Uint8Array, out: Float32Array): void {
  const scales = new Uint8Array(SUB_BLOCKS);
  const minima = new Uint8Array(SUB_BLOCKS);
  const size = BLOCK_LAYOUTS.Q4_K.bytes;
  for (let at = 0, to = 0; to < out.length; at += size, to += SUPER_BLOCK) {
    const d = FLOAT16_VALUES[bytes[at] | (bytes[at + 1] << 8)];
    const dmin = FLOAT16_VALUES[bytes[at + 2] | (bytes[at + 3] << 8)];
    unpackScales(bytes, at + 4, scales, minima);
    for (let j = 0; j < SUB_BLOCKS; j++) {
      const scale = Math.fround(d * scales[j]);
      const minimum = Math.fround(dmin * minima[j]);
      const from = at + 16 + (j >> 1) * SUB_BLOCK;
      const shift = (j & 1) * 4;
      const start = to + j * SUB_BLOCK;
      for (let i = 0; i < SUB_BLOCK; i++) {
        out[start + i] = Math.fround(scale * ((bytes[from + i] >> shift) & 15)) - minimum;
      }
    }
  }
}

/** As Q4_K, with a fifth bit: bit j of byte i of the 32 high-bit bytes belongs to weight i of sub-block j. */
export function dequantiseQ5K(bytes: Uint8Array, out: Float32Array): void {
  const scales = new Uint8Array(SUB_BLOCKS);
  const minima = new Uint8Array(SUB_BLOCKS);
  const size = BLOCK_LAYOUTS.Q5_K.bytes;
  for (let at = 0, to = 0; to < out.length; at += size, to += SUPER_BLOCK) {
    const d = FLOAT16_VALUES[bytes[at] | (bytes[at + 1] << 8)];
    const dmin = FLOAT16_VALUES[bytes[at + 2] | (bytes[at + 3] << 8)];
    unpackScales(bytes, at + 4, scales, minima);
    const high = at + 16;
    for (let j = 0; j < SUB_BLOCKS; j++) {
      const scale = Math.fround(d * scales[j]);
      const minimum = Math.fround(dmin * minima[j]);
      const from = at + 48 + (j >> 1) * SUB_BLOCK;
      const shift = (j & 1) * 4;
      const start = to + j * SUB_BLOCK;
      for (let i = 0; i < SUB_BLOCK; i++) {
        const q = ((bytes[from + i] >> shift) & 15) | (((bytes[high + i] >> j) & 1) << 4);
        out[start + i] = Math.fround(scale * q) - minimum;
      }
    }
  }
}

/**
 * w = d s (q - 32) with 6-bit q and a signed 8-bit scale for 16 weights. A half of 128 weights has 64 bytes of low
 * nibbles (quarters 0 and 1 low, 2 and 3 high) and 32 bytes of two high bits a quarter.
 */
export function dequantiseQ6K(bytes: Uint8Array, out: Float32Array): void {
  const signed = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = BLOCK_LAYOUTS.Q6_K.bytes;
  for (let at = 0, to = 0; to < out.length; at += size, to += SUPER_BLOCK) {
    const d = FLOAT16_VALUES[bytes[at + 208] | (bytes[at + 209] << 8)];
    for (let j = 0; j < SUB_BLOCKS; j++) {
      const half = j >> 2;
      const quarter = j & 3;
      const low = at + half * 64 + (quarter & 1) * SUB_BLOCK;
      const lowShift = (quarter >> 1) * 4;
      const high = at + 128 + half * SUB_BLOCK;
      const highShift = quarter * 2;
      const scale0 = Math.fround(d * signed[at + 192 + j * 2]);
      const scale1 = Math.fround(d * signed[at + 193 + j * 2]);
      const start = to + j * SUB_BLOCK;
      for (let i = 0; i < SUB_BLOCK; i++) {
        const q = ((bytes[low + i] >> lowShift) & 15) | (((bytes[high + i] >> highShift) & 3) << 4);
        out[start + i] = (i < 16 ? scale0 : scale1) * (q - 32);
      }
    }
  }
}
