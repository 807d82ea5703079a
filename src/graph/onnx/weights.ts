import { EngineError } from '../../lib/errors.ts';
import { shownName } from '../../lib/shown.ts';
import type { TensorProto } from './model.ts';
import type { Projection } from './projections.ts';
import { elementCount, tensorValues } from './tensor-data.ts';
import type { ExternalData } from './types.ts';
import type { Quantization, Weight } from './weight.ts';

type Form<Name extends Weight['form']> = Extract<Weight, { form: Name }>;

function misfit(tensor: TensorProto, what: string): EngineError {
  return new EngineError(
    'bad-input',
    `The weight "${shownName(tensor.name)}" is damaged: ${what}; load the model again.`,
  );
}

/** Strides into scales and zero points: the index for row r, column c is floor(r / rowBlock) * rowStep + floor(c / columnBlock) * columnStep. */
export function scaleSteps(tensor: TensorProto, quantization: Quantization, rows: number, columns: number) {
  const count = elementCount(quantization.scales);
  const axis = quantization.axis < 0 ? quantization.axis + 2 : quantization.axis;
  const block = quantization.blockSize;
  const steps = { rowBlock: 1, rowStep: 0, columnBlock: 1, columnStep: 0 };
  if (block > 0 && axis === 0) Object.assign(steps, { rowBlock: block, rowStep: columns, columnStep: 1 });
  else if (block > 0)
    Object.assign(steps, { rowStep: Math.ceil(columns / block), columnBlock: block, columnStep: 1 });
  else if (count > 1 && axis === 0) steps.rowStep = 1;
  else if (count > 1) steps.columnStep = 1;
  const last =
    Math.floor((rows - 1) / steps.rowBlock) * steps.rowStep +
    Math.floor((columns - 1) / steps.columnBlock) * steps.columnStep;
  if (last >= count) throw misfit(tensor, 'it has too few scales');
  return steps;
}

function matrixSquares(
  weight: Form<'matrix'>,
  inputs: number,
  external: readonly ExternalData[],
): Float64Array {
  const { tensor, transposed, quantization } = weight;
  const [rows = 0, columns = 0] = tensor.dims.map(Number);
  const values = tensorValues(tensor, external);
  const sums = new Float64Array(inputs);
  const scales = quantization ? tensorValues(quantization.scales, external) : [1];
  const zeros = quantization?.zeroPoints ? tensorValues(quantization.zeroPoints, external) : undefined;
  if (zeros && zeros.length !== scales.length && zeros.length !== 1)
    throw misfit(tensor, 'it has too few zero points');
  const steps = quantization
    ? scaleSteps(tensor, quantization, rows, columns)
    : { rowBlock: 1, rowStep: 0, columnBlock: 1, columnStep: 0 };
  const oneZero = zeros?.length === 1 ? zeros[0]! : 0;
  for (let row = 0; row < rows; row++) {
    const rowStart = Math.floor(row / steps.rowBlock) * steps.rowStep;
    for (let column = 0; column < columns; column++) {
      const at = steps.columnStep === 0 ? rowStart : rowStart + Math.floor(column / steps.columnBlock);
      const zero = zeros && zeros.length > 1 ? zeros[at]! : oneZero;
      const value = (values[row * columns + column]! - zero) * scales[at]!;
      sums[transposed ? column : row]! += value * value;
    }
  }
  return sums;
}

/** Unpacks zero points of MatMulNBits to one number a block, [outputs, blocks]. */
function blockZeros(
  weight: Form<'blocks'>,
  outputs: number,
  perRow: number,
  external: readonly ExternalData[],
): Float64Array {
  const { zeroPoints, bits, tensor } = weight;
  const zeros = new Float64Array(outputs * perRow).fill(2 ** (bits - 1));
  if (!zeroPoints) return zeros;
  const values = tensorValues(zeroPoints, external);
  if (values.length === zeros.length && (bits === 8 || !(values instanceof Uint8Array)))
    return Float64Array.from(values);
  const bytesPerRow = Math.ceil((perRow * bits) / 8);
  if (values.length !== outputs * bytesPerRow) throw misfit(tensor, 'it has too few zero points');
  for (let row = 0; row < outputs; row++) {
    for (let block = 0; block < perRow; block++) {
      const byte = values[row * bytesPerRow + ((block * bits) >> 3)]!;
      zeros[row * perRow + block] = (byte >> ((block * bits) & 7)) & (2 ** bits - 1);
    }
  }
  return zeros;
}

/** The parts of MatMulNBits' weight. */
export interface Blocks {
  readonly bytes: ArrayLike<number>;
  readonly scales: ArrayLike<number>;
  /** Numbers of the blocks that inputs belong to. */
  readonly groups: ArrayLike<number> | undefined;
  /** One number a block, [outputs, blocks]. */
  readonly zeros: Float64Array;
  /** Blocks of an output. */
  readonly perRow: number;
  readonly bytesPerRow: number;
}

/**
 * Reads the parts of a weight in blocks.
 * @throws EngineError where they do not fit each other, or the sizes that the node says
 */
