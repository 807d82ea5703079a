import { compareNeurons, formatNeuron } from '../neurons/layout.ts';
import { combineGroups } from '../neurons/scales.ts';
import type { NeuronLayout, NeuronRef, ScaledNeuron } from '../neurons/types.ts';

/**
 * A random control with the factors of the neurons that it stands for. In every layer it has as many neurons as are
 * steered; the more active ones stand for the more active ones.
 * @param steered all steered neurons, neutral ones, too; of several entries of one neuron the last counts
 * @param control as `randomControl` drew it for them
 * @param meanCett flat, [layout.total]
 * @returns by layer and neuron, without neutral ones
 */
export function scaledControl(
  steered: readonly ScaledNeuron[],
  control: readonly NeuronRef[],
  layout: NeuronLayout,
  meanCett: Float32Array,
): ScaledNeuron[] {
  const mean = ({ layer, neuron }: NeuronRef) => meanCett[layout.offsets[layer] + neuron] ?? 0;
  const order = (a: NeuronRef, b: NeuronRef) =>
    a.layer - b.layer || mean(a) - mean(b) || compareNeurons(a, b);
  const each = new Map(steered.map((scaled) => [formatNeuron(scaled), scaled]));
  const factors = [...each.values()].sort(order).map(({ factor }) => factor);
  return combineGroups(
    [],
    [...control].sort(order).map((neuron, i) => ({ ...neuron, factor: factors[i] ?? 1 })),
  );
}
