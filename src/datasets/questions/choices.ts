import { normalised } from '../normalise.ts';
import { type Cell, type Cells, cellAt, isCells } from '../tables/table.ts';
import { structureIn } from './answer-cell.ts';
import { decodeEntities, splitOutsideEntities } from './entities.ts';
import { holdsSeveral } from './wrong-answers.ts';

/** How a column says which choice is right. */
export type KeyForm = 'label' | 'marks' | 'letter' | 'text' | 'from 0' | 'from 1';

/** The choices of a row, in order, and the labels that the row gives them. */
export interface RowChoices {
  /** '' where there is none at a place, so that letters and numbers name the others as before. */
  readonly texts: readonly string[];
  /** The choices with the labels that stand in their texts, where these were taken off. */
  readonly labelled?: readonly string[];
  readonly labels?: readonly string[];
  /** A mark for each choice, of which those of the right ones are 1 or true. */
  readonly marks?: readonly boolean[];
}

const CHOICES_AT_MOST = 100;
const LABELS = ['label', 'labels'];

/** A text or a number as text; '' for anything else. */
function plainText(cell: Cell): string {
  if (typeof cell === 'string') return decodeEntities(cell).trim();
  return typeof cell === 'number' || typeof cell === 'boolean' ? String(cell) : '';
}

/** Marks as JSON, CSV and Python write them: of the right choice, and of a wrong one. */
const RIGHT = new Set(['1', '1.0', 'true']);
const WRONG = new Set(['0', '0.0', 'false']);
/** Whether a cell marks something as right. */
export const isRight = (cell: Cell) => RIGHT.has(plainText(cell).toLowerCase());
/** Whether a cell marks something as right or as wrong. */
export const isMark = (cell: Cell) => isRight(cell) || WRONG.has(plainText(cell).toLowerCase());

/** Whether a cell has one mark a choice and marks some choice right. */
function marksOf(cell: Cell, count: number): boolean[] | undefined {
  if (!Array.isArray(cell) || cell.length !== count || !cell.every(isMark) || !cell.some(isRight))
    return undefined;
  return cell.map(isRight);
}

/** Choices of "a ) 38 , b ) 27.675 , c ) 30", as MathQA writes them: labels that follow each other from the first. */
function listedInText(given: string): RowChoices | undefined {
  const text = given.replace(/\s+/g, ' ').trim();
  const labels: string[] = [];
  const bounds: (readonly [start: number, end: number])[] = [];
  for (const { 0: mark, 1: label, index } of text.matchAll(/(?<![^\s,;])\(?([a-jA-J]|10|[1-9]) ?[).] /g)) {
    const previous = labels.at(-1);
    const isNext = previous === undefined ? index === 0 && /[aA1]/.test(label) : follows(previous, label);
    if (!isNext) continue;
    labels.push(label);
    bounds.push([index, index + mark.length]);
  }
  const texts = bounds.map(([, end], at) => withoutTail(text.slice(end, bounds[at + 1]?.[0])));
  return labels.length >= 2 ? { texts, labels } : undefined;
}

const follows = (previous: string, label: string) =>
  /\d/.test(previous)
    ? Number(label) === Number(previous) + 1
    : label.charCodeAt(0) === previous.charCodeAt(0) + 1;

/** A choice without the comma or semicolon that parts it from the next one. */
function withoutTail(text: string): string {
  const trimmed = text.trim();
  return /[,;]$/.test(trimmed) ? trimmed.slice(0, -1).trim() : trimmed;
}

/** Choices of "red; green", "red | green" or of one a line. */
function joinedInText(text: string): RowChoices | undefined {
  for (const separator of ['\n', '|', ';']) {
    const texts = splitOutsideEntities(text.trim(), separator).map(plainText);
    if (texts.length >= 2 && texts.every((each) => each !== '')) return ofList(texts, undefined);
  }
  return undefined;
}

/** The choice of "A)21" or "(B) 7"; the text itself where no label stands before it. */
function withoutLabel(text: string, at: number): string {
  const letter = String.fromCharCode(65 + at);
  const match = /^\(?([A-Za-z])\s?[).:]\s*(?=\S)/.exec(text);
  return match?.[1].toUpperCase() === letter ? text.slice(match[0].length) : text;
}

/** Keys under which data sets keep a choice's text, its label, and whether it is right. */
const TEXTS = ['text', 'value', 'choice', 'answer', 'option', 'content', 'body', 'atext'];
const NAMES = ['label', 'key', 'letter', 'aid', 'id'];
export const MARKS = ['correct', 'isCorrect', 'is_correct', 'right', 'isRight', 'is_right', 'is_answer'];

