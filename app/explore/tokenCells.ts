import { cellState, type TokenCells } from '../charts/token-grid.ts';
import { laneIndices, type RunRecord } from '../state/record.ts';

/** The watched neurons' values at positions [first, end) of all lanes, as the token map draws them. */
export function tokenCells(record: RunRecord, first: number, end: number): TokenCells {
  const neurons = record.shape.watched.length;
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
      for (let neuron = 0; neuron < neurons; neuron++) {
        const at = (neuron * lanes + lane) * columns + column;
        values[at] = watched[neuron]!;
        state[at] = now ? cellState.read : cellState.stale;
      }
    }
  }
  return { neurons, columns, values, state };
}
