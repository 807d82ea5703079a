import { type ColumnMapping, completeMapping } from '../../../datasets/questions/columns.ts';
import { type AboutSet, type ImportedSet, toQuestionSet } from '../../../datasets/questions/from-table.ts';
import type { Question, QuestionSource } from '../../../datasets/questions/question-set.ts';
import type { Column, Table } from '../../../datasets/tables/table.ts';
import { EngineError } from '../../../lib/errors.ts';
import { listedNames, shownName, shownText } from '../../../lib/shown.ts';
import { type ColumnChoice, KEY_FORMS, withQuestions } from './question-file.ts';

export interface QuestionsOptions {
  readonly columns?: ColumnChoice;
  readonly limit?: number;
}

/** What a file of questions holds and what becomes of it. */
export interface QuestionsReport {
  readonly name: string;
  readonly format: string;
  /** What a person should know of how the file was read. */
  readonly notice?: string;
  readonly columns: readonly Column[];
  /** Nothing where the file is a question set of the project's own. */
  readonly mapping?: ColumnMapping;
  readonly questions: number;
  /** Number of questions by relation. */
  readonly relations: Readonly<Record<string, number>>;
  readonly first: readonly Question[];
  readonly rows: number;
  readonly skipped: ImportedSet['skipped'];
  readonly sources: readonly QuestionSource[];
  /** Why the table gives no questions. */
  readonly problem?: string;
}

const NOTHING = {
  questions: 0,
  relations: {},
  first: [],
  rows: 0,
  skipped: { count: 0, reasons: {}, first: [] },
};

const FIRST = 3;
const REASONS_SHOWN = 10;
const ANSWERS_SHOWN = 5;
const QUESTION_LENGTH = 300;
const RELATIONS_SHOWN = 20;

/** A table is shown even where it gives no questions, so that its columns can be named. */
async function tableReport(
  table: Table,
  about: AboutSet,
  { columns, limit }: QuestionsOptions,
): Promise<QuestionsReport> {
  const shown = {
    name: about.name,
    format: table.format,
    notice: table.notice,
    columns: table.columns,
    sources: [about.source],
  };
  let mapping: ColumnMapping | undefined;
  try {
    mapping = completeMapping(table, columns);
    const {
      set,
      rows,
      skipped,
      key,
      notice = table.notice,
    } = await toQuestionSet(table, mapping, about, { limit });
    const { questions, header } = set;
    return {
      ...shown,
      notice,
      mapping: { ...mapping, ...(key === undefined ? {} : { key }) },
      questions: questions.length,
      relations: header.relations,
      first: questions.slice(0, FIRST),
      rows,
      skipped,
    };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return { ...shown, ...NOTHING, mapping, problem: error.message };
  }
}

/** Says what a file of questions holds, which columns are taken for what, and which rows give no question. */
export function runQuestions(place: string, options: QuestionsOptions): Promise<QuestionsReport> {
  return withQuestions(place, async ({ file, about }) => {
    if (file.format !== 'h-neuron-questions') return tableReport(file, about, options);
    const { header, questions } = file.set;
    return {
      ...NOTHING,
      name: header.name,
      format: file.format,
      columns: [],
      questions: questions.length,
      relations: header.relations,
      first: questions.slice(0, FIRST),
      rows: questions.length,
      sources: Object.values(header.sources),
    };
  });
}

function mappingText({
  question,
  answers,
  aliases = [],
  group,
  id,
  choices = [],
  right,
  key,
  ask,
}: ColumnMapping): string {
  const parts = [
    ['question', question],
    ['answers', answers],
    ...aliases.map((path) => ['aliases', path]),
    ['group', group],
    ['id', id],
    ...choices.map((path) => ['choices', path]),
    ['right', right === '' ? undefined : right],
    ['key', choices.length > 0 && key !== undefined ? KEY_FORMS[key] : undefined],
    ['ask', choices.length > 0 ? (ask ?? 'open') : undefined],
  ];
  return parts
    .filter(([, path]) => path !== undefined)
    .map(([what, path]) => `${what}=${path}`)
    .join(',');
}

function relationsText(relations: Readonly<Record<string, number>>): string {
  const all = Object.entries(relations).toSorted(([, a], [, b]) => b - a);
  const more = all.length > RELATIONS_SHOWN ? `, and ${all.length - RELATIONS_SHOWN} more` : '';
  return `${all
    .slice(0, RELATIONS_SHOWN)
    .map(([name, count]) => `${shownName(name)} ${count}`)
    .join(', ')}${more}`;
}

function outcomeLines({ questions, rows, skipped, first, relations, problem }: QuestionsReport): string[] {
  if (problem !== undefined) return [problem];
  const left = skipped.first.slice(0, REASONS_SHOWN).map(({ where, reason }) => `  ${where} ${reason}`);
  return [
    `${questions} questions from ${rows} rows; ${skipped.count} rows give none`,
    ...left,
    ...(skipped.count > left.length ? [`  … ${skipped.count - left.length} more`] : []),
    'first questions:',
    ...first.map(
      ({ question, answers }) =>
        `  ${shownName(question, QUESTION_LENGTH)} ${listedNames(answers.slice(0, ANSWERS_SHOWN))}`,
    ),
    `groups: ${relationsText(relations)}`,
  ];
}

export function questionsText(report: QuestionsReport): string {
  const { columns, mapping, sources } = report;
  return [
    `${shownName(report.name)}: ${report.format}`,
    ...(report.notice ? [report.notice] : []),
    ...(columns.length > 0 ? ['columns:'] : []),
    ...columns.map(({ path, samples }) => `  ${shownName(path)}: ${listedNames(samples)}`),
    ...(mapping ? [`--columns ${JSON.stringify(shownText(mappingText(mapping)))}`] : []),
    ...outcomeLines(report),
    ...sources.map(
      ({ name, url, licence }) =>
        `source: ${shownName(name)}${url === undefined ? '' : `, ${shownName(url, QUESTION_LENGTH)}`}; licence: ${shownName(licence)}`,
    ),
  ].join('\n');
}