const firstOf = (object: Cells, keys: readonly string[]): Cell =>
  keys
    .map((key) => (Object.hasOwn(object, key) ? object[key] : undefined))
    .find((cell) => cell !== undefined);

function ofList(list: readonly Cell[], labels: Cell): RowChoices {
  const objects = list.filter(isCells);
  if (objects.length === list.length && list.length > 0)
    return {
      ...ofList(
        objects.map((object) => firstOf(object, TEXTS)),
        objects.map((object) => firstOf(object, NAMES)),
      ),
      marks: marksOf(
        objects.map((object) => firstOf(object, MARKS) ?? false),
        objects.length,
      ),
    };
  const texts = list.map(plainText);
  const bare = texts.map(withoutLabel);
  const areLabelled = bare.every((text, at) => text !== texts[at]);
  return {
    ...(areLabelled ? { texts: bare, labelled: texts } : { texts }),
    labels: Array.isArray(labels) && labels.length === texts.length ? labels.map(plainText) : undefined,
    marks: marksOf(labels, texts.length),
  };
}

/** Choices of an object: `{text: […], label: […]}`, `{A: "…", B: "…"}` or `{"a choice": 1, "another": 0}`. */
function ofObject(object: Cells): RowChoices | undefined {
  const list = object.text ?? object.choices ?? object.texts;
  if (Array.isArray(list)) return ofList(list, object.label ?? object.labels);
  const keys = Object.keys(object);
  const values = Object.values(object);
  const marks = marksOf(values, keys.length);
  if (marks) return { texts: keys.map((key) => decodeEntities(key).trim()), marks };
  return { texts: values.map(plainText), labels: keys };
}

/** The labels that stand beside a list of choices: `choices.label` beside `choices.text`. */
function labelsBeside(cells: Cells, path: string): Cell {
  const outer = path.slice(0, Math.max(0, path.lastIndexOf('.')));
  return outer === ''
    ? undefined
    : LABELS.map((name) => cellAt(cells, `${outer}.${name}`)).find(Array.isArray);
}

/** The choices in a cell of one of several columns; more than one only where the column's name is in the plural. */
function severalIn(cell: Cell, path: string): readonly Cell[] {
  if (!holdsSeveral(path)) return [cell];
  const held = typeof cell === 'string' ? (structureIn(cell) ?? cell) : cell;
  if (Array.isArray(held)) return held;
  return (typeof held === 'string' && joinedInText(held)?.texts) || [held];
}

/**
 * The choices that a row offers: a list in one column (also as text that JSON, Python or NumPy write), or a column a
 * choice. Nothing where there are fewer than two.
 * @param paths of one column that lists them, or of one a choice
 */
export function choicesOf(cells: Cells, paths: readonly string[]): RowChoices | undefined {
  let found: RowChoices | undefined;
  if (paths.length > 1) {
    const lists = paths.map((path) => severalIn(cellAt(cells, path), path));
    const labels = lists.every((list) => list.length === 1)
      ? paths.map((path) => path.slice(path.lastIndexOf('.') + 1))
      : undefined;
    found = { ...ofList(lists.flat(), undefined), labels };
  } else {
    const given = cellAt(cells, paths[0]);
    const cell = typeof given === 'string' ? (structureIn(given) ?? given) : given;
    if (Array.isArray(cell)) found = ofList(cell, labelsBeside(cells, paths[0]));
    else if (cell !== undefined && isCells(cell)) found = ofObject(cell);
    else if (typeof cell === 'string') found = listedInText(cell) ?? joinedInText(cell);
  }
  const isUsable =
    found && found.texts.length <= CHOICES_AT_MOST && found.texts.filter((text) => text !== '').length >= 2;
  return isUsable ? found : undefined;
}

/** "B" of "B", "(b)", "B.", "[B]", "option_b", "Answer: B" or "answerB". */
function letterIn(key: string): number | undefined {
  const match = /^(?:(?:option|choice|answer|opt|ans)[\s_:-]*)?[([*]{0,2}([A-Za-z])[)\].:*]{0,2}$/i.exec(key);
  return match ? match[1].toUpperCase().charCodeAt(0) - 65 : undefined;
}

function numberIn(key: string): number | undefined {
  const match = /^(?:(?:option|choice|answer|opt|ans|ending|sol)[\s_-]*)?\(?(\d{1,3})(?:\.0+)?[).:]?$/i.exec(
    key,
  );
  return match ? Number(match[1]) : undefined;
}

