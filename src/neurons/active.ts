import { EngineError } from '../lib/errors.ts';
import { largestIndices } from '../lib/math/largest.ts';
import { neuronAt } from './layout.ts';
import type { NeuronLayout, NeuronRef } from './types.ts';

/**
 * The neurons with the largest mean CETT, largest first (of equal ones the lower flat index first). Neurons whose mean
 * is NaN are left out.
 * @param meanCett [layout.total]
 * @param count from 0 to layout.total, else EngineError 'bad-input'
 */
export function mostActive(meanCett: Float32Array, layout: NeuronLayout, count: number): NeuronRef[] {
  if (!(Number.isInteger(count) && count >= 0 && count <= layout.total)) {
    throw new EngineError(
      'bad-input',
      `The number of most active neurons must be a whole number from 0 to ${layout.total}, but it is ${count}.`,
    );
  }
  return Array.from(largestIndices(meanCett, count), (index) => neuronAt(layout, index));
}
