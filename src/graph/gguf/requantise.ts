import { FLOAT16_VALUES } from '../../lib/bytes/half.ts';
import { EngineError } from '../../lib/errors.ts';
import { BLOCK_LAYOUTS } from './types.ts';

/** Weights that share a scale. */
const BLOCK = 32;

/**
 * Weights as the operator com.microsoft.MatMulNBits takes them, without zero points: w = scale * (q - 2^(bits - 1)).
 * `packed` is its input B [n, k / 32, 4 * bits], `scales` its input [n * k / 32].
 */
export interface PackedWeights {
  readonly packed: Uint8Array;
  readonly scales: Float32Array;
}

function countBlocks(n: number, k: number): number {
  if (k % BLOCK !== 0) {
    throw new EngineError(
      'unsupported-model',
      `A weight matrix has ${k} input features, which is no multiple of ${BLOCK}; choose a file with float32 weights of this model.`,
    );
  }
  return (n * k) / BLOCK;
}

function checkLength(found: number, expected: number): void {
  if (found === expected) return;
  throw new EngineError(
    'load-failed',
    `A weight matrix has ${found} items where its shape asks for ${expected}; download the model again.`,
  );
}

/**
 * Quantises float32 weights [n, k], row-major, to 8 bits in symmetric blocks of 32 along k. The scale is the largest
 * magnitude of a block over 127, so a weight is off by at most half a scale. Throws EngineError where k is no multiple of 32.
 */
export function quantise8(weights: Float32Array, n: number, k: number): PackedWeights {
  const blocks = countBlocks(n, k);
  checkLength(weights.length, n * k);
  const packed = new Uint8Array(n * k);
  const scales = new Float32Array(blocks);
  for (let block = 0; block < blocks; block++) {
    const start = block * BLOCK;
    const end = start + BLOCK;
    let largest = 0;
    for (let i = start; i < end; i++) {
      const magnitude = Math.abs(weights[i]);
      if (magnitude > largest) largest = magnitude;
    }
    scales[block] = largest / 127;
    const inverse = largest > 0 ? 127 / largest : 0;
    for (let i = start; i < end; i++) packed[i] = Math.round(weights[i] * inverse) + 128;
  }
  return { packed, scales };
}

/** Turns Q8_0 blocks of a matrix [n, k] into 8-bit MatMulNBits weights of exactly the same values. */
export function repack8(bytes: Uint8Array, n: number, k: number): PackedWeights {
  const blocks = countBlocks(n, k);
  const size = BLOCK_LAYOUTS.Q8_0.bytes;
  checkLength(bytes.byteLength, blocks * size);
  const packed = new Uint8Array(n * k);
  const scales = new Float32Array(blocks);
  for (let block = 0, at = 0, to = 0; block < blocks; block++, at += size, to += BLOCK) {
    scales[block] = FLOAT16_VALUES[bytes[at] | (bytes[at + 1] << 8)];
    // Flipping the top bit adds 128 to a signed byte.
    for (let i = 0; i < BLOCK; i++) packed[to + i] = bytes[at + 2 + i] ^ 0x80;
  }
  return { packed, scales };
}

/**
 * Turns Q4_0 blocks of a matrix [n, k] into 4-bit MatMulNBits weights of exactly the same values: a byte of Q4_0 holds
 * weights i and i + 16, one of MatMulNBits weights 2i and 2i + 1, low nibble first in both.
 */
