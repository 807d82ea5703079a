import { bisectRight } from 'd3-array';

/** Columns of tokens, one a position, as wide as their widest label. */
export interface Columns {
  /** Left edges in CSS pixels, and the right edge of the last: [count + 1]. */
  readonly edges: Float64Array;
  readonly count: number;
  readonly width: number;
}

/** Lays out columns of these widths from 0. */
export function layoutColumns(widths: readonly number[]): Columns {
  const edges = new Float64Array(widths.length + 1);
  widths.forEach((width, i) => {
    edges[i + 1] = edges[i]! + width;
  });
  return { edges, count: widths.length, width: edges[widths.length]! };
}

/** The column at x; undefined outside. */
export function columnAt({ edges, count, width }: Columns, x: number): number | undefined {
  if (count === 0 || !(x >= 0) || x >= width) return undefined;
  return Math.min(count - 1, bisectRight(edges, x, 0, count) - 1);
}

/** Columns that touch [left, right): first, and one past the last. */
export function visibleColumns(
  { edges, count }: Columns,
  left: number,
  right: number,
): readonly [number, number] {
  const first = Math.max(0, bisectRight(edges, left, 0, count) - 1);
  let end = first;
  while (end < count && edges[end]! < right) end += 1;
  return [first, end];
}

/** Where the drawn stretch of a scrolled figure starts: on steps of half a viewport, so that short scrolls repaint nothing. */
export function drawnWindow(scrollLeft: number, viewport: number): number {
  const half = Math.max(1, viewport / 2);
  return Math.max(0, (Math.floor(scrollLeft / half) - 1) * half);
}
