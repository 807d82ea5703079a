import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { ByteSource } from '../../bytes/source.ts';
import { yieldToEvents } from '../../bytes/yield.ts';
import { EngineError } from '../../errors.ts';
import type { Cell, Cells, RowOptions, TableRow } from './table.ts';

/** Rows that are read at a time; fewer where a row group ends. */
const BATCH = 2000;

export interface ParquetFile {
  readonly source: ByteSource;
  readonly buffer: AsyncBuffer;
  readonly metadata: FileMetaData;
  readonly rowCount: number;
}

function damaged(source: ByteSource, cause: unknown): EngineError {
  const what = cause instanceof Error ? cause.message.replace(/\.$/, '') : String(cause);
  return new EngineError('bad-input', `${source.name} cannot be read as Parquet: ${what}.`, { cause });
}

/** Reads what a Parquet file says of itself. */
export async function openParquet(source: ByteSource): Promise<ParquetFile> {
  const buffer: AsyncBuffer = {
    byteLength: source.size,
    async slice(start, end = source.size) {
      const bytes = await source.read(start, Math.min(end, source.size) - start);
      return bytes.slice().buffer as ArrayBuffer;
    },
  };
  try {
    const metadata = await parquetMetadataAsync(buffer);
    return { source, buffer, metadata, rowCount: Number(metadata.num_rows) };
  } catch (cause) {
    throw damaged(source, cause);
  }
}

/** Values as JSON has them: whole numbers as such where they are exact, else as text; dates as text; no bytes. */
function plain(value: unknown): Cell {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return value;
    case 'bigint':
      return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
    case 'object': {
      if (value === null || ArrayBuffer.isView(value)) return null;
      if (value instanceof Date) return value.toISOString();
      if (Array.isArray(value)) return value.map(plain);
      return Object.fromEntries(
        Object.entries(value)
          .filter(([name]) => name !== '__proto__')
          .map(([name, inner]) => [name, plain(inner)]),
      );
    }
    default:
      return undefined;
  }
}

/** Names of the outermost columns that hold the paths. */
function outerNames(metadata: FileMetaData, paths: readonly string[]): string[] {
  const names = new Set(
    metadata.row_groups.flatMap(({ columns }) => columns.map((c) => c.meta_data?.path_in_schema[0])),
  );
  return [...names].filter(
    (name): name is string =>
      name !== undefined && paths.some((path) => path === name || path.startsWith(`${name}.`)),
  );
}

/** First and last row (exclusive) of what is read at a time: never more than one row group. */
function batches(metadata: FileMetaData): [from: number, to: number][] {
  const found: [number, number][] = [];
  let start = 0;
  for (const { num_rows } of metadata.row_groups) {
    const end = start + Number(num_rows);
    for (let from = start; from < end; from += BATCH) found.push([from, Math.min(from + BATCH, end)]);
    start = end;
  }
  return found;
}

/** Rows of a Parquet file; only the wanted columns are unpacked. */
export async function* parquetRows(file: ParquetFile, options: RowOptions = {}): AsyncGenerator<TableRow> {
  const { source, buffer, metadata } = file;
  const columns = options.columns && outerNames(metadata, options.columns);
  for (const [rowStart, rowEnd] of batches(metadata)) {
    options.signal?.throwIfAborted();
    let rows: Record<string, unknown>[];
    try {
      rows = await parquetReadObjects({ file: buffer, metadata, columns, rowStart, rowEnd, compressors });
    } catch (cause) {
      throw damaged(source, cause);
    }
    options.onProgress?.({ stage: 'Reading', done: rowEnd, total: file.rowCount, unit: 'items' });
    for (const [at, row] of rows.entries())
      yield { where: `row ${rowStart + at + 1}`, cells: plain(row) as Cells };
    await yieldToEvents();
  }
}
