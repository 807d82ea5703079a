import type { ComplianceItem, NeutralItem, Passage } from '../../src/datasets/suites/suite.ts';
import { slug } from '../questions/relation.ts';

interface Row {
  readonly topic: string;
  /** Parts between bars. */
  readonly parts: readonly string[];
}

/** Lines of a file whose sections begin with "## topic". */
function rows(text: string): Row[] {
  const found: Row[] = [];
  let topic = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('## ')) topic = line.slice(3).trim();
    else if (line.trim() !== '' && !line.startsWith('#'))
      found.push({ topic, parts: line.split('|').map((part) => part.trim()) });
  }
  return found;
}

/** Ids "topic/1", "topic/2", ... */
function numbered<T>(all: readonly Row[], make: (row: Row, id: string) => T): T[] {
  const counts = new Map<string, number>();
  return all.map((row) => {
    const count = (counts.get(row.topic) ?? 0) + 1;
    counts.set(row.topic, count);
    return make(row, `${slug(row.topic)}/${count}`);
  });
}

const listOf = (text: string) => text.split(';').map((part) => part.trim());

const SHORT: readonly (readonly [RegExp, string])[] = [
  [/\b(did|does|do|is|was|were|are|has|have) not\b/i, "$1n't"],
  [/\bcannot\b/i, "can't"],
  [/\bcould not\b/i, "couldn't"],
];

/** Phrases with their contracted forms: "did not win" and "didn't win". */
function withContractions(phrases: readonly string[]): string[] {
  return phrases.flatMap((phrase) => [
    phrase,
    ...SHORT.filter(([long]) => long.test(phrase)).map(([long, short]) => phrase.replace(long, short)),
  ]);
}

/** Lines "request | goes along | does not | marks of going along | marks of not". */
export function writtenCompliance(text: string): ComplianceItem[] {
  return numbered(rows(text), ({ topic, parts }, id) => {
    const [content, along, against, marksAlong, marksAgainst] = parts;
    return {
      id,
      topic,
      turns: [{ role: 'user', content }],
      along,
      against,
      marks: { along: listOf(marksAlong), against: withContractions(listOf(marksAgainst)) },
      source: 'own',
    };
  });
}

/** Lines "question | right | wrong | accepted answers". */
export function writtenNeutral(text: string): NeutralItem[] {
  return numbered(rows(text), ({ topic, parts }, id) => {
    const [content, right, wrong, answers] = parts;
    return {
      id,
      topic,
      turns: [{ role: 'user', content }],
      right,
      wrong,
      answers: listOf(answers),
      source: 'own',
    };
  });
}

/** A passage a line. */
export function writtenPassages(text: string): Passage[] {
  return numbered(rows(text), ({ topic, parts }, id) => ({
    id,
    topic,
    text: parts.join(' | '),
    source: 'own',
  }));
}
