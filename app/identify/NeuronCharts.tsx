import { useCallback, useMemo } from 'react';
import { counted } from '../../src/lib/count.ts';
import { formatNeuron } from '../../src/neurons/layout.ts';
import type { NeuronSet } from '../../src/neurons/set-file.ts';
import type { Finding } from '../../src/studies/identify/finding.ts';
import { drawLayers, drawnNeurons, drawStability, layerCounts } from '../charts/set-neurons.ts';
import { Chart } from '../ui/Chart.tsx';
import { tableOf } from '../ui/table-columns.ts';

/** "535 (3.30), 735 (1.22)": a set's neurons in a layer, with their weights. */
function membersOf({ neurons }: NeuronSet, layer: number): string {
  return neurons
    .filter((neuron) => neuron.layer === layer)
    .map(({ neuron, weight }) =>
      weight === undefined ? `${neuron}` : `${neuron} (${weight.toPrecision(3)})`,
    )
    .join(', ');
}

/** In which layers the set's neurons are. */
export function LayerChart({ set }: { readonly set: NeuronSet }) {
  const counts = useMemo(() => layerCounts(set.neurons, set.model.layers), [set]);
  const draw = useCallback((width: number) => drawLayers(counts, width), [counts]);
  return (
    <Chart
      title="Where these neurons are"
      draw={draw}
      description={`Number of the set's neurons in each of ${counted(counts.length, 'layer')}`}
      table={() =>
        tableOf(
          [
            { head: 'Layer', cell: (_, layer) => String(layer) },
            { head: 'Neurons', cell: String },
            { head: 'Which, with their weights', cell: (_, layer) => membersOf(set, layer) },
          ],
          counts,
        )
      }
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
    () => new Map(set.neurons.map((neuron) => [formatNeuron(neuron), neuron.weight])),
    [set],
  );
  const left = neurons.length - drawnNeurons(neurons).length;
  return (
    <Chart
      title="Would they be found again?"
      draw={draw}
      description={`Share of ${resamples} halves of the answers in which each of ${counted(neurons.length, 'neuron')} is chosen`}
      table={() =>
        tableOf(
          [
            { head: 'Neuron', cell: formatNeuron },
            { head: 'Chosen in', cell: ({ share }) => `${(100 * share).toFixed(0)} %` },
            { head: 'In the set', cell: ({ inSet }) => (inSet ? 'yes' : 'no') },
            { head: 'Weight', cell: (neuron) => weights.get(formatNeuron(neuron))?.toPrecision(3) ?? '' },
          ],
          neurons,
        )
      }
    >
      {resamples > 0
        ? `Stability: learnt ${resamples} times from a random half. Discs are in the set, rings are not.`
        : 'There are too few answers to learn from halves of them.'}
      {left > 0 && ` ${left} more are in the table.`}
    </Chart>
  );
}
