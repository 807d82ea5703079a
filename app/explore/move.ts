import type { LaneIndex } from './state/record.ts';
import type { TokenRef } from './state/slices/selection.ts';

/** Where a key moves the focus among the tokens at [first, last] of three lanes; undefined for other keys. */
export function moved(
  { lane, position }: TokenRef,
  key: string,
  first: number,
  last: number,
): TokenRef | undefined {
  const to = (next: number, row = 0): TokenRef => ({
    lane: Math.min(2, Math.max(0, lane + row)) as LaneIndex,
    position: Math.min(last, Math.max(first, next)),
  });
  switch (key) {
    case 'ArrowLeft':
      return to(position - 1);
    case 'ArrowRight':
      return to(position + 1);
    case 'ArrowUp':
      return to(position, -1);
    case 'ArrowDown':
      return to(position, 1);
    case 'Home':
      return to(first);
    case 'End':
      return to(last);
    default:
      return undefined;
  }
}
