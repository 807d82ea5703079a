import type { OnProgress } from '../../lib/bytes/progress.ts';
import type { TextEncoding } from '../../lib/bytes/text-encoding.ts';

/** What a cell may hold: text as it stands in the file, or a value of JSON. */
export type Cell = string | number | boolean | null | undefined | readonly Cell[] | Cells;

/** Cells by column. */
export interface Cells {
  readonly [column: string]: Cell;
}

/** What nothing can be made of: bytes that are no text, no finite number, or a value out of range. */
export type LostKind = 'bytes' | 'number' | 'value';

/** A cell, or a part of one, that was left out. */
export interface LostCell {
  readonly column: string;
  readonly what: LostKind;
}

export interface TableRow {
  /** Where the row starts: "line 12" of a text, "row 7" of a Parquet file. */
  readonly where: string;
  readonly cells: Cells;
  /** Why the row cannot be read; its cells are then worth nothing. */
  readonly problem?: string;
  /** What the file holds in the row and its cells do not. */
  readonly lost?: readonly LostCell[];
}

export interface Column {
  /** Name, or names from outside in joined by dots, as in `answer.value`. */
  readonly path: string;
  /** Up to three different values, shortened. */
  readonly samples: readonly string[];
}

export interface ReadOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
  /** Encoding of a text, where it is known. */
  readonly encoding?: TextEncoding;
}

export interface RowOptions extends ReadOptions {
  /** Paths that are wanted; others may be left out. All where it is left out. */
  readonly columns?: readonly string[];
}

export type TableFormat = 'csv' | 'tsv' | 'json' | 'jsonl' | 'parquet';

/** A file of rows that is read piece by piece, as often as wanted. */
export interface Table {
  readonly name: string;
  readonly format: TableFormat;
  /** Bytes of the file as it was given. */
  readonly bytes: number;
  /** What a person should know of how the file was read. */
  readonly notice?: string;
  readonly columns: readonly Column[];
  /** The first rows, at most `HEAD_ROWS`. */
  readonly head: readonly TableRow[];
  /** Number of rows where the file tells it without being read. */
  readonly rowCount?: number;
  readonly rows: (options?: RowOptions) => AsyncIterable<TableRow>;
}

/** A table without its rows, as far as its start tells of it. */
export type TableHead = Omit<Table, 'rows'>;

/** Rows that the preview and the guess of columns rest on. */
export const HEAD_ROWS = 100;
const COLUMNS_AT_MOST = 300;
const DEPTH_AT_MOST = 6;
/** Dots of a path at which it may be taken apart. */
const DOTS_AT_MOST = 32;
const SAMPLES = 3;
const SAMPLE_LENGTH = 120;

export function isCells(cell: Cell): cell is Cells {
  return typeof cell === 'object' && cell !== null && !Array.isArray(cell);
}

/**
 * The cell at a path. A name with dots in it counts before a nested one; a list on the way gives the list of its items'
 * cells.
 */
export function cellAt(cells: Cell, path: string): Cell {
  if (Array.isArray(cells)) return cells.map((each: Cell) => cellAt(each, path));
  if (!isCells(cells)) return undefined;
  if (Object.hasOwn(cells, path)) return cells[path];
  let dot = path.lastIndexOf('.');
  for (let tried = 0; dot > 0 && tried < DOTS_AT_MOST; tried++, dot = path.lastIndexOf('.', dot - 1)) {
    const outer = path.slice(0, dot);
    if (Object.hasOwn(cells, outer)) return cellAt(cells[outer], path.slice(dot + 1));
  }
  return undefined;
}

/** Paths to what is neither an object nor a list of objects, in the order in which they come up. */
function collectPaths(cell: Cell, prefix: string, depth: number, paths: Set<string>): void {
  const objects = Array.isArray(cell) ? cell.filter(isCells) : isCells(cell) ? [cell] : [];
  if (objects.length === 0 || depth === DEPTH_AT_MOST) {
    if (prefix !== '') paths.add(prefix);
    return;
  }
  for (const object of objects) {
    for (const [name, inner] of Object.entries(object)) {
      if (paths.size >= COLUMNS_AT_MOST) return;
      if (name !== '__proto__')
        collectPaths(inner, prefix === '' ? name : `${prefix}.${name}`, depth + 1, paths);
    }
  }
}

function sampleOf(cell: Cell): string {
  const text = typeof cell === 'string' ? cell.trim() : (JSON.stringify(cell) ?? '');
  return text.length > SAMPLE_LENGTH ? `${text.slice(0, SAMPLE_LENGTH)}…` : text;
}

/** Columns of a table, found in its first rows. */
export function columnsOf(head: readonly TableRow[]): Column[] {
  const paths = new Set<string>();
  for (const { cells } of head) collectPaths(cells, '', 0, paths);
  return [...paths].map((path) => {
    const samples = new Set<string>();
    for (const { cells } of head) {
      const cell = cellAt(cells, path);
      if (cell !== undefined && cell !== null && cell !== '') samples.add(sampleOf(cell));
      if (samples.size === SAMPLES) break;
    }
    return { path, samples: [...samples] };
  });
}

/** One table of the rows of several files with the same columns. */
export function joinTables(tables: readonly Table[], name: string): Table {
  if (tables.length === 1) return { ...tables[0], name };
  const [first] = tables;
  const counts = tables.map(({ rowCount }) => rowCount);
  return {
    ...first,
    name,
    bytes: tables.reduce((sum, { bytes }) => sum + bytes, 0),
    rowCount: counts.every((count) => count !== undefined) ? counts.reduce((a, b) => a + b, 0) : undefined,
    async *rows(options) {
      for (const table of tables) {
        for await (const row of table.rows(options)) yield { ...row, where: `${table.name}, ${row.where}` };
      }
    },
  };
}