/** Places of the choices that a key names, read in one form; none where it names no choice. */
function placesIn(choices: RowChoices, given: Cell, form: KeyForm): number[] {
  const { texts, marks } = choices;
  const key = typeof given === 'string' ? (structureIn(given) ?? given) : given;
  if (form === 'marks') {
    // Labels such as 0 and 1 are no marks where another column says which of them is right.
    const isOwn = Array.isArray(key) || (key !== undefined && isCells(key));
    const found = marksOf(key, texts.length) ?? (isOwn ? marks : undefined) ?? [];
    return found.flatMap((right, at) => (right ? [at] : []));
  }
  if (Array.isArray(key))
    return key.flatMap((each: Cell) => (Array.isArray(each) ? [] : placesIn(choices, each, form)));
  const text = plainText(key);
  if (text === '') return [];
  const at = placeOf(text, choices, form);
  return at !== undefined && at >= 0 && at < texts.length && texts[at] !== '' ? [at] : [];
}

function placeOf(key: string, { texts, labels, labelled }: RowChoices, form: KeyForm): number | undefined {
  if (form === 'label') {
    const bare = key.replace(/^\(|[).:]$/g, '').toLowerCase();
    return labels?.findIndex(
      (label) => label.toLowerCase() === key.toLowerCase() || label.toLowerCase() === bare,
    );
  }
  if (form === 'letter') return letterIn(key);
  if (form === 'text') {
    const exact = Math.max(texts.indexOf(key), labelled?.indexOf(key) ?? -1);
    const wanted = normalised(key);
    if (exact !== -1 || wanted === '') return exact;
    const same = texts.findIndex((text) => normalised(text) === wanted);
    // "B. two" of choices without labels.
    return same !== -1 ? same : texts.findIndex((text, at) => text !== '' && withoutLabel(key, at) === text);
  }
  const number = numberIn(key);
  return number === undefined ? undefined : number - (form === 'from 1' ? 1 : 0);
}

const FORMS: readonly KeyForm[] = ['marks', 'label', 'letter', 'text', 'from 0', 'from 1'];

/** Said of keys that name different choices in two forms. */
export const AMBIGUOUS = 'ambiguous';

/**
 * How a column says which choice is right: the form in which most of the rows' keys name a choice. Labels that a row
 * gives count before other forms; beyond that, two forms that fit equally well must name the same choices.
 * @param counting what numbers count from where no key is 0 and none is the number of choices
 * @returns nothing where no form fits half of the rows
 */
export function keyForm(
  rows: readonly (readonly [RowChoices, Cell])[],
  counting?: 'from 0' | 'from 1',
): KeyForm | typeof AMBIGUOUS | undefined {
  const named = FORMS.map((form) => ({
    form,
    places: rows.map(([choices, key]) => placesIn(choices, key, form).join()),
  }));
  const fits = ({ places }: (typeof named)[number]) => places.filter((each) => each !== '').length;
  const most = Math.max(...named.map(fits));
  if (most === 0 || most * 2 < rows.length) return undefined;
  const tied = named.filter((each) => fits(each) === most);
  const isTied = (form: KeyForm) => tied.some((each) => each.form === form);
  const uncustomary = counting === 'from 0' ? 'from 1' : 'from 0';
  const isOpen = counting !== undefined && isTied('from 0') && isTied('from 1');
  const [first, ...others] = isOpen ? tied.filter(({ form }) => form !== uncustomary) : tied;
  if (first.form === 'marks' || first.form === 'label') return first.form;
  return others.every(({ places }) => places.every((each, at) => each === first.places[at]))
    ? first.form
    : AMBIGUOUS;
}

/** Keys that tell whether numbers count from 0 or from 1: those that are 0, and those that are the number of choices. */
export function countingEvidence(
  { texts }: RowChoices,
  key: Cell,
): { readonly isZero: boolean; readonly isLast: boolean } {
  const number = Array.isArray(key) ? undefined : numberIn(plainText(key));
  return { isZero: number === 0, isLast: number === texts.findLastIndex((text) => text !== '') + 1 };
}

/** The texts of the choices that a row's key names, and those of the others. */
export function keyedChoices(
  choices: RowChoices,
  key: Cell,
  form: KeyForm,
): { readonly right: readonly string[]; readonly others: readonly string[] } {
  const places = new Set(placesIn(choices, key, form));
  return {
    right: choices.texts.filter((_, at) => places.has(at)),
    others: choices.texts.filter((text, at) => text !== '' && !places.has(at)),
  };
}
