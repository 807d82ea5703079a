import { useCallback, useMemo } from 'react';
import type { Finding } from '../../src/identify/finding.ts';
import type { NeuronSet } from '../../src/neurons/set-file.ts';
import { drawLayers, drawnNeurons, drawStability, layerCounts } from '../charts/set-neurons.ts';
import { neuronKey } from '../state/slices/steering.ts';
import { Chart } from './Chart.tsx';

/** In which layers the set's neurons are. */
export function LayerChart({ set }: { readonly set: NeuronSet }) {
  const counts = useMemo(() => layerCounts(set.neurons, set.model.layers), [set]);
  const draw = useCallback((width: number) => drawLayers(counts, width), [counts]);
  return (
    <Chart
      title="Where these neurons are"
      draw={draw}
      description={`Number of the set's neurons in each of ${counts.length} layers`}
      table={() => ({
        head: ['Layer', 'Neurons', 'Which, with their weights'],
        rows: counts.map((count, layer) => [
          String(layer),
          String(count),
          set.neurons
            .filter((neuron) => neuron.layer === layer)
            .map(({ neuron, weight }) =>
              weight === undefined ? `${neuron}` : `${neuron} (${weight.toPrecision(3)})`,
            )
            .join(', '),
        ]),
      })}
    >
      Neurons of the set by layer. A weight says how the classifier uses a neuron, not how much it matters.
    </Chart>
  );
}

interface StabilityProps {
  readonly stability: Finding['stability'];
  readonly set: NeuronSet;
}

/** Which neurons are chosen again when only a half of the answers is learnt from. */
export function StabilityChart({ stability: { neurons, resamples }, set }: StabilityProps) {
  const draw = useCallback((width: number) => drawStability(neurons, width), [neurons]);
  const weights = useMemo(
    () => new Map(set.neurons.map((neuron) => [neuronKey(neuron), neuron.weight])),
    [set],
  );
  const left = neurons.length - drawnNeurons(neurons).length;
  return (
    <Chart
      title="Would they be found again?"
      draw={draw}
      description={`Share of ${resamples} halves of the answers in which each of ${neurons.length} neurons is chosen`}
      table={() => ({
        head: ['Neuron', 'Chosen in', 'In the set', 'Weight'],
        rows: neurons.map((neuron) => [
          neuronKey(neuron),
          `${(100 * neuron.share).toFixed(0)} %`,
          neuron.inSet ? 'yes' : 'no',
          weights.get(neuronKey(neuron))?.toPrecision(3) ?? '',
        ]),
      })}
    >
      {resamples > 0
        ? `Stability: learnt ${resamples} times from a random half. Discs are in the set, rings are not.`
        : 'There are too few answers to learn from halves of them.'}
      {left > 0 && ` ${left} more are in the table.`}
    </Chart>
  );
}
