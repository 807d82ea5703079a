import type { NeuronLayout, NeuronRef } from '../../src/neurons/types.ts';
import { type MapView, neuronX, type PlotSize, panned, rowY, wholeView, zoomed } from '../charts/map-view.ts';

const zoomStep = 1.6;
const panStep = 60;
/** A step of the pointed neuron where neurons are narrower than this, in CSS pixels. */
const pointStep = 8;

const arrows: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The view after a key: + and - zoom about the middle, arrows move it, 0 shows all; undefined for other keys. */
export function viewAfterKey(
  key: string,
  view: MapView,
  layout: NeuronLayout,
  size: PlotSize,
): MapView | undefined {
  const whole = wholeView(layout);
  const [x, y] = [size.width / 2, size.height / 2];
  if (key === '+' || key === '=') return zoomed(view, whole, size, zoomStep, x, y);
  if (key === '-' || key === '_') return zoomed(view, whole, size, 1 / zoomStep, x, y);
  if (key === '0') return whole;
  const arrow = arrows[key];
  return arrow && panned(view, whole, size, -arrow[0] * panStep, -arrow[1] * panStep);
}

/** The neuron that an arrow key moves to, from the middle of the view where none is pointed at; undefined for other keys. */
export function neuronAfterKey(
  key: string,
  from: NeuronRef | undefined,
  view: MapView,
  layout: NeuronLayout,
  size: PlotSize,
): NeuronRef | undefined {
  const arrow = arrows[key];
  if (!arrow) return undefined;
  const layers = layout.widths.length;
  const start = from ?? {
    layer: layers - 1 - Math.floor(view.top + view.height / 2),
    neuron: Math.floor(view.left + view.width / 2),
  };
  const step = Math.max(1, Math.ceil((pointStep * view.width) / Math.max(1, size.width)));
  const layer = Math.min(layers - 1, Math.max(0, start.layer - arrow[1]));
  return {
    layer,
    neuron: Math.min(layout.widths[layer]! - 1, Math.max(0, start.neuron + step * arrow[0])),
  };
}

/** The view moved just so far that a neuron is in it. */
export function viewWith(neuron: NeuronRef, view: MapView, layout: NeuronLayout, size: PlotSize): MapView {
  const x = neuronX(neuron.neuron, view, size);
  const y = rowY(neuron.layer, layout.widths.length, view, size);
  const [width, height] = [size.width / view.width, size.height / view.height];
  const outside = (at: number, extent: number, limit: number) =>
    at < 0 ? -at : at + extent > limit ? limit - at - extent : 0;
  return panned(
    view,
    wholeView(layout),
    size,
    outside(x, width, size.width),
    outside(y, height, size.height),
  );
}
