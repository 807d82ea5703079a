import Papa from 'papaparse';
import { prefaceOf } from '../../bytes/csv-preface.ts';
import type { ByteSource } from '../../bytes/source.ts';
import { EngineError } from '../../errors.ts';
import type { Cells, ReadOptions, TableRow } from './table.ts';
import { countOf, RECORD_LIMIT, textOf } from './text.ts';

const DELIMITERS = [',', ';', '\t', '|'];

/** How a file separates cells and rows. */
export interface Dialect {
  readonly delimiter: string;
  readonly newline: '\n' | '\r';
  /** The first line is no row: it names the delimiter ("sep=;") or a type of PowerShell ("#TYPE ..."). */
  readonly hasPreface: boolean;
}

/** What papaparse's parser of one text returns; its own types leave it open. */
interface Parsed {
  readonly data: readonly (readonly string[])[];
  readonly errors: readonly { readonly code: string; readonly row?: number }[];
  readonly meta: { readonly cursor: number };
}

/**
 * Finds out how cells and rows are separated. A file whose lines end in LF is never cut at CRLF, so that a CRLF within
 * quotes stays within its cell; where lines end in CRLF, the CR is taken off the last cell.
 * @param head the start of the file
 */
export function dialectOf(head: string, isTabs: boolean): Dialect {
  const newline = head.includes('\n') || !head.includes('\r') ? '\n' : '\r';
  const preface = prefaceOf(head);
  const named = preface?.delimiter;
  const hasPreface = preface !== undefined;
  if (isTabs || named !== undefined) return { delimiter: named ?? '\t', newline, hasPreface };
  const { meta } = Papa.parse(head.slice(preface?.length ?? 0), {
    preview: 20,
    newline,
    skipEmptyLines: 'greedy',
    delimitersToGuess: DELIMITERS,
  });
  return { delimiter: meta.delimiter, newline, hasPreface };
}

const PROBLEMS: Readonly<Record<string, string>> = {
  MissingQuotes: 'opens a quote that is never closed',
  InvalidQuotes: 'has a quote within a quoted cell; write it twice',
};

/** A fault of quotes takes in the lines up to where the row seems to end. */
function spanning(problem: string | undefined, start: number, end: number): string | undefined {
  return problem === undefined || end === start ? problem : `${problem} (read up to line ${end})`;
}

interface RawRow {
  readonly line: number;
  readonly cells: readonly string[];
  readonly problem?: string;
}

/** Rows of a file, the first one included; empty lines are left out. */
async function* rawRows(
  source: ByteSource,
  { delimiter, newline, hasPreface }: Dialect,
  options?: ReadOptions,
): AsyncGenerator<RawRow> {
  const parser = new Papa.Parser({ delimiter, newline });
  let rest = '';
  let line = 1;
  let skipping = hasPreface;
  function* parse(isEnd: boolean): Generator<RawRow> {
    const { data, errors, meta } = parser.parse(rest, 0, !isEnd) as Parsed;
    // The first fault of a row is its cause.
    const problems = new Map(errors.toReversed().map(({ row, code }) => [row, PROBLEMS[code] ?? code]));
    rest = isEnd ? '' : rest.slice(meta.cursor);
    for (let row = 0; row < data.length; row++) {
      const cells = data[row].map((cell, at) =>
        at === data[row].length - 1 && newline === '\n' ? cell.replace(/\r$/, '') : cell,
      );
      const start = line;
      line += 1 + data[row].reduce((sum, cell) => sum + countOf(cell, newline), 0);
      if (cells.length > 1 || cells[0].trim() !== '')
        yield { line: start, cells, problem: spanning(problems.get(row), start, line - 1) };
    }
  }
  for await (const piece of textOf(source, options)) {
    rest += piece;
    if (skipping) {
      const end = rest.indexOf(newline);
      if (end === -1) continue;
      rest = rest.slice(end + 1);
      line += 1;
      skipping = false;
    }
    yield* parse(false);
    if (rest.length > RECORD_LIMIT)
      throw new EngineError(
        'bad-input',
        `The row at line ${line} of ${source.name} is over the limit of 16 MB a row; is a quote missing there?`,
      );
  }
  yield* parse(true);
}

/** Names of the columns; a name that is missing or comes twice is made up. */
function columnNames(cells: readonly string[]): string[] {
  const seen = new Set<string>();
  const uses = new Map<string, number>();
  return cells.map((cell, at) => {
    const given = cell.trim() || `column ${at + 1}`;
    let name = given;
    let use = uses.get(given) ?? 1;
    while (seen.has(name)) name = `${given} (${++use})`;
    uses.set(given, use);
    seen.add(name);
    return name;
  });
}

/** Columns of a table at most. */
const MOST_COLUMNS = 5000;

/** Characters of a cell in which three words are looked for. */
const LOOKED_AT = 1000;

/** Whether a cell asks something, in three words and more. */
function asks(cell: string): boolean {
  const text = cell.trim();
  return text.endsWith('?') && text.slice(0, LOOKED_AT).split(/\s+/, 3).length === 3;
}

/** A first row that asks something, or ends in a choice's letter behind a sentence, is a row, not the columns' names. */
function isHeader(cells: readonly string[]): boolean {
  const isKeyed = cells.length >= 5 && /^[A-E]$/.test(cells[cells.length - 1].trim());
  return !cells.some(asks) && !(isKeyed && cells[0].slice(0, LOOKED_AT).trim().split(/\s+/, 4).length === 4);
}

/**
 * Rows of a CSV or TSV file, every cell the text that stands there.
 * @throws EngineError `bad-input` where the first line is no header of a table
 */
export async function* delimitedRows(
  source: ByteSource,
  dialect: Dialect,
  options?: ReadOptions,
): AsyncGenerator<TableRow> {
  let names: string[] | undefined;
  let isFirst = true;
  for await (const { line, cells, problem } of rawRows(source, dialect, options)) {
    if (names === undefined) {
      if (problem !== undefined || cells.length < 2)
        throw new EngineError(
          'bad-input',
          `Line ${line} of ${source.name} ${problem ?? 'has no columns: no comma, semicolon, tab or bar stands between names'}; a table starts with the names of its columns.`,
        );
      if (cells.length > MOST_COLUMNS)
        throw new EngineError(
          'bad-input',
          `Line ${line} of ${source.name} has ${cells.length} cells, and a table has at most ${MOST_COLUMNS} columns; take out those that are not needed.`,
        );
      const header = isHeader(cells);
      names = columnNames(header ? cells : cells.map(() => ''));
      if (header) continue;
    }
    const columns = names;
    // One row names every column; in the others a short row must not cost as much as a full one.
    const given = isFirst ? columns : columns.slice(0, cells.length);
    isFirst = false;
    const row: Cells = Object.fromEntries(
      given.map((name, at) => [name, cells[at]] as const).filter(([name]) => name !== '__proto__'),
    );
    const tooMany =
      cells.length > columns.length ? `has ${cells.length} cells for ${columns.length} columns` : undefined;
    yield { where: `line ${line}`, cells: row, problem: problem ?? tooMany };
  }
}