export function repack4(bytes: Uint8Array, n: number, k: number): PackedWeights {
  const blocks = countBlocks(n, k);
  const size = BLOCK_LAYOUTS.Q4_0.bytes;
  checkLength(bytes.byteLength, blocks * size);
  const packed = new Uint8Array((n * k) / 2);
  const scales = new Float32Array(blocks);
  const quarter = BLOCK / 4;
  for (let block = 0, at = 0, to = 0; block < blocks; block++, at += size, to += BLOCK / 2) {
    scales[block] = FLOAT16_VALUES[bytes[at] | (bytes[at + 1] << 8)];
    for (let i = 0; i < quarter; i++) {
      const even = bytes[at + 2 + 2 * i];
      const odd = bytes[at + 3 + 2 * i];
      packed[to + i] = (even & 15) | ((odd & 15) << 4);
      packed[to + quarter + i] = (even >> 4) | (odd & 0xf0);
    }
  }
  return { packed, scales };
}

/** Largest code above and below the implied zero point of 128. */
const MOST_ABOVE = 127;
const MOST_BELOW = 128;
const Q4_LEVELS = 15;

/**
 * The multiple of the finer grid that keeps a Q4_1 block closest: with the scale d / multiple every step d of the block
 * is on the grid exactly, and only the offset m is rounded, by |multiple m / d - round| d / multiple.
 */
function closestMultiple(d: number, m: number): number {
  const lowest = m / d;
  const highest = Q4_LEVELS + lowest;
  let best = 1;
  let smallest = Number.POSITIVE_INFINITY;
  for (let multiple = 1; ; multiple++) {
    const base = Math.round(multiple * lowest);
    if (
      multiple > 1 &&
      (multiple * highest > MOST_ABOVE ||
        multiple * lowest < -MOST_BELOW ||
        base + multiple * Q4_LEVELS > MOST_ABOVE)
    ) {
      return best;
    }
    const error = Math.abs(multiple * lowest - base) / multiple;
    if (error < smallest) {
      smallest = error;
      best = multiple;
    }
  }
}

/**
 * Turns Q4_1 blocks (w = d q + m) of a matrix [n, k] into 8-bit MatMulNBits weights. The 16 levels of a block keep their
 * distances exactly; the block as a whole is moved by a few thousandths of a step, several times less than rounding
 * each weight to 8 bits costs.
 */
export function repack8FromQ4_1(bytes: Uint8Array, n: number, k: number): PackedWeights {
  const blocks = countBlocks(n, k);
  const size = BLOCK_LAYOUTS.Q4_1.bytes;
  checkLength(bytes.byteLength, blocks * size);
  const packed = new Uint8Array(n * k);
  const scales = new Float32Array(blocks);
  for (let block = 0, at = 0, to = 0; block < blocks; block++, at += size, to += BLOCK) {
    const d = FLOAT16_VALUES[bytes[at] | (bytes[at + 1] << 8)];
    const m = FLOAT16_VALUES[bytes[at + 2] | (bytes[at + 3] << 8)];
    if (d === 0 || Math.abs(m / d) + Q4_LEVELS > MOST_ABOVE) {
      packWide(bytes, at, d, m, packed.subarray(to, to + BLOCK), scales, block);
      continue;
    }
    const multiple = closestMultiple(d, m);
    const base = 128 + Math.round((multiple * m) / d);
    scales[block] = d / multiple;
    for (let i = 0; i < BLOCK / 2; i++) {
      const both = bytes[at + 4 + i];
      packed[to + i] = base + multiple * (both & 15);
      packed[to + BLOCK / 2 + i] = base + multiple * (both >> 4);
    }
  }
  return { packed, scales };
}

/** A block whose offset is many steps from zero, or that is constant: rounded like any other weights. */
function packWide(
  bytes: Uint8Array,
  at: number,
  d: number,
  m: number,
  packed: Uint8Array,
  scales: Float32Array,
  block: number,
): void {
  const values = new Float32Array(BLOCK);
  for (let i = 0; i < BLOCK / 2; i++) {
    values[i] = d * (bytes[at + 4 + i] & 15) + m;
    values[BLOCK / 2 + i] = d * (bytes[at + 4 + i] >> 4) + m;
  }
  const rounded = quantise8(values, 1, BLOCK);
  packed.set(rounded.packed);
  scales[block] = rounded.scales[0];
}
