// The built-in question sets: npx tsx scripts/make-questions.ts --facts FILE [--measured RUN_FOLDER]
// FILE: JSONL of {relation, subject, objects}, the triples of the two repositories named in `sources` below.
// RUN_FOLDER: a complete run of "hneurons identify" over the set, whose counts go into the set's header.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { occurrences, withoutArticles, wordsOf } from '../src/datasets/normalise.ts';
import {
  formatQuestionSet,
  type MeasuredRelation,
  parseQuestionSet,
  type Question,
  type QuestionSetHeader,
} from '../src/datasets/questions/question-set.ts';
import { hashText } from '../src/studies/identify/sample.ts';
import { withRun } from '../src/studies/identify/terminal/run-folder.ts';
import { runMain, SetupError, say } from './lib/log.mjs';
import { countryRelations } from './questions/countries.ts';
import { inventedQuestions } from './questions/invented.ts';
import { numberRelations } from './questions/numbers.ts';
import {
  choiceRelation,
  type Fact,
  factOf,
  type Relation,
  slug,
  tableRelations,
} from './questions/relation.ts';
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

/** More than three times what a set is learnt from; the others would only make a run of all of them longer. */
const FACT_QUESTIONS = 2600;

/** Relations that are asked as a choice as well: name, the relation they come from, wording. */
const choices: readonly (readonly [name: string, of: string, wording: string])[] = [
  ['choice-of-languages', 'languages', 'Is the official language of {} {a} or {b}?'],
  ['choice-of-currencies', 'currencies', 'Is the currency of {} the {a} or the {b}?'],
  ['choice-of-symbols', 'chemical-symbols', 'Is the chemical symbol of {} {a} or {b}?'],
];

function named(relations: readonly Relation[], name: string): Relation {
  const found = relations.find((relation) => relation.name === name);
  if (!found) throw new Error(`There is no relation ${name}.`);
  return found;
}

/** An answer that stands in the question would be found in every reply that repeats the question. */
function givesAway(question: string, answers: readonly string[]): boolean {
  const words = withoutArticles(wordsOf(question));
  return answers.some((answer) => occurrences(words, withoutArticles(wordsOf(answer))).length > 0);
}

/** A wording with its places filled in. */
function worded(wording: string, { subject, answers, rival = '' }: Fact, id: string): string {
  const pair = hashText(id) % 2 === 0 ? [answers[0], rival] : [rival, answers[0]];
  return wording
    .replace('{}', () => subject)
    .replace('{a}', () => pair[0])
    .replace('{b}', () => pair[1]);
}

/** A question a wording and fact. */
function questionsOf({ name, source, wordings, facts }: Relation): Question[] {
  return facts.flatMap((each) =>
    wordings.flatMap((wording, i) => {
      const { subject, answers, rival } = each;
      const id = `${name}/${slug(subject)}${i === 0 ? '' : `/${i + 1}`}`;
      const question = worded(wording, each, id);
      if (givesAway(rival === undefined ? question : subject, answers)) return [];
      const fact = factOf(name, each);
      const rivals = rival === undefined ? {} : { rivals: [rival] };
      return [{ id, fact, question, answers, ...rivals, relation: name, source }];
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
  const open = [
    ...countryRelations(await read('countries.txt')),
    ...tableRelations(await read('tables.txt')),
    ...numberRelations(),
    ...tripleRelations(await readFile(values.facts, 'utf8')),
  ];
  const relations = [
    ...open,
    ...choices.map(([name, of, wording]) => choiceRelation(name, named(open, of), wording)),
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
    scattered(relations.flatMap(questionsOf)).slice(0, FACT_QUESTIONS),
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
