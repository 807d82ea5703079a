import {
  parseQuestionSet,
  type QuestionSet,
  relationCounts,
} from '../../src/datasets/questions/question-set.ts';
import { EngineError } from '../../src/lib/errors.ts';
import { later } from '../ui/later.ts';
import { siteText } from '../ui/site-text.ts';

/** Sets beside the page. */
const builtIn = ['facts', 'invented'] as const;

export type BuiltInName = (typeof builtIn)[number];

/** The set beside the page of this name; undefined where there is none. */
export function builtInName(name: string): BuiltInName | undefined {
  return builtIn.find((each) => each === name);
}

/**
 * A set beside the page.
 * @throws EngineError `load-failed` where it cannot be had
 */
export const loadBuiltIn = (name: BuiltInName): Promise<QuestionSet> => sets[name]();

async function load(name: BuiltInName): Promise<QuestionSet> {
  const text = await siteText(`questions/${name}.jsonl`);
  if (text === undefined)
    throw new EngineError(
      'load-failed',
      'The questions could not be fetched from beside this page; check the connection and choose them again.',
    );
  return parseQuestionSet(text);
}

const sets: Readonly<Record<BuiltInName, () => Promise<QuestionSet>>> = {
  facts: later(() => load('facts')),
  invented: later(() => load('invented')),
};

/**
 * Some questions of a set, evenly chosen over it and so over its relations: files often have them relation by relation.
 * A set with no more questions than that stays the same.
 */
export function spread(set: QuestionSet, count: number): QuestionSet {
  const all = set.questions;
  if (count >= all.length) return set;
  const questions = Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)]!);
  return { header: { ...set.header, relations: Object.fromEntries(relationCounts(questions)) }, questions };
}

/** "animal-classes" as words. */
export function relationWords(relation: string): string {
  return relation.replaceAll(/[-_]+/g, ' ');
}

/** "opposites, sights and continents", with a capital. */
export function listed(words: readonly string[]): string {
  const text = new Intl.ListFormat('en-GB').format(words);
  return text.charAt(0).toUpperCase() + text.slice(1);
}
