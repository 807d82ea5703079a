import { bfloat16ToFloat, FLOAT16_VALUES, halfToFloat } from '../../lib/bytes/half.ts';
import { EngineError } from '../../lib/errors.ts';
import { dequantiseQ4K, dequantiseQ5K, dequantiseQ6K } from './k-quants.ts';
import { BLOCK_LAYOUTS, type GgmlType } from './types.ts';

/** Weights of a block of the types below; QK4_0 and so on in ggml. */
const BLOCK = 32;
const HALF = BLOCK / 2;

/** Bytes that `elements` weights of a type take. Throws EngineError where they are no whole number of blocks. */
export function tensorByteLength(type: GgmlType, elements: number): number {
  const layout = BLOCK_LAYOUTS[type];
  if (!(Number.isSafeInteger(elements) && elements >= 0 && elements % layout.elements === 0)) {
    throw new EngineError(
      'load-failed',
      `${elements} weights cannot be of type ${type}, which stores ${layout.elements} together; download the model again.`,
    );
  }
  return (elements / layout.elements) * layout.bytes;
}

/** The same bytes, copied only where they do not start at a multiple of the item size. */
function aligned(bytes: Uint8Array, itemBytes: number): Uint8Array {
  return bytes.byteOffset % itemBytes === 0 ? bytes : new Uint8Array(bytes);
}

function asUint16(bytes: Uint8Array): Uint16Array {
  const { buffer, byteOffset, byteLength } = aligned(bytes, 2);
  return new Uint16Array(buffer, byteOffset, byteLength / 2);
}

function copyF32(bytes: Uint8Array, out: Float32Array): void {
  new Uint8Array(out.buffer, out.byteOffset, out.byteLength).set(bytes);
}

/** w = d (q - 8); a byte holds weights i (low nibble) and i + 16. */
function dequantiseQ4_0(bytes: Uint8Array, out: Float32Array): void {
  const size = BLOCK_LAYOUTS.Q4_0.bytes;
  for (let at = 0, to = 0; to < out.length; at += size, to += BLOCK) {
    const d = FLOAT16_VALUES[bytes[at] | (bytes[at + 1] << 8)];
    for (let i = 0; i < HALF; i++) {
      const q = bytes[at + 2 + i];
      out[to + i] = d * ((q & 15) - 8);
      out[to + HALF + i] = d * ((q >> 4) - 8);
    }
  }
}

/** w = d q + m; nibbles as in Q4_0. */
function dequantiseQ4_1(bytes: Uint8Array, out: Float32Array): void {
  const size = BLOCK_LAYOUTS.Q4_1.bytes;
  for (let at = 0, to = 0; to < out.length; at += size, to += BLOCK) {
    const d = FLOAT16_VALUES[bytes[at] | (bytes[at + 1] << 8)];
    const m = FLOAT16_VALUES[bytes[at + 2] | (bytes[at + 3] << 8)];
    for (let i = 0; i < HALF; i++) {
      const q = bytes[at + 4 + i];
      out[to + i] = Math.fround(d * (q & 15)) + m;
      out[to + HALF + i] = Math.fround(d * (q >> 4)) + m;
    }
  }
}

/** w = d (q - 16); bit i of a 32-bit word is the fifth bit of weight i. */
function dequantiseQ5_0(bytes: Uint8Array, out: Float32Array): void {
  const size = BLOCK_LAYOUTS.Q5_0.bytes;
  for (let at = 0, to = 0; to < out.length; at += size, to += BLOCK) {
    const d = FLOAT16_VALUES[bytes[at] | (bytes[at + 1] << 8)];
    const high = bytes[at + 2] | (bytes[at + 3] << 8) | (bytes[at + 4] << 16) | (bytes[at + 5] << 24);
    for (let i = 0; i < HALF; i++) {
      const q = bytes[at + 6 + i];
      out[to + i] = d * (((q & 15) | (((high >>> i) & 1) << 4)) - 16);
      out[to + HALF + i] = d * (((q >> 4) | (((high >>> (i + HALF)) & 1) << 4)) - 16);
    }
  }
}

/** w = d q + m; bits as in Q5_0. */
function dequantiseQ5_1(bytes: Uint8Array, out: Float32Array): void {
  const size = BLOCK_LAYOUTS.Q5_1.bytes;
  for (let at = 0, to = 0; to < out.length; at += size, to += BLOCK) {
    const d = FLOAT16_VALUES[bytes[at] | (bytes[at + 1] << 8)];
    const m = FLOAT16_VALUES[bytes[at + 2] | (bytes[at + 3] << 8)];
    const high = bytes[at + 4] | (bytes[at + 5] << 8) | (bytes[at + 6] << 16) | (bytes[at + 7] << 24);
    for (let i = 0; i < HALF; i++) {
      const q = bytes[at + 8 + i];
      out[to + i] = Math.fround(d * ((q & 15) | (((high >>> i) & 1) << 4))) + m;
      out[to + HALF + i] = Math.fround(d * ((q >> 4) | (((high >>> (i + HALF)) & 1) << 4))) + m;
    }
  }
}

/** w = d q with q of 8 bits, signed. */
function dequantiseQ8_0(bytes: Uint8Array, out: Float32Array): void {
  const size = BLOCK_LAYOUTS.Q8_0.bytes;
  const signed = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0, to = 0; to < out.length; at += size, to += BLOCK) {
    const d = FLOAT16_VALUES[bytes[at] | (bytes[at + 1] << 8)];
    for (let i = 0; i < BLOCK; i++) out[to + i] = d * signed[at + 2 + i];
  }
}

const DEQUANTISERS: Readonly<Record<GgmlType, (bytes: Uint8Array, out: Float32Array) => unknown>> = {
  F32: copyF32,
  F16: (bytes, out) => halfToFloat(asUint16(bytes), out),
  BF16: (bytes, out) => bfloat16ToFloat(asUint16(bytes), out),
  Q4_0: dequantiseQ4_0,
  Q4_1: dequantiseQ4_1,
  Q5_0: dequantiseQ5_0,
  Q5_1: dequantiseQ5_1,
  Q8_0: dequantiseQ8_0,
  Q4_K: dequantiseQ4K,
  Q5_K: dequantiseQ5K,
  Q6_K: dequantiseQ6K,
};

/**
 * Turns the stored bytes of whole blocks into float32 weights, in the same order. `out` has as many items as there are
 * weights. Block layouts and formulas: ggml-common.h and ggml-quants.c of ggml, read as specification.
 * Throws EngineError where the bytes do not fit `out`.
 */
export function dequantise(type: GgmlType, bytes: Uint8Array, out: Float32Array): void {
  const expected = tensorByteLength(type, out.length);
  if (bytes.byteLength !== expected) {
    throw new EngineError(
      'load-failed',
      `${out.length} weights of type ${type} take ${expected} bytes, but ${bytes.byteLength} were read; download the model again.`,
    );
  }
  DEQUANTISERS[type](bytes, out);
}
