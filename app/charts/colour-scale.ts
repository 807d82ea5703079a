import { quantile } from 'd3-array';

/** Maps activation evenly from 0 to `max` onto the colours; what is above has the last colour. */
export interface ColourScale {
  readonly max: number;
}

const niceSteps = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];

/** The smallest short decimal that is not below the value; 0 for 0 and what is not finite. */
export function niceCeiling(value: number): number {
  if (!(value > 0) || !Number.isFinite(value)) return 0;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = niceSteps.find((s) => s * power >= value * (1 - 1e-12)) ?? 10;
  return Number((step * power).toPrecision(2));
}

/**
 * End of a colour range that one extreme does not set: the quantile of the peaks per position, the first position
 * left out (its activation dwarfs the rest), rounded up to a short decimal. 0 where nothing is active.
 */
export function robustMaximum(peaks: readonly (readonly number[])[], share: number): number {
  const kept = peaks.flatMap((lane) =>
    lane.filter((value, position) => position > 0 && Number.isFinite(value)),
  );
  const sole = kept.length > 0 ? kept : peaks.flatMap((lane) => lane.slice(0, 1));
  return niceCeiling(quantile(sole, share) ?? 0);
}

/**
 * The value that all but one in a hundred stay below, of at most about 500 evenly spaced values; the largest where
 * that is 0. Values that are not finite are left out.
 */
export function highOf(values: Float32Array): number {
  const step = Math.max(1, Math.floor(values.length / 500)) | 1;
  const sample: number[] = [];
  for (let i = 0; i < values.length; i += step) if (Number.isFinite(values[i])) sample.push(values[i]!);
  const high = quantile(sample, 0.99) ?? 0;
  if (high > 0) return high;
  return values.reduce((most, value) => (value > most && value < Infinity ? value : most), 0);
}

/** Index into a table of 256 colours; values beyond the range take its ends. NaN gives 0: paint it apart. */
export function colourIndex(value: number, { max }: ColourScale): number {
  if (!(value > 0) || max <= 0) return 0;
  return Math.round(255 * Math.min(1, value / max));
}

/** What a painted grid was like, for its caption. */
export interface Painted {
  readonly active: boolean;
  readonly invalid: number;
}

/**
 * Colours values into pixels, one pixel a value. Where a value is NaN the pixel stays transparent, for hatching.
 * @param values [rows * columns]
 * @param pixels [rows * columns], overwritten; with `flip` the first row of values is the last of pixels.
 */
export function paintPixels(
  values: Float32Array,
  rows: number,
  columns: number,
  scale: ColourScale,
  table: Uint32Array,
  pixels: Uint32Array,
  flip = false,
): Painted {
  let active = false;
  let invalid = 0;
  for (let row = 0; row < rows; row++) {
    const to = (flip ? rows - 1 - row : row) * columns;
    for (let column = 0; column < columns; column++) {
      const value = values[row * columns + column]!;
      if (Number.isNaN(value)) {
        invalid += 1;
        pixels[to + column] = 0;
        continue;
      }
      if (value > 0) active = true;
      pixels[to + column] = table[colourIndex(value, scale)]!;
    }
  }
  return { active, invalid };
}
