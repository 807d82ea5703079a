import type { NeuronLayout, NeuronRef, ScaledNeuron } from '../../src/neurons/types.ts';
import { type ColourScale, colourIndex, paintPixels } from './colour-scale.ts';
import type { MapCells } from './map-cells.ts';
import { type MapView, type NeuronBox, neuronX, type PlotSize, rowY } from './map-view.ts';
import { formatCett } from './neuron-grid.ts';
import { caption, hatch, type PixelBuffer } from './paint.ts';
import type { Palette } from './palette.ts';
import { cssColour, readableOn } from './ramp.ts';

export interface MapMark extends NeuronRef {
  readonly kind: 'member' | 'watched' | 'control' | 'pointed' | 'chosen';
}

export interface NeuronMapPicture {
  readonly layout: NeuronLayout;
  readonly view: MapView;
  /** What is coloured; without, the map is empty but for its marks. */
  readonly cells?: MapCells;
  readonly scale: ColourScale;
  /** Neurons drawn by their factor. */
  readonly factors?: readonly ScaledNeuron[];
  readonly marks: readonly MapMark[];
  readonly box?: NeuronBox;
}

/** Cells at least this large are outlined as cells, and hold their number. */
const outlined = { width: 9, height: 9 };
const numbered = { width: 34, height: 13 };

/** Place of a factor on the diverging scale: 0 and 3 are its ends, 1 its middle. */
export function factorShare(factor: number): number {
  return Math.max(-1, Math.min(1, factor < 1 ? factor - 1 : (factor - 1) / 2));
}

/** Draws a stretch of layers by neurons. `buffer` holds the cells in view, a pixel each. */
export function paintNeuronMap(
  context: CanvasRenderingContext2D,
  size: PlotSize,
  picture: NeuronMapPicture,
  palette: Palette,
  buffer: PixelBuffer,
): void {
  const { layout, view, cells, scale, factors, marks, box } = picture;
  if (view.width <= 0 || view.height <= 0) return;
  if (cells) paintCells(context, size, view, cells, scale, palette, buffer);
  for (const neuron of factors ?? []) {
    const cell = cellBox(neuron, layout.widths.length, view, size);
    if (!cell) continue;
    const width = Math.max(3, cell.width);
    context.fillStyle = cssColour(palette.difference[Math.round(128 + 128 * factorShare(neuron.factor))]!);
    context.fillRect(cell.x + cell.width / 2 - width / 2, cell.y, width, cell.height - gap(cell.height));
  }
  for (const mark of marks) paintMark(context, mark, layout.widths.length, view, size, palette);
  if (box) paintBox(context, box, layout.widths.length, view, size, palette);
}

function gap(rowHeight: number): number {
  return rowHeight >= 7 ? 1 : 0;
}

