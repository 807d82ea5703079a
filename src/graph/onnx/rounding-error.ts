import { detectDownProjections } from './down-projections.ts';
import { DataType, type ModelProto } from './model.ts';
import type { Projection } from './projections.ts';
import { tensorValues } from './tensor-data.ts';
import type { ExternalData } from './types.ts';

/** Relative root mean square error of rounding to the nearest number of a float type. */
const FLOAT_ERRORS: Readonly<Partial<Record<DataType, number>>> = {
  [DataType.FLOAT16]: 0.0003,
  [DataType.BFLOAT16]: 0.0012,
};

/** Root mean square error of bitsandbytes' 16 values for normal weights, over the largest of a block. */
const BNB4_ERROR = 0.037;

/** Expected sum of the squared rounding errors of a projection's weights, `squares` being the sum of their squares. */
function squaredErrors(
  { weight, inputs, outputs }: Projection,
  squares: number,
  external: readonly ExternalData[],
): number {
  if (weight.form === 'matrix' && !weight.quantization) {
    const error = FLOAT_ERRORS[weight.tensor.dataType as DataType] ?? 0;
    return error ** 2 * squares;
  }
  const scales = weight.form === 'matrix' ? weight.quantization?.scales : weightScales(weight);
  const values = scales ? tensorValues(scales, external) : [];
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] ** 2;
  // A step of s rounds with a variance of s^2 / 12.
  const variance = weight.form === 'bnb4' ? BNB4_ERROR ** 2 : 1 / 12;
  return (sum * variance * inputs * outputs) / values.length;
}

const weightScales = (weight: Exclude<Projection['weight'], { form: 'matrix' }>) =>
  weight.form === 'blocks' ? weight.scales : weight.maxima;

/**
 * Expected rounding error of the down projections' weights as a graph keeps them, over the weights' root mean square: 0
 * for float32, about 0.09 for blocks of 4 bits.
 * @param columnNorms of the down projections, [width] each
 */
export function roundingError(
  model: ModelProto,
  columnNorms: readonly Float32Array[],
  external: readonly ExternalData[],
): number {
  let errors = 0;
  let weights = 0;
  for (const { projection, layer } of detectDownProjections(model).layers) {
    const squares = columnNorms[layer].reduce((sum, norm) => sum + norm * norm, 0) / projection.alpha ** 2;
    errors += squaredErrors(projection, squares, external);
    weights += squares;
  }
  return weights === 0 ? 0 : Math.sqrt(errors / weights);
}
