import { type Cell, cellAt, type TableHead } from '../tables/table.ts';
import { type AMBIGUOUS, choicesOf, type KeyForm, keyForm, MARKS, type RowChoices } from './choices.ts';
import { cellsOf, firstNamed, namesOf } from './column-names.ts';
import { rightAmongWrong } from './wrong-answers.ts';

/** Columns of the choices and of what says which is right. */
export interface OfferedChoices {
  readonly choices: readonly string[];
  readonly answers: string;
  /** Columns that hold nothing else: choices and their labels. */
  readonly taken: ReadonlySet<string>;
}

/** Names by which data sets call a column that lists the choices, the likeliest first. */
const LISTS =
  'choices text|options text|choices|options|endings|mc 1 targets choices|mc 1 targets|mc 2 targets choices|mc 2 targets|candidates|choice|answer choices|answer options|possible choices|answers text|answers'.split(
    '|',
  );

/** Those of them that say beyond doubt that there are choices. */
const UNREAD = LISTS.filter((name) => /\b(?:choices|options)$/.test(name));

/** What names of columns begin with that hold one choice each; a letter or a number follows. */
const SINGLES =
  /^(?:option|choice|answer|ending|opt|op|ans|sol|solution|alternative|candidate|c|)\s?([a-z]|\d{1,2})$/;

/** Names by which data sets call what says which choice is right, the likeliest first. */
const KEYS =
  'answer key|correct key|answer idx|answer index|answer id|correct answer id|correct answer idx|correct answer index|correct idx|correct index|correct option|correct choice|correct letter|correct|answer letter|label|labels|gold|gold label|gold index|gold idx|target|cop|ra|answer|correct answer|right answer|solution|ans|key'.split(
    '|',
  );

/** Those that say that one of several answers is right, and the others are wrong. */
const RIGHT_KEYS = KEYS.filter((name) => /^(?:correct|right)/.test(name));

const NUMBER_KEYS = KEYS.filter((name) => /correct|index|idx/.test(name));

const outerOf = (path: string) => path.slice(0, Math.max(0, path.lastIndexOf('.')));

/** Columns of one choice each, in order: A to D, option1 to option4. */
function singles(paths: readonly string[]): string[] | undefined {
  const runs = new Map<string, { readonly path: string; readonly mark: string }[]>();
  for (const path of paths) {
    const name = namesOf(path).at(-1) ?? '';
    const mark = SINGLES.exec(name)?.[1];
    if (mark === undefined) continue;
    const family = `${outerOf(path)} ${name.slice(0, -mark.length).trim()} ${/\d/.test(mark)}`;
    runs.set(family, [...(runs.get(family) ?? []), { path, mark }]);
  }
  const placeOf = (mark: string) => (/\d/.test(mark) ? Number(mark) : mark.charCodeAt(0));
  return [...runs.values()]
    .map((run) => run.toSorted((a, b) => placeOf(a.mark) - placeOf(b.mark)))
    .map((run) => run.filter(({ mark }, at) => placeOf(mark) === placeOf(run[0].mark) + at))
    .filter((run) => run.length >= 2 && ['a', '0', '1'].includes(run[0].mark))
    .toSorted((a, b) => b.length - a.length)[0]
    ?.map(({ path }) => path);
}

/** Choices and keys of the first rows that offer choices. */
function rowsWithChoices(
  table: TableHead,
  choices: readonly string[],
  answers: string,
): (readonly [RowChoices, Cell])[] {
  return table.head.flatMap(({ cells, problem }) => {
    const offered = problem === undefined ? choicesOf(cells, choices) : undefined;
    return offered ? [[offered, cellAt(cells, answers)] as const] : [];
  });
}

/** How the column of the answers says which of the choices is right; nothing where it does not. */
export function formOf(
  table: TableHead,
  choices: readonly string[],
  answers: string,
): KeyForm | typeof AMBIGUOUS | undefined {
  const rows = rowsWithChoices(table, choices, answers);
  return rows.length === 0 ? undefined : keyForm(rows, countingOf(table, choices, answers, rows));
}

/**
 * What numbers count from by custom: from 0 in a list, as classes ("label": 1) and beside columns that letters or numbers
 * from 0 name; from 1 where texts give the number of a column, as WinoGrande's. Nothing where there is no custom: a table
 * of text does not tell "1" from 1.
 */
function countingOf(
  table: TableHead,
  choices: readonly string[],
  answers: string,
  rows: readonly (readonly [RowChoices, Cell])[],
): 'from 0' | 'from 1' | undefined {
  if (choices.length === 1) return 'from 0';
  const number = /\d+$/.exec(choices[0])?.[0];
  if (number !== undefined && Number(number) === 0) return 'from 0';
  const isNumber = rows.some(([, key]) => typeof key === 'number');
  const isClass = /\b(?:label|idx|index|cop)$/.test(namesOf(answers).at(-1) ?? '');
  if (isNumber) return number === undefined || isClass ? 'from 0' : undefined;
  const tellsTexts = table.format !== 'csv' && table.format !== 'tsv';
  return tellsTexts && number !== undefined && !isClass ? 'from 1' : undefined;
}

