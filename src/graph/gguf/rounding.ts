import type { GgmlType, GgufFile } from './types.ts';

/** Rounding error of normal weights in the types of ggml, over their root mean square. */
const ERRORS: Readonly<Record<GgmlType, number>> = {
  F32: 0,
  F16: 0.0003,
  BF16: 0.0012,
  Q8_0: 0.006,
  Q6_K: 0.021,
  Q5_0: 0.045,
  Q5_1: 0.042,
  Q5_K: 0.042,
  Q4_0: 0.09,
  Q4_1: 0.083,
  Q4_K: 0.083,
};

/** Expected relative rounding error of the down projections' weights as a file keeps them; the mean of layers in several types. */
export function downProjectionError(file: GgufFile): number {
  const errors = [...file.tensors.values()]
    .filter(({ name }) => name.includes('ffn_down.weight'))
    .map(({ type }) => ERRORS[type]);
  return Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / Math.max(1, errors.length));
}
