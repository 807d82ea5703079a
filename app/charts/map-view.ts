import type { NeuronLayout, NeuronRef } from '../../src/neurons/types.ts';

/** The stretch of the neuron map in view: neurons from the left, rows of layers from the top (the last layer is row 0). */
export interface MapView {
  readonly left: number;
  readonly width: number;
  readonly top: number;
  readonly height: number;
}

export interface PlotSize {
  readonly width: number;
  readonly height: number;
}

/** How far one can zoom in: a neuron this wide and a layer this high, in CSS pixels. */
const largestCell = { width: 44, height: 22 };

/** The whole map. */
export function wholeView(layout: NeuronLayout): MapView {
  return { left: 0, width: Math.max(0, ...layout.widths), top: 0, height: layout.widths.length };
}

/** Largest magnification along the neurons, at least 1. */
export function mostZoom(whole: MapView, size: PlotSize): number {
  return Math.max(1, (whole.width * largestCell.width) / Math.max(1, size.width));
}

/** How often the whole map is as wide as the view. */
export function zoomOf(view: MapView, whole: MapView): number {
  return view.width > 0 ? whole.width / view.width : 1;
}

/** Rows in view at a magnification: layers are few, so they grow more slowly and reach their largest size together with neurons. */
function rowsAt(zoom: number, whole: MapView, size: PlotSize): number {
  const most = mostZoom(whole, size);
  const mostRows = Math.max(1, (whole.height * largestCell.height) / Math.max(1, size.height));
  if (most <= 1) return whole.height;
  return whole.height / mostRows ** (Math.log(zoom) / Math.log(most));
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(low, high), Math.max(low, value));
}

function inside(view: MapView, whole: MapView): MapView {
  return {
    ...view,
    left: clamp(view.left, 0, whole.width - view.width),
    top: clamp(view.top, 0, whole.height - view.height),
  };
}

/** The view `ratio` times closer, with the point at (x, y) of the plot kept where it is. */
export function zoomed(
  view: MapView,
  whole: MapView,
  size: PlotSize,
  ratio: number,
  x: number,
  y: number,
): MapView {
  const zoom = clamp(zoomOf(view, whole) * ratio, 1, mostZoom(whole, size));
  const width = whole.width / zoom;
  const height = rowsAt(zoom, whole, size);
  const left = view.left + ((view.width - width) * x) / Math.max(1, size.width);
  const top = view.top + ((view.height - height) * y) / Math.max(1, size.height);
  return inside({ left, width, top, height }, whole);
}

/** The view moved by CSS pixels of the plot, as a sheet under the hand: to the right shows what is further left. */
export function panned(view: MapView, whole: MapView, size: PlotSize, dx: number, dy: number): MapView {
  return inside(
    {
      ...view,
      left: view.left - (dx * view.width) / Math.max(1, size.width),
      top: view.top - (dy * view.height) / Math.max(1, size.height),
    },
    whole,
  );
}

/** The closest view, with a neuron in its middle. */
export function viewOf(neuron: NeuronRef, layout: NeuronLayout, size: PlotSize): MapView {
  const whole = wholeView(layout);
  const zoom = mostZoom(whole, size);
  const width = whole.width / zoom;
  const height = rowsAt(zoom, whole, size);
  const top = layout.widths.length - 1 - neuron.layer + 0.5 - height / 2;
  return inside({ left: neuron.neuron + 0.5 - width / 2, width, top, height }, whole);
}

/** Whether two views show the same stretch, to a thousandth of a cell. */
export function sameView(a: MapView, b: MapView): boolean {
  const near = (x: number, y: number) => Math.abs(x - y) < 1e-3;
  return near(a.left, b.left) && near(a.width, b.width) && near(a.top, b.top) && near(a.height, b.height);
}

/** Left edge of a neuron in CSS pixels of the plot; outside of the plot where it is out of view. */
export function neuronX(neuron: number, view: MapView, size: PlotSize): number {
  return ((neuron - view.left) * size.width) / view.width;
}

/** Top edge of a layer's row in CSS pixels. */
export function rowY(layer: number, layers: number, view: MapView, size: PlotSize): number {
  return ((layers - 1 - layer - view.top) * size.height) / view.height;
}

/** The neuron at a point of the plot; undefined outside of the map, as right of a narrower layer. */
export function neuronAtPoint(
  x: number,
  y: number,
  view: MapView,
  size: PlotSize,
  layout: NeuronLayout,
): NeuronRef | undefined {
  if (!(x >= 0 && y >= 0) || x >= size.width || y >= size.height) return undefined;
  const layer = layout.widths.length - 1 - Math.floor(view.top + (y * view.height) / size.height);
  const neuron = Math.floor(view.left + (x * view.width) / size.width);
  const width = layout.widths[layer];
  return width !== undefined && neuron >= 0 && neuron < width ? { layer, neuron } : undefined;
}

/** A rectangle of neurons: layers [layers[0], layers[1]] and neurons [neurons[0], neurons[1]], ends included. */
export interface NeuronBox {
  readonly layers: readonly [number, number];
  readonly neurons: readonly [number, number];
}

/** The rectangle between two corners in view, in any order; both may lie outside of the plot. */
export function boxBetween(
  [x0, y0]: readonly [number, number],
  [x1, y1]: readonly [number, number],
  view: MapView,
  size: PlotSize,
  layout: NeuronLayout,
): NeuronBox {
  const whole = wholeView(layout);
  const neuron = (x: number) =>
    clamp(Math.floor(view.left + (x * view.width) / size.width), 0, whole.width - 1);
  const layer = (y: number) =>
    whole.height - 1 - clamp(Math.floor(view.top + (y * view.height) / size.height), 0, whole.height - 1);
  return {
    layers: [layer(Math.max(y0, y1)), layer(Math.min(y0, y1))],
    neurons: [neuron(Math.min(x0, x1)), neuron(Math.max(x0, x1))],
  };
}

/** The neurons of a rectangle, layer by layer; narrower layers have fewer. */
export function neuronsIn({ layers, neurons }: NeuronBox, layout: NeuronLayout): NeuronRef[] {
  const found: NeuronRef[] = [];
  for (let layer = layers[0]; layer <= layers[1]; layer++) {
    const end = Math.min(neurons[1], layout.widths[layer]! - 1);
    for (let neuron = neurons[0]; neuron <= end; neuron++) found.push({ layer, neuron });
  }
  return found;
}
