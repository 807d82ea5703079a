import type { NeuronLayout, NeuronRef } from '../../src/neurons/types.ts';
import { binOfNeuron, describeRange, formatCett, neuronsOfBin } from '../charts/neuron-grid.ts';
import type { MapValues } from './mapSource.ts';
import type { MapQuantity } from './state/slices/view.ts';

/** The most active neuron of the bin that a neuron falls into; the neuron itself where values are not known. */
export function strongestIn(
  neuron: NeuronRef,
  layout: NeuronLayout,
  bins: number,
  values: Float32Array | undefined,
): NeuronRef {
  if (!values) return neuron;
  const { start, end } = neuronsOfBin(layout, bins, neuron.layer, binOfNeuron(layout, bins, neuron));
  const at = (index: number) => values[layout.offsets[neuron.layer]! + index]!;
  let best = start;
  for (let index = start + 1; index < end; index++) if (at(index) > at(best)) best = index;
  return { layer: neuron.layer, neuron: best };
}

/** "CETT 0.21 in layer 3, neuron 17", or what is known of the bin around it; the value comes first. */
export function describePointed(
  neuron: NeuronRef,
  layout: NeuronLayout,
  bins: number,
  values: MapValues | undefined,
  quantity: MapQuantity,
): string {
  const than = quantity === 'difference' ? ', steered minus unsteered' : '';
  if (values?.neurons) {
    const value = values.neurons[layout.offsets[neuron.layer]! + neuron.neuron];
    return `CETT ${formatCett(value)} in layer ${neuron.layer}, neuron ${neuron.neuron}${than}`;
  }
  const bin = binOfNeuron(layout, bins, neuron);
  const range = neuronsOfBin(layout, bins, neuron.layer, bin);
  const highest = range.end - range.start > 1 ? 'highest ' : '';
  const value = formatCett(values?.overview[neuron.layer * bins + bin]);
  return `${highest}CETT ${value} in ${describeRange(range)}${than}`;
}
