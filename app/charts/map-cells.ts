import type { NeuronLayout } from '../../src/neurons/types.ts';

/** Values of the neuron map, a row a layer; every value stands for `span[layer]` neurons. */
export interface MapCells {
  readonly values: Float32Array;
  /** Index of each layer's first value. */
  readonly offsets: readonly number[];
  readonly columns: readonly number[];
  readonly span: readonly number[];
}

/** Cells of an overview, [layers * bins]. */
export function overviewCells(values: Float32Array, bins: number, layout: NeuronLayout): MapCells {
  return {
    values,
    offsets: layout.widths.map((_, layer) => layer * bins),
    columns: layout.widths.map(() => bins),
    span: layout.widths.map((width) => width / bins),
  };
}

/** The value further from zero; not a number where either is not. */
function stronger(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.NaN;
  return Math.abs(b) > Math.abs(a) ? b : a;
}

function halved({ values, offsets, columns, span }: MapCells): MapCells {
  const halfColumns = columns.map((count) => Math.ceil(count / 2));
  const halfOffsets: number[] = [];
  let total = 0;
  for (const count of halfColumns) {
    halfOffsets.push(total);
    total += count;
  }
  const half = new Float32Array(total);
  columns.forEach((count, layer) => {
    const from = offsets[layer]!;
    const to = halfOffsets[layer]!;
    for (let column = 0; column < count; column += 2) {
      const value = values[from + column]!;
      half[to + column / 2] = column + 1 < count ? stronger(value, values[from + column + 1]!) : value;
    }
  });
  return { values: half, offsets: halfOffsets, columns: halfColumns, span: span.map((n) => 2 * n) };
}

/** The values of all neurons at ever coarser levels: each cell the strongest of the two below it. */
export interface Pyramid {
  /** The finest level whose cells are at least this many neurons wide. */
  level(neuronsPerCell: number): MapCells;
}

/** Levels are made when they are first asked for. */
export function createPyramid(values: Float32Array, layout: NeuronLayout): Pyramid {
  const levels: MapCells[] = [
    {
      values,
      offsets: layout.offsets,
      columns: layout.widths,
      span: layout.widths.map(() => 1),
    },
  ];
  return {
    level(neuronsPerCell) {
      const wanted = Math.max(0, Math.ceil(Math.log2(Math.max(1, neuronsPerCell)) - 1e-9));
      while (levels.length <= wanted) levels.push(halved(levels.at(-1)!));
      return levels[wanted]!;
    },
  };
}

/** Steered minus unsteered, value by value. */
export function difference(values: Float32Array, reference: Float32Array): Float32Array {
  return values.map((value, i) => value - (reference[i] ?? Number.NaN));
}
