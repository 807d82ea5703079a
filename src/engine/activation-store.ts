import { floatToHalf, halfToFloat } from '../lib/bytes/half.ts';

interface Entry {
  readonly key: string;
  readonly values: Uint16Array;
}

/** CETT of all neurons by run, lane and position, in half precision, oldest dropped beyond a number of bytes. */
export interface ActivationStore {
  put(run: number, lane: number, position: number, cett: Float32Array): void;
  /** Values [start, end) of a position, or an empty array where it was dropped or never kept. */
  get(run: number, lane: number, position: number, start: number, end: number): Float32Array;
  clear(): void;
}

/** @param limit bytes kept at most */
export function activationStore(limit: number): ActivationStore {
  const entries = new Map<string, Entry>();
  let bytes = 0;
  const keyOf = (run: number, lane: number, position: number) => `${run}/${lane}/${position}`;
  return {
    put(run, lane, position, cett) {
      const key = keyOf(run, lane, position);
      const values = floatToHalf(cett);
      bytes += values.byteLength - (entries.get(key)?.values.byteLength ?? 0);
      entries.delete(key);
      entries.set(key, { key, values });
      for (const oldest of entries.values()) {
        if (bytes <= limit) break;
        bytes -= oldest.values.byteLength;
        entries.delete(oldest.key);
      }
    },
    get(run, lane, position, start, end) {
      const entry = entries.get(keyOf(run, lane, position));
      return entry ? halfToFloat(entry.values.subarray(start, end)) : new Float32Array(0);
    },
    clear() {
      entries.clear();
      bytes = 0;
    },
  };
}