interface Cell {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The box of a neuron; undefined out of view. */
function cellBox(neuron: NeuronRef, layers: number, view: MapView, size: PlotSize): Cell | undefined {
  const x = neuronX(neuron.neuron, view, size);
  const y = rowY(neuron.layer, layers, view, size);
  const width = size.width / view.width;
  const height = size.height / view.height;
  if (x + width < 0 || x > size.width || y + height < 0 || y > size.height) return undefined;
  return { x, y, width, height };
}

function paintCells(
  context: CanvasRenderingContext2D,
  size: PlotSize,
  view: MapView,
  cells: MapCells,
  scale: ColourScale,
  palette: Palette,
  buffer: PixelBuffer,
): void {
  const layers = cells.columns.length;
  const top = Math.max(0, Math.floor(view.top));
  const bottom = Math.min(layers, Math.ceil(view.top + view.height));
  const rows = Array.from({ length: bottom - top }, (_, i) => {
    const layer = layers - 1 - (top + i);
    const span = cells.span[layer]!;
    const from = Math.max(0, Math.floor(view.left / span));
    const to = Math.min(cells.columns[layer]!, Math.ceil((view.left + view.width) / span));
    return { layer, span, from, count: Math.max(0, to - from) };
  });
  const width = Math.max(1, ...rows.map(({ count }) => count));
  const values = new Float32Array(width * rows.length);
  rows.forEach(({ layer, from, count }, row) => {
    const at = cells.offsets[layer]! + from;
    values.set(cells.values.subarray(at, at + count), row * width);
  });
  const pixels = buffer.size(width, rows.length);
  const table = scale.signed ? palette.difference : palette.ramp;
  const { low, high, invalid } = paintPixels(values, scale, table, pixels);
  const flat = invalid === 0 && low === high;
  const image = buffer.picture();
  context.imageSmoothingEnabled = false;
  rows.forEach(({ layer, span, from, count }, row) => {
    if (count === 0) return;
    const y = Math.round(rowY(layer, layers, view, size));
    const bottom = Math.round(rowY(layer - 1, layers, view, size));
    const x = neuronX(from * span, view, size);
    const cellWidth = (span * size.width) / view.width;
    const height = Math.max(1, bottom - y - gap(size.height / view.height));
    if (!flat) context.drawImage(image, 0, row, count, 1, x, y, count * cellWidth, height);
    for (let column = 0; column < count && invalid > 0; column++) {
      let end = column;
      while (end < count && Number.isNaN(values[row * width + end]!)) end += 1;
      if (end === column) continue;
      const box = { x: x + column * cellWidth, y, width: (end - column) * cellWidth, height };
      hatch(context, box, palette.muted);
      column = end;
    }
    if (span !== 1 || cellWidth < outlined.width) return;
    context.fillStyle = palette.paper;
    for (let column = 1; column < count; column++)
      context.fillRect(x + column * cellWidth - 0.5, y, 1, height);
    if (cellWidth < numbered.width || height < numbered.height) return;
    context.font = '10px system-ui, sans-serif';
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    for (let column = 0; column < count; column++) {
      const value = values[row * width + column]!;
      if (Number.isNaN(value)) continue;
      const colour = table[flat ? (scale.signed ? 128 : 0) : colourIndex(value, scale)]!;
      context.fillStyle = readableOn(colour);
      context.fillText(shortNumber(value), x + (column + 0.5) * cellWidth, y + height / 2 + 0.5);
    }
  });
  if (!flat) return;
  caption(context, high === 0 ? 'no activation' : `${formatCett(high)} everywhere`, size, palette);
}

/** A number short enough to stand in a cell: at most four decimals. */
function shortNumber(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size < 0.00005) return '~0';
  return value.toFixed(size >= 0.1 ? 2 : size >= 0.01 ? 3 : 4).replace('-', '−');
}

function paintMark(
  context: CanvasRenderingContext2D,
  mark: MapMark,
  layers: number,
  view: MapView,
  size: PlotSize,
  palette: Palette,
): void {
  const cell = cellBox(mark, layers, view, size);
  if (!cell) return;
  const large = cell.width >= outlined.width && cell.height >= outlined.height;
  const radius = { member: 4.5, control: 4.5, watched: 3, pointed: 6, chosen: 7.5 }[mark.kind];
  context.beginPath();
  if (large) context.rect(cell.x + 0.5, cell.y + 0.5, cell.width - 1, cell.height - 1 - gap(cell.height));
  else context.arc(cell.x + cell.width / 2, cell.y + cell.height / 2, radius, 0, 2 * Math.PI);
  context.setLineDash(mark.kind === 'control' ? [2.5, 2] : []);
  context.strokeStyle = palette.paper;
  context.lineWidth = 3.5;
  context.stroke();
  context.strokeStyle = {
    member: palette.accent,
    control: palette.muted,
    watched: palette.muted,
    pointed: palette.ink,
    chosen: palette.ink,
  }[mark.kind];
  context.lineWidth = mark.kind === 'chosen' ? 2 : 1.5;
  context.stroke();
  context.setLineDash([]);
}

function paintBox(
  context: CanvasRenderingContext2D,
  { layers, neurons }: NeuronBox,
  count: number,
  view: MapView,
  size: PlotSize,
  palette: Palette,
): void {
  const x = neuronX(neurons[0], view, size);
  const y = rowY(layers[1], count, view, size);
  const width = neuronX(neurons[1] + 1, view, size) - x;
  const height = rowY(layers[0] - 1, count, view, size) - y;
  context.lineWidth = 1.5;
  context.strokeStyle = palette.paper;
  context.strokeRect(x, y, width, height);
  context.setLineDash([4, 3]);
  context.strokeStyle = palette.ink;
  context.strokeRect(x, y, width, height);
  context.setLineDash([]);
}
