import { normalised } from '../words.ts';
import { structureIn } from './answer-cell.ts';
import { decodeEntities } from './entities.ts';
import { type Cell, type Cells, cellAt, isCells } from './table.ts';

/** How a column says which choice is right. */
export type KeyForm = 'label' | 'marks' | 'letter' | 'text' | 'from 0' | 'from 1';

/** The choices of a row, in order, and the labels that the row gives them. */
export interface RowChoices {
  readonly texts: readonly string[];
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

const isMark = (cell: Cell) =>
  cell === 0 || cell === 1 || cell === '0' || cell === '1' || typeof cell === 'boolean';
const isRight = (cell: Cell) => cell === 1 || cell === '1' || cell === true;

/** Whether a cell has one mark a choice and marks some choice right. */
function marksOf(cell: Cell, count: number): boolean[] | undefined {
  if (!Array.isArray(cell) || cell.length !== count || !cell.every(isMark) || !cell.some(isRight))
    return undefined;
  return cell.map(isRight);
}

/** Choices of "a ) 38 , b ) 27.675 , c ) 30", as MathQA writes them. */
function listedInText(text: string): RowChoices | undefined {
  const parts = text.split(/(?:^|[,;\n]\s*|\s+)\(?([a-hA-H1-8])\s?[).]\s+/);
  const labels = parts.filter((_, at) => at % 2 === 1);
  const texts = parts
    .filter((_, at) => at > 0 && at % 2 === 0)
    .map((part) => part.replace(/[\s,;]+$/, '').trim());
  return labels.length >= 2 && parts[0].trim() === '' ? { texts, labels } : undefined;
}

/** The choice of "A)21" or "(B) 7"; the text itself where no label stands before it. */
function withoutLabel(text: string, at: number): string {
  const letter = String.fromCharCode(65 + at);
  const match = /^\(?([A-Za-z])\s?[).:]\s*(?=\S)/.exec(text);
  return match?.[1].toUpperCase() === letter ? text.slice(match[0].length) : text;
}

function ofList(list: readonly Cell[], labels: Cell): RowChoices {
  const objects = list.filter(isCells);
  if (objects.length === list.length && list.length > 0)
    return ofList(
      objects.map((object) => object.text ?? object.value ?? object.choice),
      objects.map((object) => object.label ?? object.key),
    );
  const texts = list.map(plainText);
  const labelled = texts.map(withoutLabel);
  return {
    texts: labelled.every((text, at) => text !== texts[at]) ? labelled : texts,
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

/**
 * The choices that a row offers: a list in one column (also as text that JSON, Python or NumPy write), or a column a
 * choice. Nothing where there are fewer than two.
 * @param paths of one column that lists them, or of one a choice
 */
export function choicesOf(cells: Cells, paths: readonly string[]): RowChoices | undefined {
  let found: RowChoices | undefined;
  if (paths.length > 1) found = ofList(paths.map((path) => cellAt(cells, path)).filter(isThere), undefined);
  else {
    const given = cellAt(cells, paths[0]);
    const cell = typeof given === 'string' ? (structureIn(given) ?? given) : given;
    if (Array.isArray(cell)) found = ofList(cell, labelsBeside(cells, paths[0]));
    else if (cell !== undefined && isCells(cell)) found = ofObject(cell);
    else if (typeof cell === 'string') found = listedInText(cell);
  }
  const isUsable =
    found &&
    found.texts.length >= 2 &&
    found.texts.length <= CHOICES_AT_MOST &&
    found.texts.every((text) => text !== '');
  return isUsable ? found : undefined;
}

const isThere = (cell: Cell) => cell !== undefined && cell !== null && cell !== '';

/** "B" of "B", "(b)", "B.", "option_b", "Choice B" or "answerB". */
function letterIn(key: string): number | undefined {
  const match = /^(?:(?:option|choice|answer|opt|ans)[\s_-]*)?\(?([A-Za-z])[).:]?$/i.exec(key);
  return match ? match[1].toUpperCase().charCodeAt(0) - 65 : undefined;
}

function numberIn(key: string): number | undefined {
  const match = /^(?:(?:option|choice|answer|opt|ans|ending|sol)[\s_-]*)?\(?(\d{1,3})(?:\.0+)?[).:]?$/i.exec(
    key,
  );
  return match ? Number(match[1]) : undefined;
}

/** Places of the choices that a key names, read in one form; none where it names no choice. */
function placesIn({ texts, labels, marks }: RowChoices, key: Cell, form: KeyForm): number[] {
  if (form === 'marks') {
    const found = marks ?? marksOf(key, texts.length) ?? [];
    return found.flatMap((right, at) => (right ? [at] : []));
  }
  if (Array.isArray(key))
    return key.flatMap((each: Cell) => (Array.isArray(each) ? [] : placesIn({ texts, labels }, each, form)));
  const text = plainText(key);
  if (text === '') return [];
  const at = placeOf(text, texts, labels, form);
  return at !== undefined && at >= 0 && at < texts.length ? [at] : [];
}

function placeOf(
  key: string,
  texts: readonly string[],
  labels: readonly string[] | undefined,
  form: KeyForm,
): number | undefined {
  if (form === 'label') {
    const bare = key.replace(/^\(|[).:]$/g, '').toLowerCase();
    return labels?.findIndex(
      (label) => label.toLowerCase() === key.toLowerCase() || label.toLowerCase() === bare,
    );
  }
  if (form === 'letter') return letterIn(key);
  if (form === 'text') {
    const exact = texts.indexOf(key);
    const wanted = normalised(key);
    return exact !== -1 || wanted === '' ? exact : texts.findIndex((text) => normalised(text) === wanted);
  }
  const number = numberIn(key);
  return number === undefined ? undefined : number - (form === 'from 1' ? 1 : 0);
}

const FORMS: readonly KeyForm[] = ['marks', 'label', 'letter', 'text', 'from 0', 'from 1'];

/**
 * How a column says which choice is right: the form in which most of the rows' keys name a choice. Numbers count from 0,
 * unless they are never 0 and one of them is the number of choices; a number that is no text of JSON is never taken for
 * the text of a choice while it counts one.
 * @returns nothing where no form fits half of the rows
 */
export function keyForm(rows: readonly (readonly [RowChoices, Cell])[]): KeyForm | undefined {
  const fits = (form: KeyForm) =>
    rows.filter(([choices, key]) => placesIn(choices, key, form).length > 0).length;
  const fromOne = fits('from 1') > fits('from 0');
  const areNumbers = rows.some(([, key]) => typeof key === 'number');
  const numbers: readonly KeyForm[] = fromOne ? ['from 1', 'from 0'] : ['from 0', 'from 1'];
  const order = areNumbers
    ? (['marks', 'label', ...numbers, 'text'] as const)
    : ([...FORMS.slice(0, 4), ...numbers] as const);
  let best: KeyForm | undefined;
  for (const form of order) if (fits(form) > (best === undefined ? 0 : fits(best))) best = form;
  return best !== undefined && fits(best) * 2 >= rows.length ? best : undefined;
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
    others: choices.texts.filter((_, at) => !places.has(at)),
  };
}
