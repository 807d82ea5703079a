import { niceCeiling } from './colour-scale.ts';
import type { Columns } from './columns.ts';
import type { PlotSize } from './map-view.ts';
import { caption, laneMark } from './paint.ts';
import type { Palette } from './palette.ts';

/** Divergences below this are rounding of the same distribution, nats. */
const noise = 1e-4;
const airAbove = 7;

export interface DivergencePicture {
  /** Nats at every column of a lane, NaN where there is none; by lane. */
  readonly lanes: readonly { readonly lane: number; readonly values: Float32Array }[];
  readonly columns: Columns;
  /** Where the canvas begins on the columns, in CSS pixels. */
  readonly origin: number;
  /** Top of the axis, nats. */
  readonly max: number;
}

/** Top of the axis for these lanes: at least a tenth of a nat, so that rounding looks like nothing. */
export function divergenceMaximum(lanes: readonly Float32Array[]): number {
  let high = 0.1;
  for (const values of lanes) for (const value of values) if (value > high && value < Infinity) high = value;
  return niceCeiling(high);
}

/** Draws a step line a lane over the tokens' columns: what is above zero is where the lane would speak otherwise. */
export function paintDivergence(
  context: CanvasRenderingContext2D,
  size: PlotSize,
  { lanes, columns, origin, max }: DivergencePicture,
  palette: Palette,
): void {
  const base = size.height - 0.5;
  const y = (nats: number) => base - (Math.min(nats, max) / max) * (base - airAbove);
  context.fillStyle = palette.line;
  context.fillRect(0, base, size.width, 1);
  context.fillRect(0, Math.round(airAbove), size.width, 1);
  let any = false;
  let diverges = false;
  for (const { lane, values } of lanes) {
    const colour = lane === 1 ? palette.accent : palette.muted;
    context.strokeStyle = colour;
    context.lineWidth = lane === 1 ? 1.75 : 1.25;
    context.setLineDash(lane === 1 ? [] : [3, 2]);
    context.beginPath();
    let open = false;
    let last: readonly [number, number] | undefined;
    for (let column = 0; column < Math.min(values.length, columns.count); column++) {
      const value = values[column]!;
      if (Number.isNaN(value)) {
        open = false;
        continue;
      }
      any = true;
      if (value > noise) diverges = true;
      const left = columns.edges[column]! - origin;
      const right = columns.edges[column + 1]! - origin;
      const at = y(Math.max(0, value));
      if (open) context.lineTo(left, at);
      else context.moveTo(left, at);
      context.lineTo(right, at);
      open = true;
      last = [right, at];
    }
    context.stroke();
    context.setLineDash([]);
    if (last) laneMark(context, lane, last[0] - 4, Math.max(5, last[1]), 3.5, palette);
  }
  if (any && !diverges) caption(context, 'the same distribution at every token', size, palette);
}
