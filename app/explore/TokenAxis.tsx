import { type Columns, visibleColumns } from '../charts/columns.ts';
import { useRecord } from '../state/hooks.ts';
import type { Viewport } from './useTokenColumns.ts';

/** Numbers of the answer's tokens, under the columns: the first and every fifth. */
export function TokenAxis({ columns, viewport }: { readonly columns: Columns; readonly viewport: Viewport }) {
  const start = useRecord().prompt.length;
  const [from, to] = visibleColumns(columns, viewport.left, viewport.right);
  const ticks = [];
  for (let position = Math.max(from, start); position < to; position++) {
    const number = position - start + 1;
    if (number !== 1 && number % 5 !== 0) continue;
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
