import type { NeuronLayout, NeuronRef } from '../../src/neurons/types.ts';

/** Neurons [start, end) of one layer that a bin of the overview stands for. */
export interface NeuronRange {
  readonly layer: number;
  readonly start: number;
  readonly end: number;
}

/** The neurons of a bin: bins split every layer's width evenly. */
export function neuronsOfBin(layout: NeuronLayout, bins: number, layer: number, bin: number): NeuronRange {
  const width = layout.widths[layer]!;
  const start = Math.floor((bin * width) / bins);
  return { layer, start, end: Math.max(start + 1, Math.floor(((bin + 1) * width) / bins)) };
}

/** The bin that a neuron falls into. */
export function binOfNeuron(layout: NeuronLayout, bins: number, { layer, neuron }: NeuronRef): number {
  const width = layout.widths[layer]!;
  return Math.min(bins - 1, Math.floor(((neuron + 1) * bins - 1) / width));
}

/** Layer and bin at a point of a grid whose first layer is at the bottom; undefined outside. */
export function cellAt(
  x: number,
  y: number,
  size: { readonly width: number; readonly height: number },
  layers: number,
  bins: number,
): { readonly layer: number; readonly bin: number } | undefined {
  if (!(x >= 0 && y >= 0) || x >= size.width || y >= size.height || layers === 0) return undefined;
  return {
    layer: layers - 1 - Math.min(layers - 1, Math.floor((y / size.height) * layers)),
    bin: Math.min(bins - 1, Math.floor((x / size.width) * bins)),
  };
}

/** "layer 12, neurons 258 to 263" or "layer 12, neuron 258". */
export function describeRange({ layer, start, end }: NeuronRange): string {
  return end - start === 1
    ? `layer ${layer}, neuron ${start}`
    : `layer ${layer}, neurons ${start} to ${end - 1}`;
}

/** CETT as it is written everywhere: three significant digits, plain. */
export function formatCett(value: number | undefined): string {
  if (value === undefined) return 'not read';
  if (Number.isNaN(value)) return 'not a number';
  if (value === 0) return '0';
  if (value >= 0.001) return String(Number(value.toPrecision(3)));
  return value.toExponential(1);
}
