import { type Columns, visibleColumns } from '../charts/columns.ts';
import { useRecord } from './state/hooks.ts';
import type { Viewport } from './useTokenColumns.ts';

/** Columns from one number to the next, so that numbers stand at least about 34 pixels apart. */
function tickStep(meanWidth: number): number {
  return [5, 10, 20, 25, 50].find((step) => step * meanWidth >= 34) ?? 100;
}

/** Numbers of the answer's tokens under the columns. */
export function TokenAxis({ columns, viewport }: { readonly columns: Columns; readonly viewport: Viewport }) {
  const start = useRecord().prompt.length;
  const [from, to] = visibleColumns(columns, viewport.left, viewport.right);
  const step = tickStep((columns.width - (columns.edges[start] ?? 0)) / Math.max(1, columns.count - start));
  const ticks = [];
  for (let position = Math.max(from, start); position < to; position++) {
    const number = position - start + 1;
    if (number !== 1 && number % step !== 0) continue;
    const middle = (columns.edges[position]! + columns.edges[position + 1]!) / 2;
    ticks.push(
      <span key={position} className="tick" style={{ left: viewport.gutter + middle }}>
        {number}
      </span>,
    );
  }
  return (
    <div className="token-axis" aria-hidden="true">
      <span className="axis-title">Answer token</span>
      {ticks}
    </div>
  );
}
