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
import type { ByteSource } from '../../bytes/source.ts';
import { yieldToEvents } from '../../bytes/yield.ts';
import { EngineError } from '../../errors.ts';
import { shownName } from '../../shown.ts';
import { PageWalk } from './parquet-pages.ts';
import { BoundedReader, skipStruct } from './parquet-thrift.ts';
import { exactMetadata, exactParsers, rowWriter, type WrittenRow } from './parquet-values.ts';
import type { RowOptions, TableRow } from './table.ts';

/** Rows that are read first of a row group, for the preview, and at least at a time then. */
const FIRST = 100;
const BATCH = 2000;
/** Times at most that a row group is read for its other rows. */
const PASSES = 4;

export interface ParquetFile {
  readonly source: ByteSource;
  readonly buffer: AsyncBuffer;
  /** As `exactMetadata` has it. */
  readonly metadata: FileMetaData;
  readonly rowCount: number;
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

/** Checks the pages of a row group's columns before the library reads them. */
async function pageWalks(
  { source, metadata }: ParquetFile,
  group: RowGroup,
  columns: readonly string[] | undefined,
  unpack: Compressors,
): Promise<PageWalk[]> {
  const tree = parquetSchema(metadata);
  const wanted = group.columns.filter(
    ({ meta_data: meta }) => meta && (columns === undefined || columns.includes(meta.path_in_schema[0])),
  );
  const limits = {
    values: Math.min(20 * source.size, 2 ** 20 + source.size / 16),
    allValues: 2 ** 22 + 2 * source.size,
    bytes: mostUnpacked(source),
    together: { values: 2 ** 21 + 4 * source.size, bytes: 32 * 2 ** 20 + 20 * source.size },
    compressors: unpack,
  };
  const walks: PageWalk[] = [];
  for (const { meta_data: meta } of wanted.length > 0 ? wanted : group.columns.slice(0, 1)) {
    if (!meta) continue;
    const start = Number(meta.dictionary_page_offset || meta.data_page_offset);
    const bytes = await source.read(start, Number(meta.total_compressed_size));
    walks.push(new PageWalk(bytes, getTreePath(tree, meta.path_in_schema), meta, limits));
  }
  return walks;
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
    await checkDescription(source);
    const metadata = await parquetMetadataAsync(buffer);
    checkSchema(metadata);
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

interface Batch {
  readonly group: RowGroup;
  /** First row of the group. */
  readonly start: number;
  /** First and last row (exclusive) of what is read at a time. */
  readonly from: number;
  readonly to: number;
}

/** What is read at a time: never more than one row group, and few times of one, of which columns of lists are read whole. */
function* batches(metadata: FileMetaData): Generator<Batch> {
  let start = 0;
  for (const group of metadata.row_groups) {
    const rows = Number(group.num_rows);
    const end = start + rows;
    for (let from = start; from < end; ) {
      const to = Math.min(end, from + (from === start ? FIRST : Math.max(BATCH, Math.ceil(rows / PASSES))));
      yield { group, start, from, to };
      from = to;
    }
    start = end;
  }
}

/** Rows of a Parquet file; only the wanted columns are unpacked. */
export async function* parquetRows(file: ParquetFile, options: RowOptions = {}): AsyncGenerator<TableRow> {
  const { source, buffer, metadata } = file;
  const unpack = boundedCompressors(source);
  const columns = options.columns && outerNames(metadata, options.columns);
  let walked: { readonly group: RowGroup; readonly walks: readonly PageWalk[] } | undefined;
  for (const { group, start, from, to } of batches(metadata)) {
    options.signal?.throwIfAborted();
    let rows: Record<string, unknown>[];
    try {
      if (walked?.group !== group) walked = { group, walks: await pageWalks(file, group, columns, unpack) };
      for (const walk of walked.walks) walk.until(to - start);
      rows = await parquetReadObjects({
        file: buffer,
        metadata,
        columns,
        rowStart: from,
        rowEnd: to,
        compressors: unpack,
        parsers: exactParsers,
        utf8: false,
      });
    } catch (cause) {
      throw damaged(source, cause);
    }
    options.onProgress?.({ stage: 'Reading', done: to, total: file.rowCount, unit: 'items' });
    for (const [at, row] of rows.entries()) yield { where: `row ${from + at + 1}`, ...file.write(row) };
    await yieldToEvents();
  }
}
