import { scaleLinear } from 'd3-scale';
import { laneMark } from '../charts/paint.ts';
import type { Palette } from '../charts/palette.ts';

/** Height in CSS pixels of a plot with a row a layer. */
export function layersHeight(layers: number): number {
  return Math.min(420, Math.max(180, layers * 9));
}

/** Layers that get a number on the axis: 0 and every fifth, or every tenth of many. */
export function layerTicks(layers: number): number[] {
  const step = layers > 40 ? 10 : 5;
  return Array.from({ length: Math.ceil(layers / step) }, (_, i) => i * step);
}

/** Middle of a layer's row, the first layer at the bottom. */
export function layerY(layer: number, layers: number, height: number): number {
  return ((layers - layer - 0.5) * height) / layers;
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
  { width, height }: { readonly width: number; readonly height: number },
  lanes: readonly (Float32Array | undefined)[],
  max: number,
  palette: Palette,
): void {
  const x = scaleLinear([0, max || 1], [0, width - 6]);
  const layers = Math.max(0, ...lanes.map((values) => values?.length ?? 0));
  for (let layer = 0; layer < layers; layer++) {
    const y = layerY(layer, layers, height);
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
