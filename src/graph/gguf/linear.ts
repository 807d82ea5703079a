import { attr, floatTensor, node } from '../onnx/builders.ts';
import { DataType } from '../onnx/model.ts';
import { addExternal, type Build, MICROSOFT, tensorOf } from './graph-build.ts';
import { type LinearPart, linearWeights, readBias } from './linear-weights.ts';
import type { PackedWeights } from './requantise.ts';

/** Weights that share a scale. */
const BLOCK = 32;

export type BlockedWeights = PackedWeights & { readonly bits: 4 | 8 };

/** Initialisers of a matrix in blocks. */
export interface BlockNames {
  readonly weight: string;
  readonly scales: string;
  readonly bits: 4 | 8;
}

export function linearPart(build: Build, name: string, k: number, n: number): LinearPart {
  const tensor = tensorOf(build, `${name}.weight`, k, n);
  const bias = build.file.tensors.has(`${name}.bias`) ? tensorOf(build, `${name}.bias`, n, 1) : undefined;
  return { tensor, bias };
}

/**
 * Bytes of one weight at most: the storage buffer that every WebGPU adapter can bind. Larger matrices are several, one
 * under another.
 */
const LARGEST_WEIGHT = 128 * 2 ** 20;

/** Numbers of rows that a matrix [n, k] in blocks is split into. */
function splitRows(n: number, rowBytes: number, largest: number): number[] {
  const pieces = Math.ceil((n * rowBytes) / largest);
  const most = Math.ceil(n / pieces);
  return Array.from({ length: pieces }, (_, i) => Math.min(most, n - i * most));
}

/** Adds a matrix [n, k] in blocks as initialisers for MatMulNBits; returns their names. */
export function addBlocks(
  build: Build,
  name: string,
  { bits, packed, scales }: BlockedWeights,
  n: number,
  k: number,
): BlockNames {
  const weight = `${name}.weight`;
  addExternal(build, weight, DataType.UINT8, [n, k / BLOCK, (BLOCK * bits) / 8], packed);
  addExternal(build, `${name}.scales`, DataType.FLOAT, [n, k / BLOCK], scales);
  return { weight, scales: `${name}.scales`, bits };
}

/** y = x W^T with W [n, k] in blocks. */
export function blockProduct(
  build: Build,
  x: string,
  y: string,
  { weight, scales, bits }: BlockNames,
  n: number,
  k: number,
): void {
  const attributes = {
    K: attr.int(k),
    N: attr.int(n),
    bits: attr.int(bits),
    block_size: attr.int(BLOCK),
  };
  build.nodes.push(node('MatMulNBits', [x, weight, scales], [y], attributes, MICROSOFT));
}

/** Whether a matrix [n, k] in blocks is more than one weight. */
export function isSplit(n: number, k: number, bits: 4 | 8): boolean {
  return (n * k * bits) / 8 > LARGEST_WEIGHT;
}

/** y = x W^T with new initialisers for W [n, k] in blocks, several where one would be larger than `largest` bytes. */
export function blockLinear(
  build: Build,
  x: string,
  y: string,
  { bits, packed, scales }: BlockedWeights,
  n: number,
  k: number,
  largest = LARGEST_WEIGHT,
): void {
  const rowBytes = (k * bits) / 8;
  const counts = splitRows(n, rowBytes, largest);
  const outputs: string[] = [];
  let row = 0;
  for (const [i, count] of counts.entries()) {
    const output = counts.length === 1 ? y : `${y}.${i}`;
    const piece = {
      bits,
      packed: packed.subarray(row * rowBytes, (row + count) * rowBytes),
      scales: scales.subarray((row * k) / BLOCK, ((row + count) * k) / BLOCK),
    };
    blockProduct(build, x, output, addBlocks(build, output, piece, count, k), count, k);
    outputs.push(output);
    row += count;
  }
  if (outputs.length > 1) build.nodes.push(node('Concat', outputs, [y], { axis: attr.int(-1) }));
}

/** y = x W^T + b with W [n, k] as the file stores it, the rows of all parts one under another. */
export async function linear(
  build: Build,
  x: string,
  y: string,
  parts: readonly LinearPart[],
  k: number,
): Promise<void> {
  const n = parts.reduce((sum, part) => sum + part.tensor.dims[1], 0);
  const bias = await readBias(build.file, parts);
  const product = bias ? `${y}.product` : y;
  const held = await linearWeights(build.file, parts, build.precision);
  if (held.kind === 'float32') {
    const weight = `${y}.weight`;
    addExternal(build, weight, DataType.FLOAT, [n, k], held.values);
    build.nodes.push(node('FusedMatMul', [x, weight], [product], { transB: attr.int(1) }, MICROSOFT));
  } else {
    blockLinear(build, x, product, held, n, k);
  }
  if (bias) {
    build.initializers.push(floatTensor(`${y}.bias`, [n], bias));
    build.nodes.push(node('Add', [product, `${y}.bias`], [y]));
  }
  build.read(parts.reduce((sum, part) => sum + part.tensor.byteLength, 0));
}
