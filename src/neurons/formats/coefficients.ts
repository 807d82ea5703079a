import { shownName } from '../../lib/shown.ts';
import { flatIndex, neuronAt, neuronLayout } from '../layout.ts';
import type { NeuronSet } from '../set-file.ts';
import { type FoundNeuron, refuse, type SetSource } from './found.ts';
import type { NpyArray } from './npy.ts';

/**
 * The neurons of a coefficient vector over all neurons of the model, one layer after another, as scikit-learn's coef_
 * has it: of the shape [n], [1, n], [n, 1], or [layers, width]. Those with the coefficient 0 are left out.
 * @throws EngineError 'bad-input' where the length is not the model's, with both numbers, or an entry is not finite
 */
export function neuronsOfVector({ shape, values }: NpyArray, { fileName, layout }: SetSource): FoundNeuron[] {
  const { widths, total } = layout;
  const layersByWidth = shape.length === 2 && shape[0] === widths.length;
  if (shape.filter((size) => size !== 1).length > 1 && !layersByWidth)
    refuse(
      fileName,
      `has an array of the shape (${shownName(shape.join(', '))}), but the coefficients of one classifier are one row of ${total} for this model; save model.coef_.`,
    );
  if (values.length !== total)
    refuse(
      fileName,
      `has ${values.length} coefficients, but this model has ${total} neurons (${widths.length} layers); load the model that the classifier was trained on.`,
    );
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    refuse(fileName, `has the coefficient ${values[bad]} at index ${bad}; all must be finite numbers.`);
  const neurons: FoundNeuron[] = [];
  values.forEach((weight, index) => {
    if (weight !== 0) neurons.push({ ...neuronAt(layout, index), weight, where: `index ${index}` });
  });
  if (neurons.length === 0) refuse(fileName, 'has only coefficients of 0, so it names no neurons.');
  return neurons;
}

/** The coefficient vector of a set, [1, neurons of the model]; members without a weight have 1, all others 0. */
export function vectorOfSet({ neurons, model }: Pick<NeuronSet, 'neurons' | 'model'>): NpyArray {
  const layout = neuronLayout(model.widths);
  const values = new Float64Array(layout.total);
  for (const neuron of neurons) values[flatIndex(layout, neuron)] = neuron.weight ?? 1;
  return { shape: [1, layout.total], values };
}
