import type { CacheSlot, GraphIo } from '../model/graph-io.ts';
import type { Runtime, Tensor } from '../model/runtime/types.ts';

/** What a row has read, for graphs without a cache, which read it again at every run. */
export interface RowHistory {
  readonly ids: readonly number[];
  /** Factors by layer under which each token is read; undefined where it is unscaled. */
  readonly scales: readonly (readonly Float32Array[] | undefined)[];
}

/** Keys and values of all layers for some rows, each `length` positions long. Owns its tensors. */
export interface KvCache {
  readonly rows: number;
  readonly length: number;
  /** By the name of the graph input. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** Some tensors are running states, which stand for all positions together, or hold positions along another axis. */
  readonly isRunning: boolean;
  /** By row, where the graph keeps no cache. */
  readonly history: readonly RowHistory[] | undefined;
  dispose(): void;
}

/** A cache from tensors that it takes over. */
export function cacheOf(
  rows: number,
  length: number,
  tensors: ReadonlyMap<string, Tensor>,
  { isRunning = false, history }: Partial<Pick<KvCache, 'isRunning' | 'history'>> = {},
): KvCache {
  return {
    rows,
    length,
    tensors,
    isRunning,
    history,
    dispose() {
      for (const tensor of tensors.values()) tensor.dispose();
    },
  };
}

/** A cache's tensor without positions, or a running state at zero. */
export function emptySlot(slot: CacheSlot, runtime: Runtime, rows: number): Tensor {
  const shape = slot.shape(rows, 0);
  const size = shape.reduce((a, b) => a * b, 1);
  const data = slot.type === 'float16' ? new Uint16Array(size) : new Float32Array(size);
  return runtime.tensor(slot.type, data, shape);
}

/** A cache without positions; running states start at zero. */
export function emptyCache(io: GraphIo, runtime: Runtime, rows: number): KvCache {
  const tensors = new Map<string, Tensor>();
  for (const slot of io.cache) tensors.set(slot.input, emptySlot(slot, runtime, rows));
  const history =
    io.cache.length === 0 ? Array.from({ length: rows }, () => ({ ids: [], scales: [] })) : undefined;
  return cacheOf(rows, 0, tensors, { isRunning: !io.cache.every((slot) => slot.canBeCut), history });
}

/**
 * Bytes of cache that rows should have together at most. A step holds the cache before it and the one behind it, and
 * stacking holds two as well, beside the weights; all of WebAssembly's memory is 4 GB.
 */
const BYTES_TOGETHER = 2 ** 30;

/** How many rows of so many positions can be answered as one batch without taking too much memory; at least one. */
export function rowsTogether(io: GraphIo, positions: number): number {
  const bytes = io.cache.reduce(
    (sum, slot) =>
      sum + slot.shape(1, positions).reduce((a, b) => a * b, 1) * (slot.type === 'float16' ? 2 : 4),
    0,
  );
  return Math.max(1, Math.floor(BYTES_TOGETHER / Math.max(1, bytes)));
}

/** A row of a cache. */
export interface CacheRow {
  readonly cache: KvCache;
  readonly row: number;
  /** Positions that are taken from the start; all where it is left out. */
  readonly positions?: number;
}

/** Whether the first positions of a cache stand for themselves: not in a cache of running states. */
export function canBeCut(cache: KvCache): boolean {
  return (
    !cache.isRunning &&
    [...cache.tensors.values()].every(({ dims }) => dims.length === 4 && dims[2] === cache.length)
  );
}

/** A new cache whose rows are copies of the given ones, which must be equally long (after cutting). */
export function stackCacheRows(runtime: Runtime, rows: readonly CacheRow[]): KvCache {
  const { cache, positions = rows[0].cache.length } = rows[0];
  const tensors = new Map<string, Tensor>();
  for (const name of cache.tensors.keys()) {
    tensors.set(
      name,
      runtime.stackRows(
        rows.map((r) => ({
          tensor: r.cache.tensors.get(name) as Tensor,
          row: r.row,
          positions: r.positions,
        })),
      ),
    );
  }
  const histories = rows.flatMap((r) => {
    const kept = r.cache.history?.[r.row];
    return kept ? [{ ids: kept.ids.slice(0, positions), scales: kept.scales.slice(0, positions) }] : [];
  });
  return cacheOf(rows.length, positions, tensors, {
    isRunning: cache.isRunning,
    history: cache.history && histories,
  });
}