/** The column that says which of the choices is right. */
function keyOf(table: TableHead, paths: readonly string[], choices: readonly string[]): string | undefined {
  const [first] = choices;
  const fits = (path: string) => formOf(table, choices, path) !== undefined;
  const others = paths.filter((path) => !choices.includes(path) && !isBeside(path, first));
  const labelled = firstNamed(others, KEYS, (path) => formOf(table, choices, path) === 'label');
  if (labelled !== undefined && choices.length === 1) return labelled;
  // Labels beside a list are marks of the right ones, or only names.
  const marks = ['labels', 'label', ...MARKS]
    .map((name) => `${outerOf(first)}.${name}`)
    .find((path) => paths.includes(path) && formOf(table, choices, path) === 'marks');
  if (marks !== undefined) return marks;
  if (formOf(table, choices, first) === 'marks') return first;
  // Lists of answers are mostly forms of one answer: only a number, or a name, can say that they are choices.
  const areAnswers = choices.length === 1 && namesOf(first).some((name) => /^answers\b/.test(name));
  const isOf = (path: string, forms: readonly string[]) => forms.includes(formOf(table, choices, path) ?? '');
  if (areAnswers)
    return (
      firstNamed(others, NUMBER_KEYS, (path) => isOf(path, ['from 0', 'from 1'])) ??
      firstNamed(others, RIGHT_KEYS, (path) => isOf(path, ['text', 'letter', 'label'])) ??
      (areOneLength(table, choices)
        ? firstNamed(others, KEYS, (path) => isOf(path, ['from 0', 'from 1', 'letter']))
        : undefined)
    );
  return (
    firstNamed(others, KEYS, fits) ?? firstNamed(others, KEYS, (path) => looksLikeKey(cellsOf(table, path)))
  );
}

/** Whether lists are of one length in all rows, of three items at least: those of an answer's forms seldom are. */
function areOneLength(table: TableHead, [path]: readonly string[]): boolean {
  const lengths = new Set(
    table.head.map(({ cells }) => choicesOf(cells, [path])?.texts.filter((text) => text !== '').length),
  );
  const [length = 0] = lengths;
  return lengths.size === 1 && length >= 3;
}

/** Letters of several choices, or a number: what no one would give as an answer beside choices that are none of it. */
const looksLikeKey = (cells: readonly Cell[]) =>
  cells.length > 0 && cells.every((cell) => /^(?:[A-J](?:[ ,;&]*[A-J]){0,9}|-?\d{1,2})$/.test(String(cell)));

/** Whether a path is of the labels beside a list of choices. */
const isBeside = (path: string, list: string) =>
  list.includes('.') && outerOf(path) === outerOf(list) && /\.labels?$/.test(path);

/** Columns without names (a table without a header) of which the last has a letter for one of those before it. */
function nameless(table: TableHead, paths: readonly string[], question: string): OfferedChoices | undefined {
  if (!paths.every((path) => /^column \d+$/.test(path)) || paths.length < 4) return undefined;
  const answers = paths[paths.length - 1];
  const choices = paths.slice(1, -1);
  if (question !== paths[0] || formOf(table, choices, answers) !== 'letter') return undefined;
  return { choices, answers, taken: new Set([...choices, answers]) };
}

/**
 * Guesses from names and first values whether the questions of a table offer choices: ARC, MMLU, HellaSwag,
 * CommonsenseQA, OpenBookQA, RACE, TruthfulQA's targets, and tables with a column a choice.
 */
export function guessChoices(
  table: TableHead,
  paths: readonly string[],
  question: string,
): OfferedChoices | undefined {
  // Names of nested columns may hold dots themselves, as choices that are keys do.
  const outer = new Set(
    paths.flatMap((path) => (path.includes('.') ? [outerOf(path), path.slice(0, path.indexOf('.'))] : [])),
  );
  const offers = (path: string) => rowsOffering(table, [path]) * 2 > table.head.length;
  const candidates = [...paths, ...outer].filter((path) => path !== question);
  const lists = LISTS.map((name) => firstNamed(candidates, [name], offers)).filter(
    (path) => path !== undefined,
  );
  const single = singles(paths.filter((path) => path !== question));
  for (const choices of [...new Set(lists)].map((path) => [path]).concat(single ? [single] : [])) {
    const answers = keyOf(table, paths, choices);
    if (answers === undefined) continue;
    const isTaken = (path: string) =>
      path === answers ||
      choices.some((each) => path === each || path.startsWith(`${each}.`) || isBeside(path, each));
    return { choices, answers, taken: new Set(paths.filter(isTaken)) };
  }
  return amongWrong(table, paths, question) ?? nameless(table, paths, question) ?? unread(table, candidates);
}

/** The right choice in a column of its own, beside columns of wrong ones. */
function amongWrong(
  table: TableHead,
  paths: readonly string[],
  question: string,
): OfferedChoices | undefined {
  const found = rightAmongWrong(
    table,
    paths.filter((path) => path !== question),
  );
  if (found === undefined) return undefined;
  const choices = [found.right, ...found.wrong];
  return { choices, answers: found.right, taken: new Set(choices) };
}

/** Choices that cannot be told apart beside letters that name one: read as they are, a letter would be the answer. */
function unread(table: TableHead, paths: readonly string[]): OfferedChoices | undefined {
  const areLetters = (cells: readonly Cell[]) =>
    cells.length > 0 && cells.every((cell) => /^\(?[A-J][).]?$/.test(String(cell)));
  const list = firstNamed(paths, UNREAD, (path) => cellsOf(table, path).length > 0);
  const answers =
    list && firstNamed(paths, KEYS, (path) => path !== list && areLetters(cellsOf(table, path)));
  return answers && list ? { choices: [list], answers, taken: new Set([list, answers]) } : undefined;
}

function rowsOffering(table: TableHead, choices: readonly string[]): number {
  return table.head.filter(({ cells, problem }) => problem === undefined && choicesOf(cells, choices)).length;
}
