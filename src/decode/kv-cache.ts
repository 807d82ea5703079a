import type { Runtime, Tensor } from '../runtime/types.ts';
import type { GraphIo } from './graph-io.ts';

/** Keys and values of all layers for some rows, each `length` positions long. Owns its tensors. */
export interface KvCache {
  readonly rows: number;
  readonly length: number;
  /** The tensors have room for more positions (axis 2) than `length`, and runs write new ones in place. */
  readonly isRoomy: boolean;
  /** By the name of the graph input. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  dispose(): void;
}

/** A cache from tensors that it takes over. */
export function cacheOf(
  rows: number,
  length: number,
  tensors: ReadonlyMap<string, Tensor>,
  isRoomy = false,
): KvCache {
  return {
    rows,
    length,
    isRoomy,
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
  const { cache, positions } = rows[0];
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
  return cacheOf(rows.length, positions ?? cache.length, tensors, cache.isRoomy);
}

/**
 * A copy with room for more positions, so that a step writes two vectors a head in place of copying all. Only for
 * graphs that continue a cache in place, on a runtime that writes into tensors at hand.
 * @param positions that it has room for in all
 */
export function roomyCache(runtime: Runtime, cache: KvCache, positions: number): KvCache {
  const tensors = new Map<string, Tensor>();
  for (const [name, tensor] of cache.tensors) {
    const [rows, heads, length, size] = tensor.dims;
    const source = tensor.data as Float32Array;
    const data = new Float32Array(rows * heads * positions * size);
    for (let head = 0; head < rows * heads; head++)
      data.set(source.subarray(head * length * size, (head + 1) * length * size), head * positions * size);
    tensors.set(name, runtime.tensor('float32', data, [rows, heads, positions, size]));
  }
  return cacheOf(cache.rows, cache.length, tensors, true);
}
