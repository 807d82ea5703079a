/** Work in progress: its events as they come, and what it ends with. */
export interface Running<Event, Result> extends AsyncIterable<Event> {
  readonly result: Promise<Result>;
}

/**
 * Starts a piece of work. Its events wait until they are asked for; leaving the loop over them early cancels the work.
 * @param work is given a function that tells an event, and a signal that ends it
 * @param signal ends the work from outside
 */
export function running<Event, Result>(
  work: (emit: (event: Event) => void, signal: AbortSignal) => Promise<Result>,
  signal?: AbortSignal,
): Running<Event, Result> {
  const leave = new AbortController();
  const waiting: Event[] = [];
  let isDone = false;
  let wake = () => {};
  const emit = (event: Event) => {
    waiting.push(event);
    wake();
  };
  const stop = signal ? AbortSignal.any([signal, leave.signal]) : leave.signal;
  const result = (async () => work(emit, stop))().finally(() => {
    isDone = true;
    wake();
  });
  // Who loops over the events learns of an error there; it is not to be reported as unhandled.
  result.catch(() => undefined);
  return {
    result,
    async *[Symbol.asyncIterator]() {
      try {
        for (;;) {
          while (waiting.length > 0) yield waiting.shift() as Event;
          if (isDone) break;
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
        await result;
      } finally {
        leave.abort();
      }
    },
  };
}
