import type { Runtime, Tensor } from '../runtime/types.ts';
import type { GraphIo } from './graph-io.ts';

/** Keys and values of all layers for some rows, each `length` positions long. Owns its tensors. */
export interface KvCache {
  readonly rows: number;
  readonly length: number;
  /** By the name of the graph input. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  dispose(): void;
}

/** A cache from tensors that it takes over. */
export function cacheOf(rows: number, length: number, tensors: ReadonlyMap<string, Tensor>): KvCache {
  return {
    rows,
    length,
    tensors,
    dispose() {
      for (const tensor of tensors.values()) tensor.dispose();
    },
  };
}

/** A cache without positions. */
export function emptyCache(io: GraphIo, runtime: Runtime, rows: number): KvCache {
  const tensors = new Map<string, Tensor>();
  for (const slot of io.cache) {
    const shape = slot.shape(rows, 0);
    const size = shape.reduce((a, b) => a * b, 1);
    const data = slot.type === 'float16' ? new Uint16Array(size) : new Float32Array(size);
    tensors.set(slot.input, runtime.tensor(slot.type, data, shape));
  }
  return cacheOf(rows, 0, tensors);
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
  return [...cache.tensors.values()].every(({ dims }) => dims.length === 4 && dims[2] === cache.length);
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
  return cacheOf(rows.length, positions, tensors);
}
