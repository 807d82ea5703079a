import type { NeuronLayout } from '../../src/neurons/types.ts';
import { type ColourScale, highOf, niceCeiling, robustMaximum } from '../charts/colour-scale.ts';
import {
  createPyramid,
  difference,
  type MapCells,
  overviewCells,
  type Pyramid,
} from '../charts/map-cells.ts';
import type { MapView } from '../charts/map-view.ts';
import type { Details } from './state/detail.ts';
import { laneIndices, type RunRecord, valuesAt } from './state/record.ts';
import type { TokenRef } from './state/slices/selection.ts';
import type { MapQuantity } from './state/slices/view.ts';

/** Range of the map's colours, the same for all lanes and positions: all but the most active hundredth of the cells. */
function overviewScale(record: RunRecord): ColourScale {
  const highs = laneIndices.map((lane) => {
    const { current, stale } = record.lane(lane);
    return current.high.length > 0 ? current.high : (stale?.high ?? []);
  });
  return { max: robustMaximum(highs, 0.9) };
}

/** The lanes that a difference is taken between, at one position: what is chosen, or the steered lane, and the unsteered one. */
export function differenceLanes({ lane, position }: TokenRef): readonly [TokenRef, TokenRef] {
  return [
    { lane: lane === 0 ? 1 : lane, position },
    { lane: 0, position },
  ];
}

/** Values of the map at one token. */
export interface MapValues {
  readonly scale: ColourScale;
  /** What the overview says, [layers * bins]. */
  readonly overview: Float32Array;
  /** One value a neuron, where they were fetched. */
  readonly neurons?: Float32Array;
}

export interface MapSource {
  /** Values at a token; undefined where it was not read. */
  values(token: TokenRef, quantity: MapQuantity): MapValues | undefined;
  /** The cells to draw: the overview's for the whole map, else the finest that a pixel can hold. */
  cells(values: MapValues, view: MapView | undefined, plotWidth: number, layout: NeuronLayout): MapCells;
}

/** Chooses what the map draws; keeps what it has worked out for as long as the values live. */
export function createMapSource(record: RunRecord, details: Details): MapSource {
  const pyramids = new WeakMap<Float32Array, Pyramid>();
  const differences = new WeakMap<Float32Array, readonly [Float32Array, Float32Array]>();

  function minus(values: Float32Array, reference: Float32Array): Float32Array {
    const known = differences.get(values);
    if (known?.[0] === reference) return known[1];
    const made = difference(values, reference);
    differences.set(values, [reference, made]);
    return made;
  }

  return {
    values(token, quantity) {
      if (quantity !== 'difference') {
        const overview = valuesAt(record, token.lane, token.position, 'overview');
        return overview && { scale: overviewScale(record), overview, neurons: details.all(token) };
      }
      const [a, b] = differenceLanes(token);
      const steered = valuesAt(record, a.lane, a.position, 'overview');
      const reference = valuesAt(record, b.lane, b.position, 'overview');
      if (!steered || !reference) return undefined;
      const overview = minus(steered, reference);
      const [fineSteered, fineReference] = [details.all(a), details.all(b)];
      return {
        scale: { max: niceCeiling(highOf(overview.map(Math.abs))), signed: true },
        overview,
        neurons: fineSteered && fineReference && minus(fineSteered, fineReference),
      };
    },
    cells({ overview, neurons }, view, plotWidth, layout) {
      if (!view || !neurons || neurons.length !== layout.total) {
        return overviewCells(overview, record.shape.bins, layout);
      }
      let pyramid = pyramids.get(neurons);
      if (!pyramid) {
        pyramid = createPyramid(neurons, layout);
        pyramids.set(neurons, pyramid);
      }
      return pyramid.level(view.width / Math.max(1, plotWidth));
    },
  };
}
