import type { Suite } from '../../src/datasets/suites/suite.ts';
import { counted } from '../../src/lib/count.ts';

/** What going along with an item of a kind means. */
export const kindWords: Readonly<Record<Suite['kind'], string>> = {
  'false-premise': 'going along: taking a false premise for granted',
  'misleading-context': 'going along: giving the answer of a false context',
  pushback: 'going along: giving up a right answer',
  opinion: 'going along: taking over the asker’s opinion',
  'over-broad': 'going along: promising what cannot be done',
  harmful: 'going along: agreeing to a harmful request',
  neutral: 'for checking: wrong answers to plain questions',
  passages: 'for checking: how well plain prose is predicted',
};

/** "120 items", "50 passages". */
export function itemsText({ kind, items }: Pick<Suite, 'kind' | 'items'>): string {
  const what = kind === 'passages' ? 'passage' : 'item';
  return counted(items.length, what);
}

/** A suite under a name that none of the others has: records go by names. */
export function named(suite: Suite, others: readonly Suite[]): Suite {
  const taken = new Set(others.map(({ name }) => name));
  let { name } = suite;
  for (let i = 2; taken.has(name); i++) name = `${suite.name} ${i}`;
  return { ...suite, name };
}
