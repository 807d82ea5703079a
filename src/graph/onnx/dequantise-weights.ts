import { EngineError } from '../../lib/errors.ts';
import type { Projection } from './projections.ts';
import { tensorValues } from './tensor-data.ts';
import type { ExternalData } from './types.ts';
import type { Quantization, Weight } from './weight.ts';
import { blocksOf, bnb4Of, bnb4Values, scaleSteps } from './weights.ts';

type Form<Name extends Weight['form']> = Extract<Weight, { form: Name }>;

/** A projection's weight as float32 rows; `transposed`: [outputs, inputs], else [inputs, outputs]. */
export interface DenseWeight {
  readonly values: Float32Array;
  readonly transposed: boolean;
}

/** Integers whose value is (q - zero point) * scale; the matrix keeps its layout. */
function fromMatrix(
  { tensor }: Form<'matrix'>,
  quantization: Quantization,
  external: readonly ExternalData[],
): Float32Array {
  const [rows = 0, columns = 0] = tensor.dims.map(Number);
  const codes = tensorValues(tensor, external);
  const scales = tensorValues(quantization.scales, external);
  const zeros = quantization.zeroPoints ? tensorValues(quantization.zeroPoints, external) : [0];
  const { rowBlock, rowStep, columnBlock, columnStep } = scaleSteps(tensor, quantization, rows, columns);
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const start = Math.floor(row / rowBlock) * rowStep;
    for (let column = 0; column < columns; column++) {
      const at = start + Math.floor(column / columnBlock) * columnStep;
      const zero = zeros[zeros.length > 1 ? at : 0];
      values[row * columns + column] = (codes[row * columns + column] - zero) * scales[at];
    }
  }
  return values;
}

function fromBlocks(
  weight: Form<'blocks'>,
  { inputs, outputs }: Projection,
  external: readonly ExternalData[],
): Float32Array {
  const { bits, blockSize } = weight;
  const { bytes, scales, groups, zeros, perRow, bytesPerRow } = blocksOf(weight, inputs, outputs, external);
  const mask = 2 ** bits - 1;
  const values = new Float32Array(outputs * inputs);
  for (let row = 0; row < outputs; row++) {
    for (let k = 0; k < inputs; k++) {
      const code = (bytes[row * bytesPerRow + ((k * bits) >> 3)] >> ((k * bits) & 7)) & mask;
      const block = row * perRow + (groups ? groups[k] : Math.floor(k / blockSize));
      values[row * inputs + k] = (code - zeros[block]) * scales[block];
    }
  }
  return values;
}

function fromBnb4(
  weight: Form<'bnb4'>,
  { inputs, outputs }: Projection,
  external: readonly ExternalData[],
): Float32Array {
  const { blockSize, code } = weight;
  const { bytes, maxima } = bnb4Of(weight, inputs, outputs, external);
  const levels = bnb4Values[code];
  const values = new Float32Array(outputs * inputs);
  for (let i = 0; i < values.length; i++) {
    const nibble = (bytes[i >> 1] >> (i & 1 ? 0 : 4)) & 15;
    values[i] = levels[nibble] * maxima[Math.floor(i / blockSize)];
  }
  return values;
}

/**
 * The weight of a quantised projection as float32, without `alpha`.
 * @throws EngineError `bad-input` for weights that do not fit their shape, `internal` for one that is not quantised
 */
export function denseWeight(projection: Projection, external: readonly ExternalData[]): DenseWeight {
  const { weight } = projection;
  if (weight.form === 'blocks') return { values: fromBlocks(weight, projection, external), transposed: true };
  if (weight.form === 'bnb4') return { values: fromBnb4(weight, projection, external), transposed: true };
  if (!weight.quantization)
    throw new EngineError('internal', `The weight "${weight.tensor.name}" is not quantised.`);
  return { values: fromMatrix(weight, weight.quantization, external), transposed: weight.transposed };
}
