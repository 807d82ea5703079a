import { EngineError } from '../../lib/errors.ts';
import { listedNames } from '../../lib/shown.ts';
import { type Cell, isCells, type TableHead } from '../tables/table.ts';
import type { Separator } from './answer-cell.ts';
import type { KeyForm } from './choices.ts';
import { cellsOf, firstNamed, namesOf, texts } from './column-names.ts';
import { splitOutsideEntities } from './entities.ts';
import { guessChoices } from './guess-choices.ts';
import { guessMarked } from './marked-rows.ts';

/** Which columns hold what, by path. */
export interface ColumnMapping {
  readonly question: string;
  readonly answers: string;
  /** Further accepted answers. */
  readonly aliases?: readonly string[];
  /** What the questions are grouped by. */
  readonly group?: string;
  /** What tells questions apart; made from the question's text where it is left out. */
  readonly id?: string;
  /** What answers in one text are joined by; found out by column where it is left out. */
  readonly separator?: Separator;
  /**
   * The choices that the question offers: one column that lists them, or a column a choice. `answers` then says which of
   * them is right: by its label, letter, number or text, or by a mark for each.
   */
  readonly choices?: readonly string[];
  /** What marks rows whose answer is right with 1 or true, beside rows of wrong ones, which are left out; '' for none. */
  readonly right?: string;
  /** How `answers` names a choice; found out where it is left out. */
  readonly key?: KeyForm;
  /** Whether the model sees the choices; `open`, without them, where it is left out. */
  readonly ask?: 'open' | 'choices';
}

/** Names by which data sets call a column, the likeliest first; of a nested one its last two names count, too. */
const QUESTION =
  'question|question text|problem|query|prompt|input|instruction|question stem|stem|ctx|startphrase|qtext|goal|sentence|premise|q'.split(
    '|',
  );
const ANSWERS =
  'answers|answer value|answers text|best answer|possible answers|accepted answers|gold answers|golden answers|answer|right answer|answer text|correct answer|correct answers|answer aliases|short answers|short answer|target|targets|gold|ground truth|reference|output|object|obj|label|a'.split(
    '|',
  );
const ALIASES =
  'answer aliases|aliases|answers aliases|answer alias|correct answers|other answers|answer normalized aliases|normalized aliases|o aliases'.split(
    '|',
  );
const GROUP = 'relation|category|topic|group|prop|predicate|subject area|domain|question type|type'.split(
  '|',
);
const ID = 'id|question id|qid|uid|key|index|original index'.split('|');

/** Share of texts with a separator in them from which on a column is taken as one of joined answers. */
const JOINED = 0.25;
/** Share of texts that end in a question mark from which on a column is taken as the questions. */
const ASKING = 0.5;

/** Columns that a sentence shows. */
const MOST_SHOWN = 3;

const outerOf = (path: string) => path.slice(0, Math.max(0, path.lastIndexOf('.')));

const isAnswer = (cell: Cell): boolean => !isCells(cell) && !(Array.isArray(cell) && cell.some(isCells));

function shareOf<T>(all: readonly T[], test: (each: T) => boolean): number {
  return all.length === 0 ? 0 : all.filter(test).length / all.length;
}

function guessQuestion(table: TableHead, paths: readonly string[]): string | undefined {
  const isText = (path: string) => texts(cellsOf(table, path)).length > 0;
  const asking = (path: string) =>
    shareOf(texts(cellsOf(table, path)), (text) => text.trimEnd().endsWith('?'));
  const [task, material] = ['instruction', 'input'].map((name) => firstNamed(paths, [name], isText));
  // Where a task stands beside what it is about, neither is the question; where little stands there, the task is.
  if (task !== undefined && material !== undefined)
    return cellsOf(table, material).length * 2 > table.head.length ? undefined : task;
  const mostAsking = paths.toSorted((a, b) => asking(b) - asking(a))[0];
  // COPA's "question" is "cause" or "effect"; what it asks of is the premise.
  const areSentences = (path: string) =>
    shareOf(texts(cellsOf(table, path)), (text) => /\S\s+\S/.test(text)) > 0.5;
  return (
    firstNamed(paths, QUESTION, areSentences) ??
    firstNamed(paths, QUESTION, isText) ??
    (mostAsking !== undefined && asking(mostAsking) >= ASKING ? mostAsking : undefined)
  );
}

/** Whether values could be groups: short, and not all different. */
function isGroup(cells: readonly Cell[]): boolean {
  const short = cells.every((cell) => typeof cell === 'string' && cell.length <= 80);
  return cells.length > 0 && short && (cells.length < 3 || new Set(cells).size < cells.length);
}

function aliasesOf(paths: readonly (string | undefined)[]): Pick<ColumnMapping, 'aliases'> {
  const aliases = paths.filter((path) => path !== undefined);
  return aliases.length === 0 ? {} : { aliases };
}

