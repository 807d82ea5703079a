import { cellState, type TokenCells } from '../charts/token-grid.ts';
import { laneIndices, type RunRecord } from './state/record.ts';

/**
 * The watched neurons' values at positions [first, end) of all lanes, as the token map draws them.
 * @param order indices of the watched neurons, as their rows stand
 */
export function tokenCells(
  record: RunRecord,
  first: number,
  end: number,
  order: readonly number[],
): TokenCells {
  const neurons = order.length;
  const lanes = laneIndices.length;
  const columns = Math.max(0, end - first);
  const values = new Float32Array(neurons * lanes * columns);
  const state = new Uint8Array(values.length);
  for (const lane of laneIndices) {
    const { current, stale } = record.lane(lane);
    for (let column = 0; column < columns; column++) {
      const now = current.watched[first + column];
      const watched = now ?? stale?.watched[first + column];
      if (!watched) continue;
      for (let row = 0; row < neurons; row++) {
        const at = (row * lanes + lane) * columns + column;
        values[at] = watched[order[row]!]!;
        state[at] = now ? cellState.read : cellState.stale;
      }
    }
  }
  return { neurons, columns, values, state };
}
