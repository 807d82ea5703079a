import { createStore, type StoreApi } from 'zustand/vanilla';

/** What can be undone and redone, in words; undefined where there is nothing. */
export interface HistoryState {
  readonly undo?: string;
  readonly redo?: string;
}

export interface History<T> {
  readonly store: StoreApi<HistoryState>;
  /**
   * Keeps what was before a change. Changes in a row with the same tag are one step, until `endStep`.
   * @param label what was done, as in "Undo: LABEL"
   */
  record(before: T, label: string, tag?: string): void;
  /** Ends the step that changes with the same tag would still join. */
  endStep(): void;
  /** The state before the last step, given the present one; undefined where there is none. */
  undo(present: T): T | undefined;
  redo(present: T): T | undefined;
  clear(): void;
}

interface Step<T> {
  readonly state: T;
  readonly label: string;
}

/** Remembers the last `limit` steps. */
export function createHistory<T>(limit: number): History<T> {
  const store = createStore<HistoryState>(() => ({}));
  let past: Step<T>[] = [];
  let future: Step<T>[] = [];
  let openTag: string | undefined;

  function tell(): void {
    store.setState({ undo: past.at(-1)?.label, redo: future.at(-1)?.label });
  }

  function move(from: Step<T>[], to: Step<T>[], present: T): T | undefined {
    openTag = undefined;
    const step = from.pop();
    if (!step) return undefined;
    to.push({ state: present, label: step.label });
    tell();
    return step.state;
  }

  return {
    store,
    record(before, label, tag) {
      const joins = tag !== undefined && tag === openTag;
      openTag = tag;
      if (joins) return;
      past = [...past, { state: before, label }].slice(-limit);
      future = [];
      tell();
    },
    endStep() {
      openTag = undefined;
    },
    undo: (present) => move(past, future, present),
    redo: (present) => move(future, past, present),
    clear() {
      past = [];
      future = [];
      openTag = undefined;
      tell();
    },
  };
}
