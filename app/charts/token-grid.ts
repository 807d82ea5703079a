import { type ColourScale, colourIndex, type Painted } from './colour-scale.ts';

/** Rows of a token map: for every neuron one row a lane, then an empty one. All rows are equally high. */
export interface RowGeometry {
  readonly lanes: number;
  readonly rowHeight: number;
}

export const cellState = { missing: 0, read: 1, stale: 2 } as const;

export interface TokenCells {
  readonly neurons: number;
  readonly columns: number;
  /** Neuron by neuron, lane by lane: [neurons * lanes * columns]; NaN where not a number. */
  readonly values: Float32Array;
  /** A `cellState` for each value. */
  readonly state: Uint8Array;
}

/** Rows of the picture, the empty ones included. */
export function pictureRows(neurons: number, { lanes }: RowGeometry): number {
  return neurons * (lanes + 1);
}

/** Height of a token map of this many neurons, half a row of air above and below. */
export function mapHeight(neurons: number, rows: RowGeometry): number {
  return pictureRows(neurons, rows) * rows.rowHeight;
}

/** Top of a row. */
export function rowTop(neuron: number, lane: number, { lanes, rowHeight }: RowGeometry): number {
  return (neuron * (lanes + 1) + lane + 0.5) * rowHeight;
}

/** Neuron and lane at y; the air between groups belongs to the nearest lane. */
export function rowAt(
  y: number,
  neurons: number,
  { lanes, rowHeight }: RowGeometry,
): { readonly neuron: number; readonly lane: number } | undefined {
  const group = (lanes + 1) * rowHeight;
  const neuron = Math.floor(y / group);
  if (!(y >= 0) || neuron >= neurons) return undefined;
  const lane = Math.floor((y - neuron * group) / rowHeight - 0.5);
  return { neuron, lane: Math.min(lanes - 1, Math.max(0, lane)) };
}

/**
 * Colours the cells into a picture of one pixel a cell, [pictureRows * columns]. What was not read, empty rows and
 * values that are not numbers stay transparent; what belongs to the answer before is faint.
 */
export function paintTokenPixels(
  { neurons, columns, values, state }: TokenCells,
  { lanes }: RowGeometry,
  scale: ColourScale,
  ramp: Uint32Array,
  pixels: Uint32Array,
): Painted {
  let low = Infinity;
  let high = -Infinity;
  let invalid = 0;
  pixels.fill(0);
  for (let row = 0; row < neurons * lanes; row++) {
    const to = (row + Math.floor(row / lanes)) * columns;
    for (let column = 0; column < columns; column++) {
      const at = row * columns + column;
      if (state[at] === cellState.missing) continue;
      const value = values[at]!;
      if (Number.isNaN(value)) {
        invalid += 1;
        continue;
      }
      if (value < low) low = value;
      if (value > high) high = value;
      const colour = ramp[colourIndex(value, scale)]!;
      pixels[to + column] = state[at] === cellState.stale ? faint(colour) : colour;
    }
  }
  return low > high ? { low: 0, high: 0, invalid } : { low, high, invalid };
}

/** A pixel at about a third of its strength. */
export function faint(pixel: number): number {
  return ((pixel & 0x00ffffff) | (0x59 << 24)) >>> 0;
}
