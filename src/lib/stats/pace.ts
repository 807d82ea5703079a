import { yieldToEvents } from '../bytes/yield.ts';

/** Longest time between two looks at waiting events, in milliseconds. */
const interval = 25;

/**
 * A function to await between pieces of a long computation: it lets waiting events be handled where that is due, and
 * throws the signal's reason once it is aborted.
 */
export function createPacer(signal: AbortSignal | undefined): () => Promise<void> {
  let last = performance.now();
  return async () => {
    signal?.throwIfAborted();
    if (performance.now() - last < interval) return;
    await yieldToEvents();
    signal?.throwIfAborted();
    last = performance.now();
  };
}
