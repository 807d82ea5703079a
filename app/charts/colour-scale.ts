import { quantile } from 'd3-array';

/**
 * Maps values evenly onto the colours, from `min` (else 0) to `max`, or of differences from -`max` to `max`; what is
 * beyond has the colour of the end.
 */
export interface ColourScale {
  readonly max: number;
  readonly min?: number;
  readonly signed?: boolean;
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

/** Index into the table of colours: 256, or 257 of a signed scale. NaN gives zero's: paint it apart. */
export function colourIndex(value: number, { max, min = 0, signed }: ColourScale): number {
  if (signed) {
    if (!(max > 0) || Number.isNaN(value)) return 128;
    return 128 + Math.round(128 * Math.min(1, Math.max(-1, value / max)));
  }
  if (!(value > min) || max <= min) return 0;
  return Math.round(255 * Math.min(1, (value - min) / (max - min)));
}

/** What painted values were like, for their caption. */
export interface Painted {
  /** Smallest and largest value that is a number; both 0 where there is none. */
  readonly low: number;
  readonly high: number;
  readonly invalid: number;
}

/**
 * Colours values into pixels, one pixel a value. Where a value is NaN the pixel stays transparent, for hatching.
 * @param pixels as many as values, overwritten
 */
export function paintPixels(
  values: Float32Array,
  scale: ColourScale,
  table: Uint32Array,
  pixels: Uint32Array,
): Painted {
  let low = Infinity;
  let high = -Infinity;
  let invalid = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) {
      invalid += 1;
      pixels[i] = 0;
      continue;
    }
    if (value < low) low = value;
    if (value > high) high = value;
    pixels[i] = table[colourIndex(value, scale)]!;
  }
  return low > high ? { low: 0, high: 0, invalid } : { low, high, invalid };
}
