import type { z } from 'zod';
import { parseJson } from '../../src/saved/page-state.ts';

const keyOf = (name: string) => `h-neurons.${name}`;

/**
 * What this tab kept under a name before it was loaded again.
 * @returns undefined where there is nothing, or what does not fit the schema, as another version of the page may have kept it
 */
export function readKept<T>(name: string, schema: z.ZodType<T>): T | undefined {
  try {
    const kept = sessionStorage.getItem(keyOf(name));
    return kept === null ? undefined : schema.safeParse(parseJson(kept)).data;
  } catch {
    return undefined;
  }
}

/** Keeps a value in this tab so that a reload gives it back; undefined drops what was kept. */
export function keep(name: string, value: unknown): void {
  try {
    if (value === undefined) sessionStorage.removeItem(keyOf(name));
    else sessionStorage.setItem(keyOf(name), JSON.stringify(value));
  } catch {
    // A full or forbidden storage: a reload gives back what was there at first.
  }
}