/**
 * Guesses from names and first values which columns hold what. What cannot be guessed is left out; a file of two columns
 * has the answers beside the questions.
 */
export function guessColumns(table: TableHead): Partial<ColumnMapping> {
  const paths = table.columns.map(({ path }) => path);
  const question = guessQuestion(table, paths);
  const offered = question === undefined ? undefined : guessChoices(table, paths, question);
  const free = paths.filter((path) => path !== question && !offered?.taken.has(path));
  const holdsAnswers = (path: string) => {
    const cells = cellsOf(table, path);
    return cells.length > 0 && cells.every(isAnswer);
  };
  const marked = question === undefined || offered ? undefined : guessMarked(table, free, question);
  const numbered = free.filter(
    (path) => /^answer \d+$/.test(namesOf(path).at(-1) ?? '') && holdsAnswers(path),
  );
  const answers =
    offered?.answers ??
    marked?.answers ??
    firstNamed(free, ANSWERS, holdsAnswers) ??
    numbered[0] ??
    (question !== undefined && free.length === 1 ? free[0] : undefined);
  const rest = free.filter((path) => path !== answers && path !== marked?.right);
  // Beside wrong answers in columns of their own the right one may have other forms.
  const alias =
    offered && !offered.choices.includes(offered.answers)
      ? undefined
      : firstNamed(rest, ALIASES, holdsAnswers);
  // What is within the answer tells of the answer.
  const others = rest.filter((path) => path !== alias && outerOf(path) === outerOf(question ?? ''));
  const group = firstNamed(others, GROUP, (path) => isGroup(cellsOf(table, path)));
  const id = firstNamed(others, ID, (path) => {
    const cells = cellsOf(table, path);
    return cells.length === table.head.length && new Set(cells.map(String)).size === cells.length;
  });
  return {
    question,
    answers,
    ...aliasesOf(answers !== undefined && answers === numbered[0] ? numbered.slice(1) : [alias]),
    group,
    id,
    ...(offered ? { choices: offered.choices } : {}),
    ...(marked ? { right: marked.right } : {}),
  };
}

/** Truth values as tables of text have them, each with its other. */
const TRUTHS: readonly (readonly [isTrue: string, isFalse: string])[] = [
  ['true', 'false'],
  ['t', 'f'],
  ['y', 'n'],
];

/**
 * How a column of text writes true and false, where it holds nothing else: a table of text does not tell TRUE from "TRUE".
 * @returns a cell's truth value, or the cell
 */
export function truthsOf(table: TableHead, path: string): (cell: Cell) => Cell {
  const cells = cellsOf(table, path);
  const lower = (cell: Cell) => (typeof cell === 'string' ? cell.trim().toLowerCase() : '');
  const pair = TRUTHS.find((each) => cells.length > 0 && cells.every((cell) => each.includes(lower(cell))));
  if (pair === undefined) return (cell) => cell;
  return (cell) => (pair.includes(lower(cell)) ? lower(cell) === pair[0] : cell);
}

/** What the texts of a column are joined by: a name in the plural needs one such text, another a quarter of them. */
export function guessSeparator(table: TableHead, path: string): Separator {
  const plain = texts(cellsOf(table, path)).filter((text) => !/^\s*[[{]/.test(text));
  const isPlural = /(answers|aliases|targets)$/.test(namesOf(path)[0]);
  for (const separator of [';', '|'] as const) {
    const share = shareOf(plain, (text) => splitOutsideEntities(text, separator).length > 1);
    if (isPlural ? share > 0 : share >= JOINED) return separator;
  }
  return '';
}

/**
 * The columns to read: those that are chosen, question and answers guessed where they are not; all guessed where nothing
 * is chosen.
 * @throws EngineError `bad-input` with the names of the columns where a guess fails
 */
export function completeMapping(table: TableHead, chosen?: Partial<ColumnMapping>): ColumnMapping {
  const guessed = guessColumns(table);
  const { question = guessed.question, answers = guessed.answers } = chosen ?? {};
  const given: { -readonly [key in keyof ColumnMapping]?: ColumnMapping[key] } | undefined = chosen && {
    ...chosen,
  };
  // Choices and marks belong to the answers that were guessed with them.
  if (given && answers === guessed.answers) {
    given.choices ??= guessed.choices;
    given.right ??= guessed.right;
  }
  if (question === undefined || answers === undefined) {
    const known = listedNames(
      table.columns.map(({ path }) => path),
      MOST_SHOWN,
    );
    throw new EngineError(
      'bad-input',
      `No column of ${table.name} looks like the ${question === undefined ? 'questions' : 'answers'}; name the column. It has ${known}.`,
    );
  }
  return { ...(given ?? guessed), question, answers };
}
