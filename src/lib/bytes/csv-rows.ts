import Papa from 'papaparse';

/** Characters that are parsed at a time: of short rows a few megabytes are made at once. */
const PIECE = 2 ** 16;

/** How a file separates cells and rows. */
export interface CsvForm {
  readonly delimiter: string;
  readonly newline: '\n' | '\r';
}

export interface CsvRow {
  /** Where the row starts, counted from 1. */
  readonly line: number;
  readonly cells: readonly string[];
  /** What is wrong with its quotes, as a clause. */
  readonly problem?: string;
}

/** What papaparse's parser of one text returns; its own types leave it open. */
interface Parsed {
  readonly data: readonly (readonly string[])[];
  readonly errors: readonly { readonly code: string; readonly row?: number }[];
  readonly meta: { readonly cursor: number };
}

const PROBLEMS: Readonly<Record<string, string>> = {
  MissingQuotes: 'opens a quote that is never closed',
  InvalidQuotes: 'has a quote within a quoted cell; write it twice',
};

/** A fault of quotes takes in the lines up to where the row seems to end. */
function spanning(problem: string | undefined, start: number, end: number): string | undefined {
  return problem === undefined || end === start ? problem : `${problem} (read up to line ${end})`;
}

/** How often a text holds another. */
export function countOf(text: string, sought: string): number {
  let count = 0;
  for (let at = text.indexOf(sought); at !== -1; at = text.indexOf(sought, at + sought.length)) count++;
  return count;
}

/** Takes the text of a table in pieces and makes rows of it; empty lines are left out. */
export interface CsvRows {
  /** The rows that a piece completes. */
  take(piece: string): Generator<CsvRow>;
  /** The last row, which need not end in a line's end. */
  end(): Generator<CsvRow>;
  /** Characters of the row that is not complete yet, and the line in which it starts. */
  readonly open: { readonly length: number; readonly line: number };
}

/**
 * Reads a table piece by piece. Where lines end in CRLF, the CR is taken off the last cell.
 * @param options.line number of the first line
 * @param options.longest characters of a row from which on every piece is tried, since the caller may refuse it
 */
export function csvRows({
  delimiter,
  newline,
  line: first = 1,
  longest = Number.POSITIVE_INFINITY,
}: CsvForm & { readonly line?: number; readonly longest?: number }): CsvRows {
  const parser = new Papa.Parser({ delimiter, newline });
  let rest = '';
  let line = first;
  /** A row that goes on over many pieces is looked at again when it is twice as long. */
  let next = 0;

  function* parse(isEnd: boolean): Generator<CsvRow> {
    const { data, errors, meta } = parser.parse(rest, 0, !isEnd) as Parsed;
    // The first fault of a row is its cause.
    const problems = new Map(errors.toReversed().map(({ row, code }) => [row, PROBLEMS[code] ?? code]));
    rest = isEnd ? '' : rest.slice(meta.cursor);
    next = data.length > 0 ? 0 : 2 * rest.length;
    for (const [row, whole] of data.entries()) {
      const start = line;
      line += 1 + whole.reduce((sum, cell) => sum + countOf(cell, newline), 0);
      if (whole.length === 1 && whole[0].trim() === '') continue;
      const last = whole[whole.length - 1];
      const cells = newline === '\n' && last.endsWith('\r') ? whole.with(-1, last.slice(0, -1)) : whole;
      yield { line: start, cells, problem: spanning(problems.get(row), start, line - 1) };
    }
  }

  return {
    *take(piece) {
      for (let at = 0; at < piece.length; at += PIECE) {
        rest += piece.slice(at, at + PIECE);
        if (rest.length >= Math.min(next, longest)) yield* parse(false);
      }
    },
    end: () => parse(true),
    get open() {
      return { length: rest.length, line };
    },
  };
}
