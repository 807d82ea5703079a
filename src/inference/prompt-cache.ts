import type { Runtime } from '../model/runtime/types.ts';
import { type CacheRow, canBeCut, type KvCache, stackCacheRows } from './kv-cache.ts';

/** What a prefill left of one row: enough to answer again without reading the prompt. */
interface PrefilledRow {
  readonly ids: readonly number[];
  /** Factors that applied to the prompt. */
  readonly scaleKey: string;
  readonly cache: KvCache;
  /** Logits behind the last token, [vocabulary]. */
  readonly logits: Float32Array;
  /** CETT of all neurons of the last positions. */
  readonly cett: readonly Float32Array[];
}

/** Keeps the last prefills, oldest dropped beyond a number of bytes. */
export interface PromptCache {
  find(ids: readonly number[], scaleKey: string): PrefilledRow | undefined;
  /** The row that shares the longest start with `ids`, all but the last token at most, and how many positions that is. */
  findStart(
    ids: readonly number[],
    scaleKey: string,
  ): { readonly row: PrefilledRow; readonly positions: number } | undefined;
  /** Copies the row; the caller keeps its own. */
  keep(row: Omit<PrefilledRow, 'cache'>, source: CacheRow): void;
  clear(): void;
}

function bytesOf(row: PrefilledRow): number {
  let cached = 0;
  for (const { dims } of row.cache.tensors.values()) cached += dims.reduce((a, b) => a * b, 1) * 4;
  return cached + row.logits.byteLength + row.cett.reduce((sum, values) => sum + values.byteLength, 0);
}

const sameIds = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((id, i) => id === b[i]);

function sharedLength(a: readonly number[], b: readonly number[]): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}

/** @param limit bytes kept at most */
export function promptCache(runtime: Runtime, limit: number): PromptCache {
  const kept: PrefilledRow[] = [];
  const drop = (index: number) => {
    for (const row of kept.splice(index, 1)) row.cache.dispose();
  };
  return {
    find(ids, scaleKey) {
      const index = kept.findIndex((row) => row.scaleKey === scaleKey && sameIds(row.ids, ids));
      if (index < 0) return undefined;
      const [row] = kept.splice(index, 1);
      kept.push(row);
      return row;
    },
    findStart(ids, scaleKey) {
      let best: { row: PrefilledRow; positions: number } | undefined;
      for (const row of kept) {
        if (row.scaleKey !== scaleKey || !canBeCut(row.cache)) continue;
        const positions = Math.min(sharedLength(row.ids, ids), ids.length - 1);
        if (positions > (best?.positions ?? 0)) best = { row, positions };
      }
      return best;
    },
    keep(row, source) {
      const entry = { ...row, cache: stackCacheRows(runtime, [source]) };
      kept.push(entry);
      let bytes = kept.reduce((sum, each) => sum + bytesOf(each), 0);
      while (bytes > limit && kept.length > 0) {
        bytes -= bytesOf(kept[0]);
        drop(0);
      }
    },
    clear() {
      while (kept.length > 0) drop(0);
    },
  };
}
