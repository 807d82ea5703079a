import {
  type AsyncBuffer,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { ByteSource } from '../../bytes/source.ts';
import { yieldToEvents } from '../../bytes/yield.ts';
import { EngineError } from '../../errors.ts';
import { shownName } from '../../shown.ts';
import { exactMetadata, exactParsers, rowWriter } from './parquet-values.ts';
import type { Cells, RowOptions, TableRow } from './table.ts';

/** Rows that are read at a time; fewer where a row group ends. */
const BATCH = 2000;

export interface ParquetFile {
  readonly source: ByteSource;
  readonly buffer: AsyncBuffer;
  /** As `exactMetadata` has it. */
  readonly metadata: FileMetaData;
  readonly rowCount: number;
  /** A row as a person would write it. */
  readonly write: (row: Record<string, unknown>) => Cells;
}

/** Bytes that the pages of one column may unpack to: what a file of this size can hold. */
const mostUnpacked = ({ size }: ByteSource) => 32 * 2 ** 20 + 8 * size;

function damaged({ name }: ByteSource, cause: unknown): EngineError {
  const what = cause instanceof Error ? cause.message.replace(/\.$/, '') : String(cause);
  return new EngineError(
    'bad-input',
    `${shownName(name)} cannot be read as Parquet: ${shownName(what, 200)}.`,
    { cause },
  );
}

const isPlace = (value: unknown, end: number) => Number(value) >= 0 && Number(value) <= end;

/**
 * Refuses a file whose account of its rows and pages does not fit its size, before anything is made of it: rows of
 * nothing but repetition aside, a row takes part of a byte.
 */
function checkPlaces(source: ByteSource, { num_rows, row_groups }: FileMetaData): void {
  const refuse = (what: string): never => {
    throw new Error(`${what}, more than a file of ${source.size} bytes can hold`);
  };
  const rows = row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
  const most = 20 * source.size;
  for (const count of [num_rows, rows, ...row_groups.map((group) => group.num_rows)])
    if (!isPlace(count, most)) refuse(`it says that it has ${count} rows`);
  for (const { columns } of row_groups)
    for (const { meta_data: column } of columns) {
      if (!column) throw new Error('a column is not described');
      const start = Number(column.dictionary_page_offset ?? column.data_page_offset);
      if (!isPlace(column.data_page_offset, source.size) || !isPlace(start, source.size))
        refuse('it says that a column begins at no place in it');
      if (!isPlace(column.total_compressed_size, source.size - start))
        refuse('it says that a column takes more bytes');
      if (!isPlace(column.num_values, 20 * source.size))
        refuse(`it says that a column has ${column.num_values} values`);
    }
}

/** What unpacks pages, none of which may say that it is larger than the file allows. */
function boundedCompressors(source: ByteSource): Compressors {
  return Object.fromEntries(
    Object.entries(compressors).map(([codec, unpack]) => [
      codec,
      (page: Uint8Array, length: number) => {
        if (!isPlace(length, mostUnpacked(source)))
          throw new Error(`a page says that it unpacks to ${length} bytes, more than the file can hold`);
        return unpack(page, length);
      },
    ]),
  );
}

/** Reads what a Parquet file says of itself. */
export async function openParquet(source: ByteSource): Promise<ParquetFile> {
  const buffer: AsyncBuffer = {
    byteLength: source.size,
    slice(start, end = source.size) {
      const read = source
        .read(start, Math.min(end, source.size) - start)
        .then((bytes) => bytes.slice().buffer as ArrayBuffer);
      // The library reads ahead, and does not wait for all of it where one part fails.
      read.catch(() => undefined);
      return read;
    },
  };
  try {
    const metadata = await parquetMetadataAsync(buffer);
    checkPlaces(source, metadata);
    return {
      source,
      buffer,
      metadata: exactMetadata(metadata),
      rowCount: Number(metadata.num_rows),
      write: rowWriter(metadata),
    };
  } catch (cause) {
    throw damaged(source, cause);
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
  const unpack = boundedCompressors(source);
  const columns = options.columns && outerNames(metadata, options.columns);
  for (const [rowStart, rowEnd] of batches(metadata)) {
    options.signal?.throwIfAborted();
    let rows: Record<string, unknown>[];
    try {
      rows = await parquetReadObjects({
        file: buffer,
        metadata,
        columns,
        rowStart,
        rowEnd,
        compressors: unpack,
        parsers: exactParsers,
        utf8: false,
      });
    } catch (cause) {
      throw damaged(source, cause);
    }
    options.onProgress?.({ stage: 'Reading', done: rowEnd, total: file.rowCount, unit: 'items' });
    for (const [at, row] of rows.entries())
      yield { where: `row ${rowStart + at + 1}`, cells: file.write(row) };
    await yieldToEvents();
  }
}
