import { EngineError } from '../../src/lib/errors.ts';

/** Parts that nobody has needed yet and that are not here yet. */
const waiting = new Set<() => Promise<unknown>>();
const listeners = new Set<() => void>();

/** Calls back whenever a part of the page could not be fetched: the site cannot be reached, or has another version. */
export function onMissingPart(listener: () => void): void {
  listeners.add(listener);
}

/**
 * A part of the page that is needed only later: code, data or a worker. It is fetched once: when it is first needed, or before
 * that while the page is idle, so that it is there when the site can no longer be reached or has another version.
 * @returns what gives the part; it rejects with an EngineError `load-failed` and may be called again after that
 */
export function later<T>(load: () => Promise<T>): () => Promise<T> {
  let coming: Promise<T> | undefined;
  async function fetchOnce(): Promise<T> {
    try {
      const part = await load();
      waiting.delete(get);
      return part;
    } catch (cause) {
      coming = undefined;
      for (const listener of [...listeners]) listener();
      if (cause instanceof EngineError) throw cause;
      throw new EngineError(
        'load-failed',
        'This part of the page could not be fetched; check the connection and try again. What you typed and what was answered is still here.',
        { cause },
      );
    }
  }
  function get(): Promise<T> {
    coming ??= fetchOnce();
    return coming;
  }
  waiting.add(get);
  return get;
}

/**
 * Fetches, one after another, all parts that are not here yet, and those that they bring with them. What cannot be had is
 * left for the next call.
 * @param idle resolves when the page has nothing better to do
 */
export async function fetchWaitingParts(idle: () => Promise<void>): Promise<void> {
  for (const get of waiting) {
    await idle();
    await get().catch(() => undefined);
  }
}

/** Resolves when the browser has nothing to do. */
export function whenIdle(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof requestIdleCallback === 'function') requestIdleCallback(() => resolve());
    else setTimeout(resolve, 200);
  });
}
