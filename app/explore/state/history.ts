import { createStore, type StoreApi } from 'zustand/vanilla';

/** What can be undone and redone, in words; undefined where there is nothing. */
interface HistoryState {
  readonly undo?: string;
  readonly redo?: string;
}

export interface History<T extends object> {
  readonly store: StoreApi<HistoryState>;
  /**
   * Keeps what the changed parts were before a change. Changes in a row with the same tag are one step, until `endStep`.
   * @param label what was done, as in "Undo: LABEL"
   */
  record(before: Partial<T>, label: string, tag?: string): void;
  /** Makes one step of all that is recorded while `change` runs. */
  oneStep<R>(label: string, change: () => R): R;
  /** Ends the step that changes with the same tag would still join. */
  endStep(): void;
  /** The parts that the last step changed as they were before it, given the present state; undefined where there is none. */
  undo(present: T): Partial<T> | undefined;
  redo(present: T): Partial<T> | undefined;
  clear(): void;
}

interface Step<T> {
  readonly parts: Partial<T>;
  readonly label: string;
}

/** The same parts of another state. */
function sameParts<T extends object>(parts: Partial<T>, state: T): Partial<T> {
  const picked: Partial<T> = {};
  for (const name of Object.keys(parts) as (keyof T)[]) picked[name] = state[name];
  return picked;
}

/** Remembers the last `limit` steps. What a step did not change stays as it is when the step is undone. */
export function createHistory<T extends object>(limit: number): History<T> {
  const store = createStore<HistoryState>(() => ({}));
  let past: Step<T>[] = [];
  let future: Step<T>[] = [];
  let openTag: string | undefined;
  /** What was recorded of the step that is being made; undefined while every record is a step of its own. */
  let gathered: Partial<T> | undefined;

  function tell(): void {
    store.setState({ undo: past.at(-1)?.label, redo: future.at(-1)?.label });
  }

  function push(parts: Partial<T>, label: string): void {
    past = [...past, { parts, label }].slice(-limit);
    future = [];
    tell();
  }

  function move(from: Step<T>[], to: Step<T>[], present: T): Partial<T> | undefined {
    openTag = undefined;
    const step = from.pop();
    if (!step) return undefined;
    to.push({ parts: sameParts(step.parts, present), label: step.label });
    tell();
    return step.parts;
  }

  return {
    store,
    record(before, label, tag) {
      if (gathered) {
        gathered = { ...before, ...gathered };
        return;
      }
      const joins = tag !== undefined && tag === openTag;
      openTag = tag;
      if (!joins) push(before, label);
    },
    oneStep(label, change) {
      if (gathered) return change();
      gathered = {};
      openTag = undefined;
      try {
        return change();
      } finally {
        const parts = gathered;
        gathered = undefined;
        if (Object.keys(parts).length > 0) push(parts, label);
      }
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
