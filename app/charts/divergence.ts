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
  readonly lanes: readonly { readonly lane: number; readonly name: string; readonly values: Float32Array }[];
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
  const ends: { lane: number; name: string; x: number; y: number }[] = [];
  for (const { lane, name, values } of lanes) {
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
    if (last) ends.push({ lane, name, x: last[0], y: last[1] });
  }
  labelEnds(context, ends, base, palette);
  if (any && !diverges) caption(context, 'the same distribution at every token', size, palette);
}

const labelHeight = 12;

/** Writes every lane's name at the end of its line, one above the other where they would meet. */
function labelEnds(
  context: CanvasRenderingContext2D,
  ends: readonly { readonly lane: number; readonly name: string; readonly x: number; readonly y: number }[],
  base: number,
  palette: Palette,
): void {
  context.font = '11px system-ui, sans-serif';
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  let lowest = base - 5;
  for (const { lane, name, x, y } of [...ends].sort((a, b) => b.y - a.y)) {
    const at = Math.max(6, Math.min(y, lowest));
    lowest = at - labelHeight;
    laneMark(context, lane, x + 8, at, 3.5, palette);
    const width = context.measureText(name).width;
    context.fillStyle = palette.paper;
    context.fillRect(x + 13, at - 6, width + 4, labelHeight);
    context.fillStyle = palette.ink;
    context.fillText(name, x + 15, at + 0.5);
  }
}
