import type { QuestionRecord } from '../../../src/studies/identify/records.ts';

/** Records of the open run, outside React: for useSyncExternalStore(records.subscribe, records.version). */
export interface RunRecords {
  /** In the order in which they were asked; the same array until `version` changes. */
  list(): readonly QuestionRecord[];
  version(): number;
  /** Tells listeners in every other frame at most. */
  subscribe(listener: () => void): () => void;
}

export interface GrowingRecords extends RunRecords {
  /** Takes in a record that was just asked. */
  add(record: QuestionRecord): void;
  /** Takes the place of all; those that were asked behind them stay. */
  put(records: readonly QuestionRecord[]): void;
  clear(): void;
  /** Records taken in, told or not. */
  count(): number;
}

/** @param schedule calls back when listeners may be told */
export function createRunRecords(schedule: (flush: () => void) => void): GrowingRecords {
  const listeners = new Set<() => void>();
  let all: QuestionRecord[] = [];
  let told: readonly QuestionRecord[] = [];
  let version = 0;
  let scheduled = false;

  const change = () => {
    if (scheduled) return;
    scheduled = true;
    schedule(() => {
      scheduled = false;
      told = [...all];
      version++;
      for (const listener of listeners) listener();
    });
  };
  const lastIndex = (records: readonly QuestionRecord[]) => records.at(-1)?.index ?? -1;

  return {
    list: () => told,
    version: () => version,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    add(record) {
      if (record.index <= lastIndex(all)) return;
      all.push(record);
      change();
    },
    put(records) {
      const last = lastIndex(records);
      all = [...records, ...all.filter(({ index }) => index > last)];
      change();
    },
    clear() {
      all = [];
      change();
    },
    count: () => all.length,
  };
}
