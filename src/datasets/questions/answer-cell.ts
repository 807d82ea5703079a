import { isCrowded, jsonDepth } from '../../lib/bytes/json-text.ts';
import { normalised } from '../normalise.ts';
import { parseJson } from '../tables/json.ts';
import { type Cell, isCells } from '../tables/table.ts';
import { decodeEntities, splitOutsideEntities } from './entities.ts';
import { parsePythonLiteral, startsLiteral } from './python-literal.ts';

/** What answers in one text are joined by; '' where a text is one answer. */
export type Separator = ';' | '|' | '';

/** Answers of a question at most, and characters of one, as a question set holds them. */
const ANSWERS_AT_MOST = 1000;
const LENGTH_AT_MOST = 2000;
/** Levels of lists and objects in a cell below which nothing is looked for. */
const DEPTH_AT_MOST = 16;
/** What TriviaQA has where the answer is kept secret. */
const UNKNOWN = '<unk>';

/**
 * The list or object that a text holds as JSON, Python or NumPy write it; nothing where it holds none.
 * @returns numbers as they are written
 */
export function structureIn(text: string): Cell {
  const trimmed = unquoted(text.trim());
  if (!startsLiteral(trimmed)) return undefined;
  // People write "(1, 2)", "{1, 2}" and '("Weird Al")', too: tuples and sets are those of texts in quotes.
  const areQuoted = /^[({]\s*[rbuRBU]?['"]/.test(trimmed);
  if (trimmed.startsWith('(') && !areQuoted) return undefined;
  const value = readStructure(trimmed);
  if (Array.isArray(value)) {
    const isOneInBrackets = value.length === 1 && /^\((?!.*,\s*\)$)/s.test(trimmed);
    return (trimmed.startsWith('{') && !areQuoted) || isOneInBrackets ? undefined : value;
  }
  return isCells(value) ? value : undefined;
}

/** The list or object of a text of JSON that was written as a text of JSON once more: "\"[\\\"a\\\"]\"". */
function unquoted(text: string): string {
  if (!/^"\s*[[{]/.test(text) || !text.endsWith('"')) return text;
  try {
    return String(JSON.parse(text)).trim();
  } catch {
    return text;
  }
}

/**
 * The answer of a solution that ends in it as GSM8K writes it ("… #### 42"), or is nothing but it as MATH does
 * ("\\boxed{42}"); else the text.
 */
function finalAnswer(text: string): string {
  const end = text.trimEnd();
  const last = end.slice(end.lastIndexOf('\n') + 1);
  return (/^\s*####(?!#)\s*(\S.*)$/.exec(last) ?? /^\s*\$?\\boxed\{([^{}]*)\}\$?$/.exec(end))?.[1] ?? text;
}

function readStructure(text: string): Cell {
  if (isCrowded(text)) return undefined;
  if (/^[[{]/.test(text) && jsonDepth(text) <= DEPTH_AT_MOST) {
    try {
      return parseJson(text);
    } catch {
      // Python's way of writing is tried next.
    }
  }
  return parsePythonLiteral(text);
}

function textsOfString(text: string, separator: Separator): string[] {
  const structure = structureIn(text);
  if (structure !== undefined) return textsOf(structure, '', 1);
  const answer = finalAnswer(text);
  return separator === '' || answer !== text ? [answer] : splitOutsideEntities(answer, separator);
}

/** Keys under which data sets keep an answer and its other forms when it is an object. */
const PARTS = ['text', 'value', 'answer', 'name', 'aliases'];

function textsOf(cell: Cell, separator: Separator, depth: number): string[] {
  if (depth > DEPTH_AT_MOST) return [];
  if (typeof cell === 'string') return depth === 0 ? textsOfString(cell, separator) : [cell];
  if (typeof cell === 'number') return Number.isFinite(cell) ? [String(cell)] : [];
  if (typeof cell === 'boolean') return cell ? ['true', 'yes'] : ['false', 'no'];
  if (Array.isArray(cell)) return cell.flatMap((each: Cell) => textsOf(each, '', depth + 1));
  if (isCells(cell))
    return PARTS.flatMap((part) => (Object.hasOwn(cell, part) ? textsOf(cell[part], '', depth + 1) : []));
  return [];
}

/**
 * Answers that cells hold: a text, a number, true or false (also as yes or no), a list of them, an object with `text`,
 * `value` or `aliases`, such a list or object in a text as JSON, Python or NumPy write it, or texts joined by a
 * separator. HTML entities are decoded. Each once, without those that no reply could be compared with.
 */
export function answersInCells(cells: readonly Cell[], separators: readonly Separator[]): string[] {
  const found = new Set<string>();
  for (const [at, cell] of cells.entries()) {
    for (const text of textsOf(cell, separators[at], 0)) {
      const answer = decodeEntities(text).trim();
      if (answer.length > LENGTH_AT_MOST || found.size === ANSWERS_AT_MOST || answer === UNKNOWN) continue;
      if (!found.has(answer) && normalised(answer) !== '') found.add(answer);
    }
  }
  return [...found];
}
