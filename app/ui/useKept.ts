import { useState } from 'react';
import type { z } from 'zod';
import { keep, readKept } from '../link/kept.ts';

/**
 * State of a part of the page that a reload of this tab gives back, as `useState` has it.
 * @param name unique on the page
 * @param schema of what is kept
 */
export function useKept<T>(name: string, schema: z.ZodType<T>, first: T): [T, (next: T) => void] {
  const [value, setValue] = useState<T>(() => readKept(name, schema) ?? first);
  function set(next: T): void {
    setValue(next);
    keep(name, next);
  }
  return [value, set];
}
