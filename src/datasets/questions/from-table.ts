import { type ReadingBudget, readingBudget, textMemory } from '../../lib/bytes/reading-budget.ts';
import { EngineError } from '../../lib/errors.ts';
import { listedNames, shownName } from '../../lib/shown.ts';
import { fnv1a } from '../../model/fingerprint.ts';
import { normalised } from '../normalise.ts';
import { lostCells } from '../tables/lost-cells.ts';
import { type Cell, cellAt, type ReadOptions, type Table, type TableRow } from '../tables/table.ts';
import { answersInCells, type Separator } from './answer-cell.ts';
import { type ChoiceReader, choiceReader, rivalsOf, withChoices } from './choice-rows.ts';
import { isRight, type KeyForm } from './choices.ts';
import { type ColumnMapping, guessSeparator, truthsOf } from './columns.ts';
import { decodeEntities } from './entities.ts';
import type { Question, QuestionSet, QuestionSource } from './question-set.ts';

/** What is said of an imported set. */
export interface AboutSet {
  readonly name: string;
  readonly description?: string;
  readonly source: QuestionSource;
}

/** A row that gives no question, and why. */
interface SkippedRow {
  readonly where: string;
  readonly reason: string;
}

export interface SkippedRows {
  readonly count: number;
  /** Number of rows by reason. */
  readonly reasons: Readonly<Record<string, number>>;
  /** The first of them, at most `LISTED`. */
  readonly first: readonly SkippedRow[];
}

export interface ImportedSet {
  readonly set: QuestionSet;
  readonly rows: number;
  readonly skipped: SkippedRows;
  /** What cells of the wanted columns hold that nothing can be made of. */
  readonly notice?: string;
  /** How the answers name one of the choices, where the questions offer some. */
  readonly key?: KeyForm;
}

export interface ImportOptions extends ReadOptions {
  /** Questions at most, from the start. */
  readonly limit?: number;
}

/** Rows without a question that are listed one by one. */
const LISTED = 100;
/** Reasons that are counted by themselves. */
const REASONS = 1000;
/** The group of all questions where no column groups them. */
const ALL = 'all';
const LENGTH_AT_MOST = 2000;
const GROUP_LENGTH = 200;
const ID_LENGTH = 200;
/** Characters of a set at most, as its file may hold. */
const SET_LIMIT = 64 * 2 ** 20;
/** Bytes of memory that a question takes beside its texts, and an answer. */
const QUESTION_MEMORY = 300;
const ANSWER_MEMORY = 40;
/** Letters of which looking at one text takes as long, whatever its length. */
const TEXT_WORK = 10;
const SOURCE = 'import';

/** The columns that a mapping names. */
function pathsOf({
  question,
  answers,
  aliases = [],
  group,
  id,
  choices = [],
  right,
}: ColumnMapping): string[] {
  const marks = right === '' ? undefined : right;
  return [question, answers, ...aliases, group, id, ...choices, marks].filter((path) => path !== undefined);
}

function checkColumns(table: Table, mapping: ColumnMapping): void {
  const known = table.columns.map(({ path }) => path);
  for (const path of pathsOf(mapping)) {
    if (known.some((each) => each === path || each.startsWith(`${path}.`))) continue;
    throw new EngineError(
      'bad-input',
      `${table.name} has no column ${listedNames([path])}; it has ${listedNames(known)}.`,
    );
  }
}

/** A text, number or truth value as text; '' for anything else. */
export function textOf(cell: Cell): string {
  return typeof cell === 'string' || typeof cell === 'number' || typeof cell === 'boolean'
    ? String(cell).trim()
    : '';
}

/** One group for a cell; the first item of a list. */
function groupOf(cell: Cell): string {
  const text = decodeEntities(textOf(Array.isArray(cell) ? cell[0] : cell))
    .trim()
    .slice(0, GROUP_LENGTH);
  return text === '' || text === '__proto__' ? 'none' : text;
}

/** Ids that come once: a second use of one gets a number. */
export function uniqueIds(): (wanted: string) => string {
  const used = new Set<string>();
  const uses = new Map<string, number>();
  return (wanted) => {
    let id = wanted;
    let use = uses.get(wanted) ?? 1;
    while (used.has(id)) id = `${wanted}/${++use}`;
    uses.set(wanted, use);
    used.add(id);
    return id;
  };
}

