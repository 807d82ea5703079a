import { formatSuite, type Suite } from '../../../src/datasets/suites/suite.ts';
import { filesDatabase, type KeptSuite, keepWithin, mostKept } from '../../studies/kept-files.ts';

/**
 * Keeps a suite in this browser.
 * @returns a sentence where it is not kept
 */
export function keepSuite(id: string, suite: Suite): Promise<string | undefined> {
  const text = new Blob([formatSuite(suite)]);
  return keepWithin(suite.name, text.size, async (db) => {
    if (text.size <= mostKept) await db.put('suites', { id, added: new Date().toISOString(), text });
  });
}

/** Suites that this browser keeps, the oldest first. */
export async function keptSuites(): Promise<readonly KeptSuite[]> {
  try {
    const all = await (await filesDatabase()).getAll('suites');
    return all.sort((a, b) => a.added.localeCompare(b.added));
  } catch {
    return [];
  }
}

export async function forgetSuite(id: string): Promise<void> {
  try {
    await (await filesDatabase()).delete('suites', id);
  } catch {
    // A browser that keeps nothing has nothing to forget.
  }
}
