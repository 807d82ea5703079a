import { distance, type Oklch, oklabToLinear, toByte, toOklab } from './oklab.ts';

export type Theme = 'light' | 'dark';

/**
 * Stops of the sequential scale. Zero is the page's background, so that silence melts away; lightness runs one way
 * and the hue from blue to violet (light) or to pale cyan (dark), which every common kind of colour vision can order.
 */
export const rampStops: Readonly<Record<Theme, readonly Oklch[]>> = {
  light: [
    [0.99, 0.002, 250],
    [0.86, 0.055, 235],
    [0.68, 0.115, 250],
    [0.48, 0.16, 275],
    [0.26, 0.11, 300],
  ],
  dark: [
    [0.19, 0.012, 260],
    [0.34, 0.095, 290],
    [0.53, 0.15, 275],
    [0.74, 0.12, 235],
    [0.97, 0.04, 200],
  ],
};

type Lab = readonly [number, number, number];

function mixed(stops: readonly Lab[], t: number): Lab {
  const x = t * (stops.length - 1);
  const i = Math.min(stops.length - 2, Math.floor(x));
  const f = x - i;
  const [a, b] = [stops[i]!, stops[i + 1]!];
  return [a[0] + f * (b[0] - a[0]), a[1] + f * (b[1] - a[1]), a[2] + f * (b[2] - a[2])];
}

/** 256 colours in OKLab from zero to the maximum, at equal distances from one to the next. */
export function rampColours(theme: Theme): readonly Lab[] {
  const stops = rampStops[theme].map(toOklab);
  const fine = Array.from({ length: 2049 }, (_, i) => mixed(stops, i / 2048));
  const length = [0];
  for (let i = 1; i < fine.length; i++) length.push(length[i - 1]! + distance(fine[i - 1]!, fine[i]!));
  const total = length.at(-1)!;
  let at = 0;
  return Array.from({ length: 256 }, (_, i) => {
    while (at < fine.length - 1 && length[at]! < (total * i) / 255 - 1e-9) at += 1;
    return fine[at]!;
  });
}

/** The scale as 256 opaque pixels, bytes in the order of ImageData on little-endian machines: [256]. */
export function rampPixels(theme: Theme): Uint32Array {
  return Uint32Array.from(rampColours(theme), (colour) => {
    const [r, g, b] = oklabToLinear(colour).map(toByte) as [number, number, number];
    return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
  });
}

/** "rgb(r g b)" of one pixel of the scale. */
export function cssColour(pixel: number): string {
  return `rgb(${pixel & 255} ${(pixel >> 8) & 255} ${(pixel >> 16) & 255})`;
}
