import Papa from 'papaparse';
import { prefaceOf } from '../../lib/bytes/csv-preface.ts';
import { type CsvForm, type CsvRow, csvRows } from '../../lib/bytes/csv-rows.ts';
import type { ByteSource } from '../../lib/bytes/source.ts';
import { EngineError } from '../../lib/errors.ts';
import type { Cells, ReadOptions, TableRow } from './table.ts';
import { RECORD_LIMIT, textOf } from './text.ts';

const DELIMITERS = [',', ';', '\t', '|'];

/** How a file separates cells and rows. */
export interface Dialect extends CsvForm {
  /** The first line is no row: it names the delimiter ("sep=;") or a type of PowerShell ("#TYPE ..."). */
  readonly hasPreface: boolean;
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

/** Rows of a file, the first one included, as many as are read at a time; empty lines are left out. */
async function* rawRows(
  source: ByteSource,
  { hasPreface, ...form }: Dialect,
  options?: ReadOptions,
): AsyncGenerator<Iterable<CsvRow>> {
  const rows = csvRows({ ...form, line: hasPreface ? 2 : 1, longest: RECORD_LIMIT });
  let preface = hasPreface ? '' : undefined;
  for await (const piece of textOf(source, options)) {
    let text = piece;
    if (preface !== undefined) {
      preface += piece;
      const end = preface.indexOf(form.newline);
      if (end === -1) continue;
      text = preface.slice(end + 1);
      preface = undefined;
    }
    yield rows.take(text);
    if (rows.open.length > RECORD_LIMIT)
      throw new EngineError(
        'bad-input',
        `The row at line ${rows.open.line} of ${source.name} is over the limit of 16 MB a row; is a quote missing there?`,
      );
  }
  yield rows.end();
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

/** The first cells of a row by their columns' names. */
function cellsOf(names: readonly string[], cells: readonly string[], count: number): Cells {
  const row: Record<string, string | undefined> = {};
  for (let at = 0; at < count; at++) if (names[at] !== '__proto__') row[names[at]] = cells[at];
  return row;
}

/** Names that a line of columns' names has among others. */
const KNOWN =
  /^(?:questions?|answers?|problem|query|prompt|best answer|correct answers?|question text|frage|antwort|pregunta|respuesta|réponse)$/i;

/**
 * Passes on rows without a title above the line of columns' names, as sheets have it: a single cell, and names in the
 * next line. A file of such a line only has no rows.
 */
function titleFilter(): (rows: Iterable<CsvRow>) => Generator<CsvRow> {
  let title: CsvRow | undefined;
  let isFirst = true;
  return function* (rows) {
    for (const row of rows) {
      const { cells } = row;
      const isTitle = isFirst && cells.length > 1 && cells.slice(1).every((cell) => cell.trim() === '');
      isFirst = false;
      if (isTitle) {
        title = row;
        continue;
      }
      const areNames = () => cells.filter((cell) => KNOWN.test(cell.trim())).length >= 2;
      if (title !== undefined && !areNames()) yield title;
      title = undefined;
      yield row;
    }
  };
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
  const withoutTitle = titleFilter();
  for await (const rows of rawRows(source, dialect, options)) {
    for (const { line, cells, problem } of withoutTitle(rows)) {
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
      const tooMany =
        cells.length > names.length ? `has ${cells.length} cells for ${names.length} columns` : undefined;
      // One row names every column; in the others a short row must not cost as much as a full one.
      const given = isFirst ? names.length : Math.min(names.length, cells.length);
      isFirst = false;
      yield {
        where: `line ${line}`,
        cells: cellsOf(names, cells, given),
        problem: problem ?? tooMany,
      };
    }
  }
}
