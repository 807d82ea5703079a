import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { aboutSplit, chooseSplit, fetchSplit, listDataset, parseHubName } from '../../../datasets/hub/hub.ts';
import type { Separator } from '../../../datasets/questions/answer-cell.ts';
import type { KeyForm } from '../../../datasets/questions/choices.ts';
import { type ColumnMapping, completeMapping } from '../../../datasets/questions/columns.ts';
import { type AboutSet, type ImportedSet, toQuestionSet } from '../../../datasets/questions/from-table.ts';
import { ofRelations, type QuestionSet } from '../../../datasets/questions/question-set.ts';
import { type OwnSet, readTable } from '../../../datasets/tables/read-table.ts';
import type { Table } from '../../../datasets/tables/table.ts';
import { NO_LICENCE } from '../../../lib/bytes/hub.ts';
import type { Progress } from '../../../lib/bytes/progress.ts';
import { EngineError } from '../../../lib/errors.ts';
import { withFile } from '../../../node/file-source.ts';
import { sayNotice } from '../../../node/prompt-options.ts';

/** Question sets that come with the program. */
const BUILT_IN = ['facts', 'invented'] as const;
const HUB_PREFIX = 'hub:';
const COLUMN_KEYS = [
  'question',
  'answers',
  'aliases',
  'group',
  'id',
  'separator',
  'choices',
  'right',
  'key',
  'ask',
] as const;
/** How answers name a choice, in the words of the terminal. */
export const KEY_FORMS: Readonly<Record<KeyForm, string>> = {
  label: 'label',
  marks: 'marks',
  letter: 'letter',
  text: 'text',
  'from 0': 'from-0',
  'from 1': 'from-1',
};
const PROGRESS_STEP = 2 ** 20;

export type ColumnChoice = Partial<ColumnMapping>;

/** Which questions of a set are asked. */
export interface QuestionChoice {
  readonly limit?: number;
  readonly relations?: readonly string[];
  /** Columns of a table; guessed where they are left out. */
  readonly columns?: ColumnChoice;
}

/** A file of questions, and what is said of the set that it makes. */
export interface OpenedQuestions {
  readonly file: Table | OwnSet;
  readonly about: AboutSet;
}

const builtInPath = (name: string) =>
  fileURLToPath(new URL(`../../../../public/questions/${name}.jsonl`, import.meta.url));

/** "question=Question,answers=Best Answer,aliases=Correct Answers": columns by what they hold; `aliases` and `choices` may come more than once. */
export function parseColumns(text: string): ColumnChoice {
  const parts = text.split(new RegExp(`,(?=(?:${COLUMN_KEYS.join('|')})=)`));
  const aliases: string[] = [];
  const choices: string[] = [];
  const chosen: { -readonly [key in keyof ColumnMapping]?: ColumnMapping[key] } = {};
  for (const part of parts) {
    const equals = part.indexOf('=');
    const key = COLUMN_KEYS.find((each) => each === part.slice(0, equals));
    const value = part.slice(equals + 1);
    if (key === undefined || value === '')
      throw new EngineError(
        'bad-input',
        `--columns takes ${COLUMN_KEYS.join('=…, ')}=… joined by commas, like question=Question,answers=Answer, not "${part}".`,
      );
    if (key === 'aliases') aliases.push(value);
    else if (key === 'choices') choices.push(value);
    else if (key === 'key') chosen.key = keyFormOf(value);
    else if (key === 'ask') chosen.ask = askOf(value);
    else if (key === 'separator') chosen.separator = separatorOf(value);
    else chosen[key] = key === 'right' && value === 'none' ? '' : value;
  }
  return {
    ...chosen,
    ...(aliases.length > 0 ? { aliases } : {}),
    ...(choices.length > 0 ? { choices: choices.join() === 'none' ? [] : choices } : {}),
  };
}

