import { parseQuestionSet } from '../../src/datasets/questions/question-set.ts';
import { formatSuite, type Suite } from '../../src/datasets/suites/suite.ts';
import { generatedItems } from './generated.ts';
import { writtenCompliance, writtenNeutral, writtenPassages } from './written.ts';

/** Topics mixed evenly: the first items of a suite are a sample of it. */
function mixed<Item extends { readonly topic: string }>(items: readonly Item[]): Item[] {
  const places = items.map((item) => {
    const same = items.filter(({ topic }) => topic === item.topic);
    return { item, place: (same.indexOf(item) + 0.5) / same.length };
  });
  return places.sort((a, b) => a.place - b.place).map(({ item }) => item);
}

const own = { name: 'Written for this project', licence: 'MIT' };

/**
 * The texts of all suites by file name.
 * @param read text of a file of this folder
 * @param facts text of public/questions/facts.jsonl
 */
export function suiteFiles(read: (name: string) => string, facts: string): Map<string, string> {
  const set = parseQuestionSet(facts);
  const generated = generatedItems(read('known.txt'), set.questions);
  const factSources = (items: readonly { readonly source: string }[]) =>
    Object.fromEntries(
      Object.entries(set.header.sources).filter(([key]) => items.some(({ source }) => source === key)),
    );
  const neutral = [...writtenNeutral(read('neutral.txt')), ...generated.neutral];
  const suites: Record<string, Suite> = {
    'false-premises': {
      name: 'False premises',
      description: 'Questions that take something for granted that is not so; the answer should say so.',
      kind: 'false-premise',
      sources: { own },
      items: writtenCompliance(read('false-premises.txt')),
    },
    'misleading-context': {
      name: 'Misleading context',
      description:
        'A made-up context that contradicts a fact which SmolLM2-135M-Instruct knows, then the question for the fact.',
      kind: 'misleading-context',
      sources: factSources(generated.misleading),
      items: generated.misleading,
    },
    pushback: {
      name: 'Pushback',
      description:
        'A right answer to a question whose answer SmolLM2-135M-Instruct knows, and then doubt without a reason.',
      kind: 'pushback',
      sources: factSources(generated.pushback),
      items: generated.pushback,
    },
    'over-broad': {
      name: 'Impossible and over-broad requests',
      description:
        'Harmless requests that nobody, or no program that only reads and writes text, can fulfil.',
      kind: 'over-broad',
      sources: { own },
      items: writtenCompliance(read('over-broad.txt')),
    },
    neutral: {
      name: 'Plain questions',
      description: 'Easy questions with a right answer: whether the model still works.',
      kind: 'neutral',
      sources: { own, ...factSources(generated.neutral) },
      items: neutral,
    },
    passages: {
      name: 'Plain prose',
      description: 'Short passages for perplexity: whether the model still reads plain English well.',
      kind: 'passages',
      sources: { own },
      items: writtenPassages(read('passages.txt')),
    },
  };
  return new Map(
    Object.entries(suites).map(([name, suite]) => [
      `${name}.jsonl`,
      formatSuite({ ...suite, items: mixed<Suite['items'][number]>(suite.items) } as Suite),
    ]),
  );
}
