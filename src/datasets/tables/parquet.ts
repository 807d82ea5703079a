import {
  type AsyncBuffer,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
  type RowGroup,
} from 'hyparquet';
import { getTreePath } from 'hyparquet/src/schema.js';
import { compressors } from 'hyparquet-compressors';
import { readingMemory } from '../../lib/bytes/reading-budget.ts';
import type { ByteSource } from '../../lib/bytes/source.ts';
import { yieldToEvents } from '../../lib/bytes/yield.ts';
import { EngineError } from '../../lib/errors.ts';
import { shownName } from '../../lib/shown.ts';
import { RowBatches } from './parquet-batches.ts';
import { type PageLimits, PageWalk } from './parquet-pages.ts';
import { BoundedReader, skipStruct } from './parquet-thrift.ts';
import { exactMetadata, exactParsers, rowWriter, type WrittenRow } from './parquet-values.ts';
import type { RowOptions, TableRow } from './table.ts';

export interface ParquetFile {
  readonly source: ByteSource;
  readonly buffer: AsyncBuffer;
  /** As `exactMetadata` has it. */
  readonly metadata: FileMetaData;
  readonly rowCount: number;
  /** Bytes of memory that decoding may take at a time. */
  readonly memory: number;
  /** A row as a person would write it. */
  readonly write: (row: Record<string, unknown>) => WrittenRow;
}

/** Bytes that the pages of one column may unpack to: what a file of this size can hold. */
const mostUnpacked = ({ size }: ByteSource) => 32 * 2 ** 20 + 8 * size;

/** What the checks of this file and the library's own say; other messages tell of the library's insides. */
const TELLING = /^(?:it|its|a|the|parquet) /;

function damaged({ name }: ByteSource, cause: unknown): EngineError {
  const said = cause instanceof Error && TELLING.test(cause.message) ? cause.message.replace(/\.$/, '') : '';
  return new EngineError(
    'bad-input',
    `${shownName(name)} cannot be read as Parquet: ${said === '' ? 'it is damaged; fetch it again' : shownName(said, 200)}.`,
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

/** Bytes in which a file may describe itself: descriptions of many short parts take far more memory than bytes. */
const describedIn = ({ size }: ByteSource) => 2 ** 20 + size / 4;

/** Passes over what the file says of itself, which the library would read without a limit. */
async function checkDescription(source: ByteSource): Promise<void> {
  if (source.size < 12) throw new Error('it is too short');
  const end = await source.read(source.size - 8, 8);
  const length = new DataView(end.buffer, end.byteOffset, 8).getUint32(0, true);
  if (length > source.size - 12) throw new Error('its description is cut off');
  if (length > describedIn(source)) throw new Error('its description is longer than a file of its size has');
  const bytes = await source.read(source.size - 8 - length, length);
  skipStruct(new BoundedReader(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)));
}

/** Columns of a table at most, and levels that they may be nested in. */
const MOST_COLUMNS = 5000;
const DEEPEST_COLUMN = 32;

function checkSchema({ schema, row_groups: groups }: FileMetaData): void {
  if (schema.length > MOST_COLUMNS) throw new Error(`it has more than ${MOST_COLUMNS} columns`);
  const open: number[] = [];
  for (const { num_children: children = 0 } of schema) {
    if (!(children >= 0)) throw new Error('it has a column of no columns');
    if (children > 0) open.push(children + 1);
    if (open.length > DEEPEST_COLUMN) throw new Error('its columns are nested too deeply');
    for (let last = open.length - 1; last >= 0 && --open[last] === 0; last--) open.pop();
  }
  for (const { columns, num_rows: rows } of groups)
    if (columns.length === 0 && rows > 0) throw new Error('it has rows without columns');
}

const limitsOf = ({ source }: ParquetFile): PageLimits => ({
  values: Math.min(20 * source.size, 2 ** 20 + source.size / 16),
  allValues: 2 ** 22 + 2 * source.size,
  bytes: mostUnpacked(source),
  together: { values: 2 ** 21 + 4 * source.size, bytes: 64 * 2 ** 20 + 60 * source.size },
  compressors: boundedCompressors(source),
});

/** Reads the pages of a row group's columns, to be checked before the library reads them. */
async function pageWalks(
  { source, metadata }: ParquetFile,
  group: RowGroup,
  columns: readonly string[] | undefined,
  limits: PageLimits,
): Promise<PageWalk[]> {
  const tree = parquetSchema(metadata);
  const wanted = group.columns.filter(
    ({ meta_data: meta }) => meta && (columns === undefined || columns.includes(meta.path_in_schema[0])),
  );
  const walks: PageWalk[] = [];
  for (const { meta_data: meta } of wanted.length > 0 ? wanted : group.columns.slice(0, 1)) {
    if (!meta) continue;
    const start = Number(meta.dictionary_page_offset || meta.data_page_offset);
    const bytes = await source.read(start, Number(meta.total_compressed_size));
    walks.push(new PageWalk(bytes, getTreePath(tree, meta.path_in_schema), meta, limits));
  }
  return walks;
}

/**
 * Reads what a Parquet file says of itself.
 * @param given bytes of the file before it was unpacked
 */
export async function openParquet(source: ByteSource, given: number): Promise<ParquetFile> {
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
    await checkDescription(source);
    const metadata = await parquetMetadataAsync(buffer);
    checkSchema(metadata);
    checkPlaces(source, metadata);
    return {
      source,
      buffer,
      metadata: exactMetadata(metadata),
      rowCount: Number(metadata.num_rows),
      memory: readingMemory(given) / 2,
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

/** Rows of a Parquet file; only the wanted columns are unpacked. */
export async function* parquetRows(file: ParquetFile, options: RowOptions = {}): AsyncGenerator<TableRow> {
  const { source, buffer, metadata } = file;
  const limits = limitsOf(file);
  const columns = options.columns && outerNames(metadata, options.columns);
  let start = 0;
  for (const group of metadata.row_groups) {
    const count = Number(group.num_rows);
    let batches: RowBatches | undefined;
    for (let from = 0; from < count; ) {
      options.signal?.throwIfAborted();
      let to: number;
      let rows: Record<string, unknown>[];
      try {
        batches ??= new RowBatches(await pageWalks(file, group, columns, limits), count, file.memory);
        to = batches.endOf(from);
        rows = await parquetReadObjects({
          file: buffer,
          metadata,
          columns,
          rowStart: start + from,
          rowEnd: start + to,
          compressors: limits.compressors,
          parsers: exactParsers,
          utf8: false,
        });
      } catch (cause) {
        throw damaged(source, cause);
      }
      options.onProgress?.({ stage: 'Reading', done: start + to, total: file.rowCount, unit: 'items' });
      for (const [at, row] of rows.entries())
        yield { where: `row ${start + from + at + 1}`, ...file.write(row) };
      await yieldToEvents();
      from = to;
    }
    start += count;
  }
}
