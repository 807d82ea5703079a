// The built-in question sets: npx tsx scripts/make-questions.ts --facts FILE [--measured RUN_FOLDER]
// FILE: JSONL of {relation, subject, objects}, the triples of the two repositories named in `sources` below.
// RUN_FOLDER: a complete run of "hneurons identify" over the set, whose counts go into the set's header.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { withRun } from '../src/cli/run-folder.ts';
import {
  formatQuestionSet,
  type MeasuredRelation,
  parseQuestionSet,
  type Question,
  type QuestionSetHeader,
} from '../src/identify/questions.ts';
import { hashText } from '../src/identify/sample.ts';
import { normalised, occurrences, withoutArticles, wordsOf } from '../src/identify/words.ts';
import { runMain, SetupError, say } from './lib/log.mjs';
import { countryRelations } from './questions/countries.ts';
import { inventedQuestions } from './questions/invented.ts';
import { numberRelations } from './questions/numbers.ts';
import { type Relation, tableRelations } from './questions/relation.ts';
import { tripleRelations } from './questions/triples.ts';

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, '../public/questions');

const sources = {
  own: { name: 'Common knowledge, written down for this project', licence: 'MIT' },
  relations: {
    name: 'Relations of "Linearity of Relation Decoding in Transformer Language Models" (triples only)',
    url: 'https://github.com/evandez/relations',
    licence: 'MIT',
  },
} as const;

/** An answer that stands in the question would be found in every reply that repeats the question. */
function givesAway(question: string, answers: readonly string[]): boolean {
  const words = withoutArticles(wordsOf(question));
  return answers.some((answer) => occurrences(words, withoutArticles(wordsOf(answer))).length > 0);
}

function slug(text: string): string {
  return normalised(text).replaceAll(' ', '-');
}

/** A question a wording and fact. */
function questionsOf({ name, source, wordings, facts }: Relation): Question[] {
  return facts.flatMap(({ subject, answers, fact }) =>
    wordings.flatMap((wording, i) => {
      const question = wording.replace('{}', () => subject);
      if (givesAway(question, answers)) return [];
      const id = `${name}/${slug(subject)}${i === 0 ? '' : `/${i + 1}`}`;
      return [{ id, fact: fact ?? `${name}/${slug(subject)}`, question, answers, relation: name, source }];
    }),
  );
}

/** In an order that has nothing to do with what is asked: the first questions of the set are a sample of it. */
function scattered(questions: readonly Question[]): Question[] {
  return [...questions].sort((a, b) => hashText(a.id) - hashText(b.id) || (a.id < b.id ? -1 : 1));
}

function countsOf(questions: readonly Question[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { relation } of questions) counts[relation] = (counts[relation] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What a run found: by relation how many questions were answered consistently right and wrong, and the others. */
async function measuredBy(folder: string): Promise<QuestionSetHeader['measured']> {
  return withRun(folder, async ({ manifest, records }) => {
    const relations: Record<string, MeasuredRelation> = {};
    for (const { question, status } of records) {
      const kind = status === 'right' || status === 'wrong' ? status : 'mixed';
      const counts = relations[question.relation] ?? { right: 0, wrong: 0, mixed: 0 };
      relations[question.relation] = { ...counts, [kind]: counts[kind] + 1 };
    }
    const { samples, agree, seed } = manifest.settings;
    return {
      model: manifest.model.name,
      fingerprint: manifest.model.fingerprint,
      command: `hneurons identify --questions facts --samples ${samples} --agree ${agree} --seed ${seed}`,
      relations: Object.fromEntries(Object.entries(relations).sort(([a], [b]) => (a < b ? -1 : 1))),
    };
  });
}

async function write(
  name: string,
  header: Omit<QuestionSetHeader, 'relations'>,
  questions: readonly Question[],
) {
  const text = formatQuestionSet({ header: { ...header, relations: countsOf(questions) }, questions });
  parseQuestionSet(text);
  await mkdir(target, { recursive: true });
  await writeFile(join(target, `${name}.jsonl`), text);
  say(name, `${questions.length} questions in ${Object.keys(countsOf(questions)).length} relations`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { facts: { type: 'string' }, measured: { type: 'string' } } });
  if (!values.facts) throw new SetupError('Name the file of triples with --facts FILE.');
  const read = (name: string) => readFile(join(here, 'questions', name), 'utf8');
  const relations = [
    ...countryRelations(await read('countries.txt')),
    ...tableRelations(await read('tables.txt')),
    ...numberRelations(),
    ...tripleRelations(await readFile(values.facts, 'utf8')),
  ];
  const measured = values.measured ? { measured: await measuredBy(values.measured) } : {};
  await write(
    'facts',
    {
      format: 'h-neuron-questions',
      version: 1,
      name: 'Facts for small models',
      description:
        'Short questions of many kinds, worded for this project; small models know some of the answers.',
      sources,
      ...measured,
    },
    scattered(relations.flatMap(questionsOf)),
  );
  await write(
    'invented',
    {
      format: 'h-neuron-questions',
      version: 1,
      name: 'Invented entities',
      description:
        'Questions about names that were made up by rule: whatever is answered with confidence is made up.',
      sources: { own: { name: 'Names generated by rule', licence: 'MIT' } },
    },
    scattered(inventedQuestions()),
  );
}

runMain(main);
