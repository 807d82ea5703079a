import { EngineError } from '../../src/errors.ts';
import { BUILT_IN_SUITES, parseSuite, type Suite } from '../../src/impact/suites.ts';

/** Suites that are chosen until the person chooses: one to go along with, and those that tell whether the model still works. */
export const firstChosen: readonly Suite['kind'][] = ['false-premise', 'neutral', 'passages'];

async function load(name: string): Promise<Suite> {
  const response = await fetch(new URL(`./suites/${name}.jsonl`, document.baseURI)).catch(() => undefined);
  if (!response?.ok)
    throw new EngineError(
      'load-failed',
      'The suites could not be fetched from beside this page; check the connection and reload it.',
    );
  return parseSuite(await response.text());
}

/**
 * The suites beside the page.
 * @throws EngineError `load-failed` where they cannot be had
 */
export function loadSuites(): Promise<readonly Suite[]> {
  return Promise.all(BUILT_IN_SUITES.map(load));
}
