import { scaleLinear } from 'd3-scale';
import { type ColourScale, paintPixels } from './colour-scale.ts';
import { type MapView, type PlotSize, rowY } from './map-view.ts';
import { caption, hatch, laneMark, type PixelBuffer } from './paint.ts';
import type { Palette } from './palette.ts';
import { faint } from './token-grid.ts';

/** Rows of layers in view, as the neuron map has them. */
export type LayerView = Pick<MapView, 'top' | 'height'>;

/** Height in CSS pixels of a plot with a row a layer. */
export function layersHeight(layers: number): number {
  return Math.min(420, Math.max(180, layers * 9));
}

/** Layers that get a number on the axis: every, every fifth, or every tenth, as there is room for. */
export function layerTicks(layers: number, { top, height }: LayerView, plotHeight: number): number[] {
  const rowHeight = plotHeight / Math.max(1, height);
  const step = [1, 5, 10].find((n) => n * rowHeight >= 15) ?? 20;
  return Array.from({ length: Math.ceil(layers / step) }, (_, i) => i * step).filter((layer) => {
    const middle = layers - 1 - layer - top + 0.5;
    return middle >= 0 && middle <= height;
  });
}

/** Lanes in the order they are drawn, with the radius of their mark: where they agree, all can be seen. */
const markSizes = [
  [2, 4.5],
  [0, 3.25],
  [1, 2.25],
] as const;

/** Draws the sum of CETT of every layer as one mark a lane; x runs from 0 to `max`. */
export function paintProfile(
  context: CanvasRenderingContext2D,
  size: PlotSize,
  lanes: readonly (Float32Array | undefined)[],
  max: number,
  view: LayerView,
  palette: Palette,
): void {
  const x = scaleLinear([0, max || 1], [0, size.width - 6]);
  const layers = Math.max(0, ...lanes.map((values) => values?.length ?? 0));
  const rowHeight = size.height / Math.max(1, view.height);
  for (let layer = 0; layer < layers; layer++) {
    const y = rowY(layer, layers, { left: 0, width: 1, ...view }, size) + rowHeight / 2;
    if (y < 0 || y > size.height) continue;
    const values = lanes
      .map((lane) => lane?.[layer])
      .filter((v) => v !== undefined && Number.isFinite(v)) as number[];
    if (values.length === 0) continue;
    context.fillStyle = palette.line;
    context.fillRect(0, y - 0.5, x(Math.max(...values)), 1);
    for (const [lane, radius] of markSizes) {
      const value = lanes[lane]?.[layer];
      if (value !== undefined && Number.isFinite(value))
        laneMark(context, lane, x(value), y, radius, palette);
    }
  }
}

export interface LayerMapPicture {
  readonly layers: number;
  /** One column a position: the sum of CETT of every layer, undefined where not read. */
  readonly profiles: readonly (Float32Array | undefined)[];
  /** Positions from here on belong to the answer before. */
  readonly staleFrom: number;
  readonly scale: ColourScale;
  readonly view: LayerView;
  /** The column to mark, and where the answer starts. */
  readonly marked: number | undefined;
  readonly answerStart: number;
}

/** Draws layers by positions, all positions evenly wide. */
export function paintLayerMap(
  context: CanvasRenderingContext2D,
  size: PlotSize,
  { layers, profiles, staleFrom, scale, view, marked, answerStart }: LayerMapPicture,
  palette: Palette,
  buffer: PixelBuffer,
): void {
  const count = profiles.length;
  if (count === 0 || layers === 0) return;
  const values = new Float32Array(layers * count);
  profiles.forEach((profile, position) => {
    for (let layer = 0; profile && layer < layers; layer++) {
      values[(layers - 1 - layer) * count + position] = profile[layer]!;
    }
  });
  const pixels = buffer.size(count, layers);
  const { high, invalid } = paintPixels(values, scale, palette.ramp, pixels);
  for (let i = 0; i < pixels.length; i++) {
    const position = i % count;
    if (!profiles[position]) pixels[i] = 0;
    else if (position >= staleFrom && pixels[i] !== 0) pixels[i] = faint(pixels[i]!);
  }
  context.imageSmoothingEnabled = false;
  context.drawImage(buffer.picture(), 0, view.top, count, view.height, 0, 0, size.width, size.height);
  const width = size.width / count;
  const rowHeight = size.height / view.height;
  for (let i = 0; i < values.length && invalid > 0; i++) {
    if (!Number.isNaN(values[i]!)) continue;
    const y = (Math.floor(i / count) - view.top) * rowHeight;
    hatch(context, { x: (i % count) * width, y, width, height: rowHeight }, palette.muted);
  }
  if (invalid === 0 && high === 0 && profiles.some(Boolean)) caption(context, 'no activation', size, palette);
  if (answerStart > 0 && answerStart < count) {
    context.fillStyle = palette.edge;
    context.fillRect(Math.round(answerStart * width), 0, 1, size.height);
  }
  if (marked === undefined || marked >= count) return;
  context.strokeStyle = palette.paper;
  context.lineWidth = 3.5;
  const box = [marked * width - 0.5, -2, Math.max(3, width) + 1, size.height + 4] as const;
  context.strokeRect(...box);
  context.strokeStyle = palette.accent;
  context.lineWidth = 1.5;
  context.strokeRect(...box);
}