export function blocksOf(
  weight: Form<'blocks'>,
  inputs: number,
  outputs: number,
  external: readonly ExternalData[],
): Blocks {
  const { tensor, bits, blockSize } = weight;
  if (![2, 4, 8].includes(bits) || blockSize < 1) {
    throw new EngineError(
      'unsupported-model',
      `The weight "${shownName(tensor.name)}" has ${bits} bits in blocks of ${blockSize}, which is not supported.`,
    );
  }
  const perRow = Math.ceil(inputs / blockSize);
  const bytesPerBlock = (blockSize * bits) / 8;
  const bytes = tensorValues(tensor, external);
  const scales = tensorValues(weight.scales, external);
  const groups = weight.groupIndex ? tensorValues(weight.groupIndex, external) : undefined;
  if (bytes.length !== outputs * perRow * bytesPerBlock)
    throw misfit(tensor, 'its size does not match its blocks');
  if (scales.length !== outputs * perRow) throw misfit(tensor, 'it has too few scales');
  if (
    groups &&
    !(groups.length >= inputs && Array.from(groups).every((group) => group >= 0 && group < perRow))
  )
    throw misfit(tensor, 'its groups do not cover it');
  const zeros = blockZeros(weight, outputs, perRow, external);
  return { bytes, scales, groups, zeros, perRow, bytesPerRow: perRow * bytesPerBlock };
}

function blockSquares(
  weight: Form<'blocks'>,
  inputs: number,
  outputs: number,
  external: readonly ExternalData[],
): Float64Array {
  const { bytes, scales, groups, zeros, perRow, bytesPerRow } = blocksOf(weight, inputs, outputs, external);
  const { bits, blockSize } = weight;
  const mask = 2 ** bits - 1;
  const sums = new Float64Array(inputs);
  for (let row = 0; row < outputs; row++) {
    const start = row * bytesPerRow;
    for (let k = 0; k < inputs; k++) {
      const code = (bytes[start + ((k * bits) >> 3)]! >> ((k * bits) & 7)) & mask;
      const block = row * perRow + (groups ? groups[k]! : Math.floor(k / blockSize));
      const value = (code - zeros[block]!) * scales[block]!;
      sums[k]! += value * value;
    }
  }
  return sums;
}

/** The 16 values of NormalFloat-4 (Dettmers et al. 2023, QLoRA, appendix E) and of bitsandbytes' FP4. */
export const bnb4Values = {
  nf4: [
    -1, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635,
    -0.18477343022823334, -0.09105003625154495, 0, 0.07958029955625534, 0.16093020141124725,
    0.24611230194568634, 0.33791524171829224, 0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1,
  ],
  fp4: [
    0,
    1 / 192,
    2 / 3,
    1,
    1 / 3,
    1 / 2,
    1 / 6,
    1 / 4,
    0,
    -1 / 192,
    -2 / 3,
    -1,
    -1 / 3,
    -1 / 2,
    -1 / 6,
    -1 / 4,
  ],
};

/**
 * Reads the codes of MatMulBnb4's weight and the largest value of each block.
 * @throws EngineError where they do not fit the sizes that the node says
 */
export function bnb4Of(
  weight: Form<'bnb4'>,
  inputs: number,
  outputs: number,
  external: readonly ExternalData[],
): { readonly bytes: ArrayLike<number>; readonly maxima: ArrayLike<number> } {
  const { tensor, blockSize } = weight;
  const bytes = tensorValues(tensor, external);
  const maxima = tensorValues(weight.maxima, external);
  const count = inputs * outputs;
  const fits = bytes.length === Math.ceil(count / 2) && maxima.length === Math.ceil(count / blockSize);
  if (blockSize < 1 || !fits) {
    throw misfit(tensor, 'its size does not match its blocks');
  }
  return { bytes, maxima };
}

function bnb4Squares(
  weight: Form<'bnb4'>,
  inputs: number,
  outputs: number,
  external: readonly ExternalData[],
): Float64Array {
  const { bytes, maxima } = bnb4Of(weight, inputs, outputs, external);
  const { blockSize, code } = weight;
  const count = inputs * outputs;
  const values = bnb4Values[code];
  const sums = new Float64Array(inputs);
  for (let i = 0; i < count; i++) {
    const nibble = (bytes[i >> 1]! >> (i & 1 ? 0 : 4)) & 15;
    const value = values[nibble]! * maxima[Math.floor(i / blockSize)]!;
    sums[i % inputs]! += value * value;
  }
  return sums;
}

/**
 * L2 norm of each column of a projection's (dequantised) weight, that is of the weights that leave each input,
 * [inputs]; squares are summed in double precision.
 * @throws EngineError for damaged weights, missing data files and element types that are not supported
 */
export function columnNorms(projection: Projection, external: readonly ExternalData[]): Float32Array {
  const { weight, inputs, outputs, alpha } = projection;
  const sums =
    weight.form === 'matrix'
      ? matrixSquares(weight, inputs, external)
      : weight.form === 'blocks'
        ? blockSquares(weight, inputs, outputs, external)
        : bnb4Squares(weight, inputs, outputs, external);
  return Float32Array.from(sums, (sum) => Math.abs(alpha) * Math.sqrt(sum));
}
