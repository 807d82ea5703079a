import { type ColumnMapping, completeMapping } from '../../../src/datasets/questions/columns.ts';
import { toQuestionSet } from '../../../src/datasets/questions/from-table.ts';
import { readSuite } from '../../../src/datasets/suites/read-suite.ts';
import { readTable } from '../../../src/datasets/tables/read-table.ts';
import { changeParquet } from '../mutate/parquet.ts';
import type { Reader } from '../types.ts';
import { asJson, asJsonLines, asTable, fileReader, projectFile } from './one-file.ts';
import { suiteSeeds } from './suite-seeds.ts';

/** Columns that nobody could guess, by the file that has them. */
const COLUMNS: Readonly<Record<string, Partial<ColumnMapping>>> = {
  'mixed.parquet': {
    question: 'question',
    answers: 'number',
    aliases: ['truth', 'decimal', 'big', 'when', 'raw'],
  },
};

/** Reads a file of questions to its end, as the page and the terminal do. */
async function readQuestionFile(bytes: Uint8Array, name: string): Promise<void> {
  const file = await readTable(new Blob([bytes as Uint8Array<ArrayBuffer>]), name);
  if (file.format === 'h-neuron-questions') return;
  const about = { name: 'Questions', source: { name, licence: 'MIT' } };
  await toQuestionSet(file, completeMapping(file, COLUMNS[name]), about);
}

const fixture = (name: string) => [name, projectFile(`test/fixtures/questions/${name}`)] as const;
const suiteFixture = (name: string) => [name, projectFile(`test/fixtures/suites/${name}`)] as const;

const SQUAD = JSON.stringify({
  data: [
    { question: 'Who?', answers: { text: ['Bob', 'Robert'], answer_start: [3, 9] }, id: 'a' },
    { question: 'When?', answers: { text: ['1815'], answer_start: [1] }, id: 'b' },
  ],
});
const CHOICES = JSON.stringify([
  { question: '2+2?', choices: ['3', '4'], answer: 1, category: 'sums' },
  { question: 'Sky?', choices: { text: ['blue', 'red'], label: ['A', 'B'] }, answerKey: 'A' },
]);
const PLAIN_TABLE =
  'id,question,answer,aliases,category\n1,"Capital of France?",Paris,"[\'Paris\', \'Paname\']",cities\n2,"Largest, by far?",Jupiter,Jove;Jupiter,planets\n';
const TAB_TABLE = 'question\tanswer\nWho wrote Hamlet?\tShakespeare\nHow many?\t12\n';

/** The first lines of a set or suite that comes with the program. */
function firstLines(path: string, count: number): string {
  return new TextDecoder().decode(projectFile(path)).split('\n').slice(0, count).join('\n');
}

export const questionReaders: readonly Reader[] = [
  fileReader({
    name: 'questions-csv',
    title: 'CSV and TSV files of questions',
    files: () => [
      fixture('truthfulqa.csv'),
      fixture('simpleqa_verified.csv'),
      ['plain.csv', PLAIN_TABLE],
      ['tabs.tsv', TAB_TABLE],
      ['no-name', PLAIN_TABLE],
    ],
    change: asTable,
    read: readQuestionFile,
  }),
  fileReader({
    name: 'questions-json',
    title: 'JSON files of questions',
    files: () => [
      ['squad.json', SQUAD],
      ['choices.json', CHOICES],
      ['rows.json', JSON.stringify({ rows: [{ row: { question: 'a?', answer: ['b', 'c'] } }] })],
    ],
    change: asJson,
    read: readQuestionFile,
  }),
  fileReader({
    name: 'questions-jsonl',
    title: 'JSONL files of questions',
    files: () => [
      fixture('triviaqa.jsonl'),
      fixture('webquestions.jsonl'),
      [
        'choices.jsonl',
        JSON.parse(CHOICES)
          .map((row: unknown) => JSON.stringify(row))
          .join('\n'),
      ],
    ],
    change: asJsonLines,
    read: readQuestionFile,
  }),
  fileReader({
    name: 'questions-parquet',
    title: 'Parquet files of questions',
    files: () => [
      fixture('mixed.parquet'),
      fixture('popqa-shape-none.parquet'),
      fixture('popqa-shape-snappy.parquet'),
      fixture('popqa-shape-gzip.parquet'),
      fixture('popqa-shape-brotli.parquet'),
      fixture('popqa-shape-lz4.parquet'),
      fixture('popqa-shape-zstd.parquet'),
      fixture('trivia-shape.parquet'),
    ],
    change: changeParquet,
    read: readQuestionFile,
  }),
  fileReader({
    name: 'questions-own',
    title: 'question sets in the program’s own format',
    files: () => [
      ['facts.jsonl', firstLines('public/questions/facts.jsonl', 12)],
      ['invented.jsonl', firstLines('public/questions/invented.jsonl', 12)],
    ],
    change: asJsonLines,
    read: readQuestionFile,
  }),
  fileReader({
    name: 'suites',
    title: 'suites in the program’s own format',
    files: suiteSeeds,
    change: asJsonLines,
    read: (bytes, name) => readSuite(bytes, name),
  }),
  fileReader({
    name: 'suites-foreign',
    title: 'suites in public forms',
    files: () => [
      suiteFixture('advbench.csv'),
      suiteFixture('falseqa.csv'),
      suiteFixture('jbb.csv'),
      suiteFixture('are_you_sure.jsonl'),
      suiteFixture('sycophancy_on_gardening.jsonl'),
      suiteFixture('faitheval-counterfactual.parquet'),
      suiteFixture('faitheval-unanswerable.parquet'),
    ],
    change(dice, bytes, others) {
      if (String.fromCharCode(...bytes.subarray(0, 4)) === 'PAR1') return changeParquet(dice, bytes, others);
      return bytes[0] === 0x7b ? asJsonLines(dice, bytes, others) : asTable(dice, bytes, others);
    },
    read: (bytes, name) => readSuite(bytes, name),
  }),
];
