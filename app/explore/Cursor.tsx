import type { Columns } from '../charts/columns.ts';
import { useSelected } from './state/hooks.ts';
import type { Viewport } from './useTokenColumns.ts';

/** Marks the column of the chosen token through all that stands on the columns. */
export function Cursor({ columns, viewport }: { readonly columns: Columns; readonly viewport: Viewport }) {
  const { position, pinned } = useSelected();
  if (position >= columns.count) return null;
  const left = columns.edges[position]!;
  return (
    <div
      className={pinned ? 'cursor cursor-pinned' : 'cursor'}
      style={{ left: viewport.gutter + left, width: columns.edges[position + 1]! - left }}
    />
  );
}