/** Turns rows into questions, or says why not. */
function questionMaker(
  mapping: ColumnMapping,
  separators: readonly Separator[],
  reader: ChoiceReader | undefined,
  truthOf: (cell: Cell) => Cell,
  work: ReadingBudget,
) {
  const asks = mapping.ask === 'choices';
  const paths = [mapping.answers, ...(mapping.aliases ?? [])];
  const { id: idPath, group } = mapping;
  const unique = uniqueIds();
  return ({ cells, problem }: TableRow): Question | string => {
    if (problem !== undefined) return problem;
    const { right = '' } = mapping;
    if (right !== '' && !isRight(cellAt(cells, right)))
      return `is not marked as right by the column "${shownName(right)}"`;
    const asked = cellAt(cells, mapping.question);
    const bare = typeof asked === 'string' ? decodeEntities(asked).trim() : '';
    const offered = reader && (asks || !reader.isAmong) ? reader.read(cells) : undefined;
    if (typeof offered === 'string') return offered;
    const question = asks && offered ? withChoices(bare, offered.all) : bare;
    if (question.length > LENGTH_AT_MOST) return `has a question of more than ${LENGTH_AT_MOST} characters`;
    const fact = normalised(bare).slice(0, LENGTH_AT_MOST);
    work.take(TEXT_WORK + bare.length);
    if (fact === '') return bare === '' ? 'has no question' : 'asks nothing in words';
    const [answer, ...aliases] = paths.map((path) => cellAt(cells, path));
    const given = [truthOf(answer), ...aliases];
    const answers = offered
      ? [...new Set([...offered.right, ...answersInCells(given.slice(1), separators.slice(1))])]
      : answersInCells(given, separators);
    work.take(answers.reduce((sum, { length }) => sum + TEXT_WORK + length, 0));
    if (answers.length === 0) return 'has no answer in words or numbers';
    const ownId = idPath === undefined ? '' : textOf(cellAt(cells, idPath)).slice(0, ID_LENGTH);
    const id = unique(ownId || fnv1a([new TextEncoder().encode(bare)]));
    const relation = group === undefined ? ALL : groupOf(cellAt(cells, group));
    const rivals = asks && offered ? rivalsOf(offered) : [];
    return {
      id,
      fact,
      question,
      answers,
      ...(rivals.length > 0 ? { rivals } : {}),
      relation,
      source: SOURCE,
    };
  };
}

/** Counts what was left out. */
export function skippedRows() {
  const reasons = new Map<string, number>();
  const first: SkippedRow[] = [];
  let count = 0;
  return {
    add(where: string, reason: string) {
      count++;
      const kind = reasons.has(reason) || reasons.size < REASONS ? reason : 'has some other fault';
      reasons.set(kind, (reasons.get(kind) ?? 0) + 1);
      if (first.length < LISTED) first.push({ where, reason });
    },
    done: (): SkippedRows => ({ count, reasons: Object.fromEntries(reasons), first }),
  };
}

function relationCounts(questions: readonly Question[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { relation } of questions) counts.set(relation, (counts.get(relation) ?? 0) + 1);
  return Object.fromEntries(counts);
}

function refuseMore({ name }: Table, { where }: TableRow, { length }: readonly Question[]): never {
  throw new EngineError(
    'bad-input',
    `Making questions of all rows of ${name} takes more memory or time than is given to a file of its size, from ${where} on; take the first ${length} or fewer.`,
  );
}

/**
 * Makes a question set of a table's rows. `fact` is the normalised question, so that the same question in other spelling
 * stays on one side of every split; an id is a hash of the question's text, so that it does not depend on other rows.
 * @throws EngineError `bad-input` where a column is not there, no row gives a question, or the set is too large
 */
export async function toQuestionSet(
  table: Table,
  mapping: ColumnMapping,
  about: AboutSet,
  options: ImportOptions = {},
): Promise<ImportedSet> {
  checkColumns(table, mapping);
  const { answers, aliases = [], separator } = mapping;
  const separators = [answers, ...aliases].map((path) => separator ?? guessSeparator(table, path));
  const { choices = [], key } = mapping;
  const reader = choices.length > 0 ? choiceReader(table, choices, answers, key) : undefined;
  // Comparing words takes time; so many letters can be looked at in the time that a file of this size has.
  const work = readingBudget(table.bytes, 0.1);
  const make = questionMaker(mapping, separators, reader, truthsOf(table, answers), work);
  const skipped = skippedRows();
  const lost = lostCells(pathsOf(mapping));
  const questions: Question[] = [];
  let rows = 0;
  let length = 0;
  const budget = readingBudget(table.bytes, 0.5);
  for await (const row of table.rows({ ...options, columns: pathsOf(mapping) })) {
    rows++;
    lost.add(row);
    const made = make(row);
    if (!work.take(0)) refuseMore(table, row, questions);
    if (typeof made === 'string') {
      skipped.add(row.where, made);
      continue;
    }
    const json = JSON.stringify(made);
    length += json.length;
    if (length > SET_LIMIT)
      throw new EngineError(
        'bad-input',
        `The questions of ${table.name} are over the limit of 64 MB at ${row.where}; take the first ${questions.length} or fewer.`,
      );
    if (!budget.take(QUESTION_MEMORY + ANSWER_MEMORY * made.answers.length + textMemory(json)))
      refuseMore(table, row, questions);
    questions.push(made);
    if (questions.length === options.limit) break;
  }
  reader?.check();
  const left = skipped.done();
  if (questions.length === 0)
    throw new EngineError(
      'bad-input',
      left.count === 0
        ? `${table.name} has no rows.`
        : `No row of ${table.name} gives a question: ${left.first[0].where} ${left.first[0].reason}; check which columns hold question and answers.`,
    );
  const notice = lost.said();
  const areShown = reader !== undefined && mapping.ask === 'choices';
  return {
    rows,
    skipped: left,
    ...(notice === undefined ? {} : { notice: `In ${shownName(table.name)}, ${notice}` }),
    ...(reader && (areShown || !reader.isAmong) ? { key: reader.form } : {}),
    set: {
      header: {
        format: 'h-neuron-questions',
        version: 1,
        name: about.name,
        description: about.description ?? `Imported from ${table.name}`,
        sources: { [SOURCE]: about.source },
        relations: relationCounts(questions),
        ...(areShown ? { asked: 'choices' as const } : {}),
      },
      questions,
    },
  };
}
