import { dequantise } from './dequantise.ts';
import { type PackedWeights, quantise8, repack4, repack8, repack8FromQ4_1 } from './requantise.ts';
import type { GgmlType, GgufFile, GgufTensor } from './types.ts';
import { BLOCK_LAYOUTS } from './types.ts';

/** How the graph holds its weights: dense float32 for CPUs, blocks of 32 with one scale for WebGPU. */
export type Precision = 'float32' | 'block8';

/** One tensor of a linear layer and, for rotated heads, the order that its rows are wanted in. */
export interface LinearPart {
  readonly tensor: GgufTensor;
  /** Wanted row i is stored row rowOrder[i]. */
  readonly rowOrder?: Int32Array | undefined;
  /** One number a row, in the stored order. */
  readonly bias?: GgufTensor | undefined;
}

export type LinearWeights =
  | { readonly kind: 'float32'; readonly values: Float32Array }
  | ({ readonly kind: 'blocks'; readonly bits: 4 | 8 } & PackedWeights);

/** A part's bytes with its rows in the wanted order; a row is a whole number of blocks in every type. */
async function partBytes(file: GgufFile, part: LinearPart): Promise<Uint8Array> {
  const { tensor, rowOrder } = part;
  const bytes = await file.source.read(tensor.offset, tensor.byteLength);
  if (!rowOrder) return bytes;
  const rowBytes = tensor.byteLength / tensor.dims[1];
  const ordered = new Uint8Array(tensor.byteLength);
  rowOrder.forEach((stored, row) => {
    ordered.set(bytes.subarray(stored * rowBytes, (stored + 1) * rowBytes), row * rowBytes);
  });
  return ordered;
}

/** Reads a whole tensor as float32. */
export async function readFloats(file: GgufFile, tensor: GgufTensor): Promise<Float32Array> {
  const values = new Float32Array(tensor.dims.reduce((a, b) => a * b, 1));
  dequantise(tensor.type, await partBytes(file, { tensor }), values);
  return values;
}

/** The biases of all parts one after another, [n], zeros where a part has none; undefined where no part has one. */
export async function readBias(
  file: GgufFile,
  parts: readonly LinearPart[],
): Promise<Float32Array | undefined> {
  if (parts.every((part) => part.bias === undefined)) return undefined;
  const values: number[] = [];
  for (const { tensor, bias, rowOrder } of parts) {
    const stored = bias ? await readFloats(file, bias) : new Float32Array(tensor.dims[1]);
    values.push(...(rowOrder ? Array.from(rowOrder, (row) => stored[row]) : stored));
  }
  return Float32Array.from(values);
}

function blocks(bytes: Uint8Array, type: GgmlType, n: number, k: number, bits: 4 | 8): PackedWeights {
  if (bits === 4) return repack4(bytes, n, k);
  if (type === 'Q8_0') return repack8(bytes, n, k);
  if (type === 'Q4_1') return repack8FromQ4_1(bytes, n, k);
  const values = new Float32Array(n * k);
  dequantise(type, bytes, values);
  return quantise8(values, n, k);
}

/**
 * The rows of all parts one under another, [n, k]. Q8_0 becomes 8-bit blocks and Q4_0 alone 4-bit blocks exactly;
 * Q4_1 nearly so; every other type is dequantised and, for blocks, rounded to 8 bits.
 */
export async function linearWeights(
  file: GgufFile,
  parts: readonly LinearPart[],
  precision: Precision,
): Promise<LinearWeights> {
  const k = parts[0].tensor.dims[0];
  const n = parts.reduce((sum, part) => sum + part.tensor.dims[1], 0);
  if (precision === 'float32') {
    const values = new Float32Array(n * k);
    let at = 0;
    for (const part of parts) {
      const end = at + part.tensor.dims[1] * k;
      dequantise(part.tensor.type, await partBytes(file, part), values.subarray(at, end));
      at = end;
    }
    return { kind: 'float32', values };
  }
  const bits = parts.every((part) => part.tensor.type === 'Q4_0') ? 4 : 8;
  const perBlock = BLOCK_LAYOUTS.Q8_0.elements;
  const packed = new Uint8Array((n * k * bits) / 8);
  const scales = new Float32Array((n * k) / perBlock);
  let row = 0;
  for (const part of parts) {
    const rows = part.tensor.dims[1];
    const piece = blocks(await partBytes(file, part), part.tensor.type, rows, k, bits);
    packed.set(piece.packed, (row * k * bits) / 8);
    scales.set(piece.scales, (row * k) / perBlock);
    row += rows;
  }
  return { kind: 'blocks', bits, packed, scales };
}
