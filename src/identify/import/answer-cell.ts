import { normalised } from '../words.ts';
import { type Cell, isCells } from './table.ts';

/** What answers in one text are joined by; '' where a text is one answer. */
export type Separator = ';' | '|' | '';

/** Answers of a question at most, and characters of one, as a question set holds them. */
const ANSWERS_AT_MOST = 1000;
const LENGTH_AT_MOST = 2000;
/** What TriviaQA has where the answer is kept secret. */
const UNKNOWN = '<unk>';

/** In this order: brackets and commas; a text in quotes; a number or a name. */
const PYTHON_TOKEN =
  /\s*(?:([[\](),])|[rbuRBU]?(?:'((?:[^'\\]|\\[\s\S])*)'|"((?:[^"\\]|\\[\s\S])*)")|([-+]?[\d.]+(?:[eE][-+]?\d+)?|array|dtype=\w+|True|False|None|nan))/y;

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\n': '' };

function unescaped(text: string): string {
  return text.replace(
    /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([\s\S]))/g,
    (_, byte?: string, short?: string, long?: string, char?: string) => {
      if (char !== undefined) return ESCAPES[char] ?? char;
      const code = Number.parseInt((byte ?? short ?? long) as string, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : '\uFFFD';
    },
  );
}

/** Items of a list as Python or NumPy print it, nested ones in order; nothing where the text is no such list. */
export function parsePythonList(text: string): string[] | undefined {
  const items: string[] = [];
  let depth = 0;
  PYTHON_TOKEN.lastIndex = 0;
  const end = text.trimEnd().length;
  while (PYTHON_TOKEN.lastIndex < end) {
    const match = PYTHON_TOKEN.exec(text);
    if (!match) return undefined;
    const [, mark, single, double, bare] = match;
    if (mark === '[' || mark === '(') depth++;
    else if (mark === ']' || mark === ')') depth--;
    else if (mark === undefined) {
      if (single !== undefined || double !== undefined) items.push(unescaped(single ?? double));
      else if (!/^(array|dtype=.*|None|nan)$/.test(bare)) items.push(bare);
    }
    if (depth < 0 || (depth === 0 && PYTHON_TOKEN.lastIndex < end && bare !== 'array')) return undefined;
  }
  return depth === 0 ? items : undefined;
}

function textsOfString(text: string, separator: Separator): string[] {
  const trimmed = text.trim();
  if (/^(\[|array\()/.test(trimmed)) {
    try {
      const list: unknown = JSON.parse(trimmed);
      if (Array.isArray(list)) return list.flatMap((each) => textsOf(each, ''));
    } catch {
      const list = parsePythonList(trimmed);
      if (list) return list;
    }
  }
  return separator === '' ? [trimmed] : trimmed.split(separator);
}

/** Keys under which data sets keep an answer and its other forms when it is an object. */
const PARTS = ['text', 'value', 'answer', 'name', 'aliases'];

function textsOf(cell: Cell, separator: Separator): string[] {
  if (typeof cell === 'string') return textsOfString(cell, separator);
  if (typeof cell === 'number') return Number.isFinite(cell) ? [String(cell)] : [];
  if (typeof cell === 'boolean') return cell ? ['true', 'yes'] : ['false', 'no'];
  if (Array.isArray(cell))
    return cell.flatMap((each: Cell) => (typeof each === 'string' ? [each] : textsOf(each, '')));
  if (isCells(cell))
    return PARTS.flatMap((part) => (Object.hasOwn(cell, part) ? textsOf(cell[part], '') : []));
  return [];
}

/**
 * Answers that cells hold: a text, a number, true or false (also as yes or no), a list of them, an object with `text`,
 * `value` or `aliases`, a list in a text as JSON or Python write it, or texts joined by a separator. Each once, without
 * those that no reply could be compared with.
 */
export function answersInCells(cells: readonly Cell[], separators: readonly Separator[]): string[] {
  const found = new Set<string>();
  for (const [at, cell] of cells.entries()) {
    for (const text of textsOf(cell, separators[at])) {
      const answer = text.trim();
      if (answer.length > LENGTH_AT_MOST || found.size === ANSWERS_AT_MOST || answer === UNKNOWN) continue;
      if (!found.has(answer) && normalised(answer) !== '') found.add(answer);
    }
  }
  return [...found];
}
