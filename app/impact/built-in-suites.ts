import { BUILT_IN_SUITES, parseSuite, type Suite } from '../../src/datasets/suites/suite.ts';
import { EngineError } from '../../src/lib/errors.ts';
import { later } from '../ui/later.ts';
import { siteText } from '../ui/site-text.ts';

/** Suites that are chosen until the person chooses: one to go along with, and those that tell whether the model still works. */
export const firstChosen: readonly Suite['kind'][] = ['false-premise', 'neutral', 'passages'];

async function load(name: string): Promise<Suite> {
  const text = await siteText(`suites/${name}.jsonl`);
  if (text === undefined)
    throw new EngineError(
      'load-failed',
      'The suites could not be fetched from beside this page; check the connection and try again.',
    );
  return parseSuite(text);
}

/**
 * The suites beside the page.
 * @throws EngineError `load-failed` where they cannot be had
 */
export const loadSuites: () => Promise<readonly Suite[]> = later(() =>
  Promise.all(BUILT_IN_SUITES.map(load)),
);
