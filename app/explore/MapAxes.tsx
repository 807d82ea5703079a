import { scaleLinear } from 'd3-scale';
import { type LayerView, layerTicks } from '../charts/layers.ts';
import type { MapView } from '../charts/map-view.ts';

interface LayerAxisProps {
  readonly layers: number;
  readonly view: LayerView;
  readonly height: number;
}

/** Numbers of the layers in view, at the left of a plot with a row a layer. */
export function LayerAxis({ layers, view, height }: LayerAxisProps) {
  const rowHeight = height / Math.max(1, view.height);
  return (
    <div className="y-axis" aria-hidden="true">
      <span className="axis-title">Layer</span>
      {layerTicks(layers, view, height).map((layer) => (
        <span
          key={layer}
          className="y-tick"
          style={{ top: (layers - 1 - layer - view.top + 0.5) * rowHeight }}
        >
          {layer}
        </span>
      ))}
    </div>
  );
}

/** Numbers of the neurons in view, under the plot; of single neurons where they are wide enough. */
export function NeuronAxis({ view }: { readonly view: MapView }) {
  const ticks =
    view.width > 0
      ? scaleLinear([view.left, view.left + view.width], [0, 100])
          .ticks(Math.min(8, view.width))
          .filter(Number.isInteger)
      : [];
  return (
    <div className="x-axis" aria-hidden="true">
      {ticks
        .filter((neuron) => neuron + 0.5 <= view.left + view.width)
        .map((neuron) => (
          <span
            key={neuron}
            className="x-tick"
            style={{ left: `${(100 * (neuron + 0.5 - view.left)) / view.width}%` }}
          >
            {neuron}
          </span>
        ))}
      <span className="axis-title">Neuron</span>
    </div>
  );
}
