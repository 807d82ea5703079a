import { countOf } from '../../lib/bytes/csv-rows.ts';
import {
  DEEPEST_JSON,
  isCrowded,
  jsonDepth,
  nonNumbersAsNull,
  numbersAsWritten,
  valueMemory,
} from '../../lib/bytes/json-text.ts';
import { type ReadingBudget, textMemory } from '../../lib/bytes/reading-budget.ts';
import type { ByteSource } from '../../lib/bytes/source.ts';
import { EngineError } from '../../lib/errors.ts';
import { shownName } from '../../lib/shown.ts';
import { type Cell, type Cells, isCells, type ReadOptions, type TableRow } from './table.ts';
import { linesOf, wholeText } from './text.ts';

/** Texts in which a key could be read as `__proto__`; only they are worth the slower way. */
const PROTO = /__proto__|\\u00/;

/**
 * A value of JSON without keys that are called `__proto__`; numbers that JavaScript would change are texts as they are
 * written, and NaN and infinities, which Python writes, are missing. For texts that are not nested too deeply (`jsonDepth`).
 * @throws SyntaxError where the text is not JSON
 */
export function parseJson(text: string): Cell {
  const written = numbersAsWritten(text);
  const parse = (json: string): Cell =>
    PROTO.test(json)
      ? JSON.parse(json, (key, value) => (key === '__proto__' ? undefined : value))
      : JSON.parse(json);
  try {
    return parse(written);
  } catch (error) {
    if (!/NaN|Infinity/.test(written)) throw error;
  }
  return parse(nonNumbersAsNull(written));
}

const KEYS_SHOWN = 20;
const TOO_CROWDED = 'holds so many small values that it takes far more memory than its size';
const TOO_DEEP = `is nested more than ${DEEPEST_JSON} levels deep`;

/** The line of a syntax error, as far as the engine's message tells. */
function faultLine(error: unknown, text: string): number {
  const message = error instanceof Error ? error.message : '';
  const line = /line (\d+)/.exec(message);
  if (line) return Number(line[1]);
  const position = /position (\d+)/.exec(message);
  return 1 + countOf(position ? text.slice(0, Number(position[1])) : text.trimEnd(), '\n');
}

/** Rows of a JSONL file: an object a line. */
export async function* jsonLinesRows(source: ByteSource, options?: ReadOptions): AsyncGenerator<TableRow> {
  for await (const { number, text } of linesOf(source, options)) {
    const where = `line ${number}`;
    const problem = jsonDepth(text) > DEEPEST_JSON ? TOO_DEEP : isCrowded(text) ? TOO_CROWDED : undefined;
    if (problem !== undefined) {
      yield { where, cells: {}, problem };
      continue;
    }
    try {
      const value = parseJson(text);
      yield isCells(value)
        ? { where, cells: value }
        : { where, cells: {}, problem: 'is not a JSON object, like {"question": …, "answers": …}' };
    } catch {
      yield { where, cells: {}, problem: 'is not valid JSON' };
    }
  }
}

/** Lines on which the items of a text's outermost list start, counted from 1. */
function itemLines(text: string): number[] {
  const lines: number[] = [];
  let depth = 0;
  let line = 1;
  let inText = false;
  let awaited = false;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === 10) line++;
    if (inText) {
      if (char === 92) at++;
      else if (char === 34) inText = false;
      continue;
    }
    if (char <= 32) continue;
    if (awaited && char !== 93) lines.push(line);
    awaited = depth === 1 && char === 44;
    if (char === 34) inText = true;
    else if (char === 91 || char === 123) {
      awaited = depth === 0;
      depth++;
    } else if (char === 93 || char === 125) depth--;
  }
  return lines;
}

const isListOfObjects = (cell: Cell): cell is readonly Cell[] =>
  Array.isArray(cell) && cell.length > 0 && cell.every(isCells);

function refuse(name: string, what: string): never {
  throw new EngineError('bad-input', `${shownName(name)} ${what}`);
}

type List = readonly [key: string, list: readonly Cell[]];

/** Keys of lists, each with what is said of it; of many the first. */
function shownKeys(lists: readonly List[], say: (list: readonly Cell[]) => string = () => ''): string {
  const first = lists.slice(0, KEYS_SHOWN).map(([key, list]) => `${shownName(key)}${say(list)}`);
  return `${first.join(', ')}${lists.length > KEYS_SHOWN ? ', …' : ''}`;
}

/** Rows that are made as they are asked for: all at once would take several times what the file's values do. */
export interface JsonRows {
  readonly rowCount: number;
  readonly rows: () => Iterable<TableRow>;
}

function rowsMade(rowCount: number, make: (at: number) => TableRow): JsonRows {
  return {
    rowCount,
    *rows() {
      for (let at = 0; at < rowCount; at++) yield make(at);
    },
  };
}

/** Rows of an object whose lists are the columns. */
function rowsOfLists(lists: readonly List[]): JsonRows {
  return rowsMade(lists[0][1].length, (at) => ({
    where: `item ${at + 1}`,
    cells: Object.fromEntries(lists.map(([name, list]) => [name, list[at]])),
  }));
}

function rowsOfObject(object: Cells, name: string): JsonRows {
  const lists = Object.entries(object).filter((entry): entry is [string, readonly Cell[]] =>
    Array.isArray(entry[1]),
  );
  const tables = lists.filter(([, list]) => isListOfObjects(list));
  if (tables.length === 1) {
    const [[, list]] = tables;
    return rowsMade(list.length, (at) => ({ where: `item ${at + 1}`, cells: list[at] as Cells }));
  }
  if (tables.length > 1)
    return refuse(name, `holds several lists of rows (${shownKeys(tables)}); give a file with one of them.`);
  if (lists.length < 2)
    return refuse(name, 'holds neither a list of objects nor lists that could be columns of a table.');
  const lengths = new Set(lists.map(([, list]) => list.length));
  if (lengths.size > 1)
    return refuse(
      name,
      `holds lists of different lengths (${shownKeys(lists, ({ length }) => `: ${length}`)}); columns of a table have one length.`,
    );
  return rowsOfLists(lists);
}

/**
 * Rows of a JSON text: a list of objects, an object with such a list in it, or an object of lists, one a column.
 * @param budget of the file, from which the text and its values are taken
 * @throws EngineError `bad-input` with the line of the fault
 */
export async function jsonRows(
  source: ByteSource,
  budget: ReadingBudget,
  options?: ReadOptions,
): Promise<JsonRows> {
  const text = await wholeText(source, options);
  if (jsonDepth(text) > DEEPEST_JSON) refuse(source.name, `${TOO_DEEP}; a list of flat objects is a table.`);
  if (!budget.take(textMemory(text) + valueMemory(text)))
    refuse(source.name, `${TOO_CROWDED}; save it as JSONL or CSV, which are read piece by piece.`);
  let value: Cell;
  try {
    value = parseJson(text);
  } catch (cause) {
    throw new EngineError(
      'bad-input',
      `Line ${faultLine(cause, text)} of ${source.name} is not valid JSON.`,
      { cause },
    );
  }
  if (isCells(value)) return rowsOfObject(value, source.name);
  if (!Array.isArray(value)) return refuse(source.name, 'is no list of objects.');
  const lines = itemLines(text);
  return rowsMade(value.length, (at) => {
    const where = `line ${lines[at]}`;
    const cells: Cell = value[at];
    return isCells(cells) ? { where, cells } : { where, cells: {}, problem: 'is not a JSON object' };
  });
}
