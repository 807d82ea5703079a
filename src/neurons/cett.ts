import type { NeuronLayout } from './types.ts';

/** Keeps the quotient finite where a layer's output is zero; the value of the paper's code. */
const epsilon = 1e-8;

function checkLength(name: string, array: Float32Array | undefined, length: number): void {
  if (array?.length !== length) {
    throw new RangeError(`${name} has ${array?.length ?? 'no'} values instead of ${length}`);
  }
}

/**
 * CETT at one position: |s_j z_j| * ||W_down[:,j]|| / (||W_down (s * z)|| + 1e-8), each neuron's share in the length of
 * its layer's output (Zhang et al. 2024, as the H-Neurons paper uses it). NaN in, NaN out.
 * @param z inputs of the down projections before scaling, flat, [total]
 * @param outNorms L2 norms of the down projections' outputs for the scaled input, without bias, [layers]
 * @param columnNorms L2 norms of the columns of W_down, [width] a layer
 * @param scales s, [width] a layer; undefined where all are 1
 * @param out where the result goes, flat, [total]
 * @returns `out`
 * @throws RangeError where a length does not fit the layout
 */
export function cett(
  z: Float32Array,
  outNorms: Float32Array,
  columnNorms: readonly Float32Array[],
  scales: readonly Float32Array[] | undefined,
  layout: NeuronLayout,
  out: Float32Array = new Float32Array(layout.total),
): Float32Array {
  const { widths, offsets, total } = layout;
  checkLength('z', z, total);
  checkLength('outNorms', outNorms, widths.length);
  checkLength('out', out, total);
  for (let layer = 0; layer < widths.length; layer++) {
    const start = offsets[layer];
    const width = widths[layer];
    const norm = outNorms[layer] + epsilon;
    const norms = columnNorms[layer];
    checkLength(`columnNorms[${layer}]`, norms, width);
    if (scales) {
      const factors = scales[layer];
      checkLength(`scales[${layer}]`, factors, width);
      for (let j = 0; j < width; j++) {
        out[start + j] = (Math.abs(factors[j] * z[start + j]) * norms[j]) / norm;
      }
    } else {
      for (let j = 0; j < width; j++) {
        out[start + j] = (Math.abs(z[start + j]) * norms[j]) / norm;
      }
    }
  }
  return out;
}

/**
 * Maximum of CETT in every bin of every layer, out[layer * bins + b]. Bin b of a layer of width w covers its neurons
 * [floor(b w / bins), floor((b + 1) w / bins)); where there are more bins than neurons, a bin that would be empty
 * shows the neuron at its start. A NaN in a bin makes the bin NaN.
 * @param values CETT, [total]
 * @param out [layers * bins]
 * @throws RangeError where a length does not fit
 */
export function overview(values: Float32Array, layout: NeuronLayout, bins: number, out: Float32Array): void {
  const { widths, offsets, total } = layout;
  checkLength('values', values, total);
  checkLength('out', out, widths.length * bins);
  for (let layer = 0; layer < widths.length; layer++) {
    const width = widths[layer];
    let start = 0;
    for (let bin = 0; bin < bins; bin++) {
      const end = Math.floor(((bin + 1) * width) / bins);
      const last = offsets[layer] + Math.max(end, start + 1);
      let max = Number.NEGATIVE_INFINITY;
      for (let j = offsets[layer] + start; j < last; j++) {
        const value = values[j];
        if (!(value <= max)) {
          max = value;
          if (Number.isNaN(value)) {
            break;
          }
        }
      }
      out[layer * bins + bin] = max;
      start = end;
    }
  }
}

/**
 * Sum of CETT over each layer's neurons.
 * @param values CETT, [total]
 * @param out [layers]
 * @throws RangeError where a length does not fit
 */
export function layerProfile(values: Float32Array, layout: NeuronLayout, out: Float32Array): void {
  const { widths, offsets, total } = layout;
  checkLength('values', values, total);
  checkLength('out', out, widths.length);
  for (let layer = 0; layer < widths.length; layer++) {
    let sum = 0;
    const end = offsets[layer] + widths[layer];
    for (let j = offsets[layer]; j < end; j++) {
      sum += values[j];
    }
    out[layer] = sum;
  }
}
