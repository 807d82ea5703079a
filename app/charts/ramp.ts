import { distance, type Oklch, oklabToLinear, toByte, toOklab } from './oklab.ts';

export type Theme = 'light' | 'dark';

/**
 * Stops of the sequential scale. Zero is the page's background, so that silence melts away; lightness runs one way
 * and the hue from blue to violet (light) or to pale cyan (dark), which every common kind of colour vision can order.
 */
const rampStops: Readonly<Record<Theme, readonly Oklch[]>> = {
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

/**
 * Stops of the diverging scale, from less to more. Zero is the page's background; blue-green and orange stay apart in
 * the common kinds of colour vision, and equal amounts either side are equally light.
 */
const differenceStops: Readonly<Record<Theme, readonly Oklch[]>> = {
  light: [
    [0.42, 0.1, 230],
    [0.72, 0.09, 220],
    [0.99, 0.002, 250],
    [0.72, 0.12, 60],
    [0.42, 0.13, 45],
  ],
  dark: [
    [0.85, 0.1, 210],
    [0.55, 0.09, 225],
    [0.19, 0.012, 260],
    [0.55, 0.12, 50],
    [0.85, 0.12, 70],
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

/** `count` colours in OKLab from the first stop to the last, at equal distances from one to the next. */
function evenColours(stops: readonly Oklch[], count: number): readonly Lab[] {
  const labs = stops.map(toOklab);
  const fine = Array.from({ length: 2049 }, (_, i) => mixed(labs, i / 2048));
  const length = [0];
  for (let i = 1; i < fine.length; i++) length.push(length[i - 1]! + distance(fine[i - 1]!, fine[i]!));
  const total = length.at(-1)!;
  let at = 0;
  return Array.from({ length: count }, (_, i) => {
    while (at < fine.length - 1 && length[at]! < (total * i) / (count - 1) - 1e-9) at += 1;
    return fine[at]!;
  });
}

/** 256 colours in OKLab from zero to the maximum, at equal distances from one to the next. */
export function rampColours(theme: Theme): readonly Lab[] {
  return evenColours(rampStops[theme], 256);
}

/** 257 colours in OKLab from the least to the most, the middle one zero; equal distances on either side. */
export function differenceColours(theme: Theme): readonly Lab[] {
  const stops = differenceStops[theme];
  const less = evenColours(stops.slice(0, 3), 129);
  return [...less.slice(0, -1), ...evenColours(stops.slice(2), 129)];
}

function toPixels(colours: readonly Lab[]): Uint32Array {
  return Uint32Array.from(colours, (colour) => {
    const [r, g, b] = oklabToLinear(colour).map(toByte) as [number, number, number];
    return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
  });
}

/** The sequential scale as opaque pixels, bytes in the order of ImageData on little-endian machines: [256]. */
export function rampPixels(theme: Theme): Uint32Array {
  return toPixels(rampColours(theme));
}

/** The diverging scale as opaque pixels: [257]. */
export function differencePixels(theme: Theme): Uint32Array {
  return toPixels(differenceColours(theme));
}

/** "rgb(r g b)" of one pixel of the scale. */
export function cssColour(pixel: number): string {
  return `rgb(${pixel & 255} ${(pixel >> 8) & 255} ${(pixel >> 16) & 255})`;
}

/** Contrast of two pixels as WCAG 2 defines it, 1 to 21. */
export function contrast(a: number, b: number): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** Black or white, whichever reads better on a pixel; the contrast is at least 4.5. */
export function readableOn(pixel: number): string {
  return contrast(pixel, 0xffffffff) > contrast(pixel, 0xff000000) ? '#fff' : '#000';
}

function luminance(pixel: number): number {
  const linear = (shift: number) => {
    const v = ((pixel >> shift) & 255) / 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(0) + 0.7152 * linear(8) + 0.0722 * linear(16);
}