function keyFormOf(value: string): KeyForm {
  const form = (Object.keys(KEY_FORMS) as KeyForm[]).find((each) => KEY_FORMS[each] === value);
  if (form !== undefined) return form;
  throw new EngineError(
    'bad-input',
    `The right choice is named by its ${Object.values(KEY_FORMS).join(', ')}, not by "${value}".`,
  );
}

function askOf(value: string): 'open' | 'choices' {
  if (value === 'open' || value === 'choices') return value;
  throw new EngineError(
    'bad-input',
    `Questions are asked as "open" or with their "choices", not as "${value}".`,
  );
}

function separatorOf(value: string): Separator {
  if (value === ';' || value === '|') return value;
  if (value === 'none') return '';
  throw new EngineError('bad-input', `The separator of answers is ";", "|" or none, not "${value}".`);
}

/** A line that is written over, on a terminal only. */
function progressLine(): (progress: Progress) => void {
  let next = 0;
  return ({ stage, done, total, unit }) => {
    if (!process.stderr.isTTY || unit !== 'bytes' || (done < next && done !== total)) return;
    next = done + PROGRESS_STEP;
    const of = total === undefined ? '' : ` of ${(total / 2 ** 20).toFixed(1)}`;
    process.stderr.write(`\r${stage}: ${(done / 2 ** 20).toFixed(1)}${of} MB${done === total ? '\n' : ''}`);
  };
}

async function withHubSet<T>(name: string, use: (opened: OpenedQuestions) => Promise<T>): Promise<T> {
  const wanted = parseHubName(name);
  const dataset = await listDataset(wanted.id, { host: process.env.HF_ENDPOINT });
  const split = chooseSplit(dataset, wanted);
  const file = await fetchSplit(dataset, split, { onProgress: progressLine() });
  return use({ file, about: aboutSplit(dataset, split) });
}

/** Opens a question set by the name of a built-in one, from a file, or from the Hub, while `use` runs. */
export async function withQuestions<T>(
  place: string,
  use: (opened: OpenedQuestions) => Promise<T>,
): Promise<T> {
  if (place.startsWith(HUB_PREFIX)) return withHubSet(place.slice(HUB_PREFIX.length), use);
  const path = BUILT_IN.some((name) => name === place) ? builtInPath(place) : place;
  if (!existsSync(path))
    throw new EngineError(
      'load-failed',
      `There is no question set at ${place}; give a file, hub:OWNER/NAME, or one of the built-in names: ${BUILT_IN.join(', ')}.`,
    );
  return withFile(path, async (source) => {
    const name = basename(path);
    const file = await readTable(source, name);
    return use({
      file,
      about: { name: name.replace(/\.\w+$/, ''), source: { name, licence: NO_LICENCE } },
    });
  });
}

/** The questions of a table; `columns` are guessed where they are left out. */
function importTable(
  { table, about }: { readonly table: Table; readonly about: AboutSet },
  columns?: ColumnChoice,
  limit?: number,
): Promise<ImportedSet> {
  return toQuestionSet(table, completeMapping(table, columns), about, { limit });
}

/**
 * Reads a question set by the name of a built-in one, from a file (the project's own, CSV, TSV, JSON, JSONL or Parquet),
 * or from the Hub as `hub:owner/name[:config[:split]]`. Rows that give no question are left out.
 * @param choice.limit takes only so many questions from the start
 * @param choice.relations takes the questions of these only
 * @param choice.columns which columns of a table hold what
 */
export function readQuestions(place: string, choice: QuestionChoice = {}): Promise<QuestionSet> {
  const { limit, relations, columns } = choice;
  return withQuestions(place, async ({ file, about }) => {
    let set: QuestionSet;
    if (file.format === 'h-neuron-questions') set = file.set;
    else {
      const made = await importTable({ table: file, about }, columns, relations ? undefined : limit);
      sayNotice(made.notice ?? file.notice ?? '');
      set = made.set;
    }
    const wanted = relations ? ofRelations(set, relations) : set;
    return limit === undefined ? wanted : { ...wanted, questions: wanted.questions.slice(0, limit) };
  });
}
