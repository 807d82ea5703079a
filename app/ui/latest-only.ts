/** Runs at most one task at a time and keeps only the newest of those that wait. */
export interface Newest {
  /** Aborts the running task and runs this one as soon as that has settled; a task still waiting is dropped. */
  submit(task: (signal: AbortSignal) => Promise<void>): void;
  /** Aborts the running task and drops the waiting one. */
  abort(): void;
  /** Resolves when nothing runs and nothing waits. */
  idle(): Promise<void>;
}

/** A runner for requests of which only the latest matters. Tasks handle their own errors. */
export function createNewest(): Newest {
  let waiting: ((signal: AbortSignal) => Promise<void>) | undefined;
  let controller: AbortController | undefined;
  let loop: Promise<void> | undefined;

  async function drain(): Promise<void> {
    while (waiting) {
      const task = waiting;
      waiting = undefined;
      controller = new AbortController();
      await task(controller.signal).catch(() => undefined);
    }
    controller = undefined;
    loop = undefined;
  }

  return {
    submit(task) {
      waiting = task;
      controller?.abort();
      loop ??= drain();
    },
    abort() {
      waiting = undefined;
      controller?.abort();
    },
    async idle() {
      while (loop) await loop;
    },
  };
}
