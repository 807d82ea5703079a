import { dequantise } from './dequantise.ts';
import { type PackedWeights, quantise8, repack4, repack8, repack8FromQ4_1 } from './requantise.ts';
import { BLOCK_LAYOUTS, type GgmlType, type GgufFile, type GgufTensor } from './types.ts';

/** How the graph holds its weights: dense float32, or blocks of 32 with one scale. */
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

/** Weights that are read at once, unless their rows change places. */
const AT_ONCE = 8 * 2 ** 20;

/** Some of a part's rows, in the wanted order, as the file stores them. */
interface Rows {
  readonly bytes: Uint8Array;
  readonly first: number;
  readonly count: number;
}

/** A part's rows piece by piece; a row is a whole number of blocks in every type. */
async function* rowsOf(file: GgufFile, { tensor, rowOrder }: LinearPart): AsyncGenerator<Rows> {
  const [k, rows = 1] = tensor.dims;
  const rowBytes = tensor.byteLength / rows;
  if (rowOrder) {
    const bytes = await file.source.read(tensor.offset, tensor.byteLength);
    const ordered = new Uint8Array(tensor.byteLength);
    rowOrder.forEach((stored, row) => {
      ordered.set(bytes.subarray(stored * rowBytes, (stored + 1) * rowBytes), row * rowBytes);
    });
    yield { bytes: ordered, first: 0, count: rows };
    return;
  }
  const most = Math.max(1, Math.floor(AT_ONCE / k));
  for (let first = 0; first < rows; first += most) {
    const count = Math.min(most, rows - first);
    const bytes = await file.source.read(tensor.offset + first * rowBytes, count * rowBytes);
    yield { bytes, first, count };
  }
}

/** Dequantises a part into `values`, row after row. */
async function readPart(file: GgufFile, part: LinearPart, values: Float32Array): Promise<void> {
  const { tensor } = part;
  const [k] = tensor.dims;
  for await (const { bytes, first, count } of rowsOf(file, part))
    dequantise(tensor.type, bytes, values.subarray(first * k, (first + count) * k));
}

/** Reads a whole tensor as float32. */
export async function readFloats(file: GgufFile, tensor: GgufTensor): Promise<Float32Array> {
  const values = new Float32Array(tensor.dims.reduce((a, b) => a * b, 1));
  await readPart(file, { tensor }, values);
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
 * The rows of all parts one under another, [n, k], in blocks. Q8_0 becomes 8-bit blocks exactly and Q4_1 nearly so; every
 * other type is dequantised and rounded to 8 bits, or with `bits` 4, which Q4_0 allows, repacked exactly.
 */
export async function blockWeights(
  file: GgufFile,
  parts: readonly LinearPart[],
  bits: 4 | 8,
): Promise<PackedWeights> {
  const k = parts[0].tensor.dims[0];
  const n = parts.reduce((sum, part) => sum + part.tensor.dims[1], 0);
  const perBlock = BLOCK_LAYOUTS.Q8_0.elements;
  const packed = new Uint8Array((n * k * bits) / 8);
  const scales = new Float32Array((n * k) / perBlock);
  let row = 0;
  for (const part of parts) {
    for await (const { bytes, first, count } of rowsOf(file, part)) {
      const piece = blocks(bytes, part.tensor.type, count, k, bits);
      packed.set(piece.packed, ((row + first) * k * bits) / 8);
      scales.set(piece.scales, ((row + first) * k) / perBlock);
    }
    row += part.tensor.dims[1];
  }
  return { packed, scales };
}

/** The rows of all parts one under another, [n, k]: dense, or in blocks of 4 bits where all are Q4_0, else of 8 bits. */
export async function linearWeights(
  file: GgufFile,
  parts: readonly LinearPart[],
  precision: Precision,
): Promise<LinearWeights> {
  if (precision === 'block8') {
    const bits = parts.every((part) => part.tensor.type === 'Q4_0') ? 4 : 8;
    return { kind: 'blocks', bits, ...(await blockWeights(file, parts, bits)) };
  }
  const k = parts[0].tensor.dims[0];
  const n = parts.reduce((sum, part) => sum + part.tensor.dims[1], 0);
  const values = new Float32Array(n * k);
  let at = 0;
  for (const part of parts) {
    const end = at + part.tensor.dims[1] * k;
    await readPart(file, part, values.subarray(at, end));
    at = end;
  }
  return { kind: 'float32', values };
}
