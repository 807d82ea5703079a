import type { ColumnMetaData, Compressors, PageHeader, SchemaTree } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { decompressPage } from 'hyparquet/src/datapage.js';
import { deltaBinaryUnpack } from 'hyparquet/src/delta.js';
import { getMaxDefinitionLevel, getMaxRepetitionLevel, isFlatColumn } from 'hyparquet/src/schema.js';
import { BoundedReader, skipStruct } from './parquet-thrift.ts';

/** Bytes in which a page's header must end. */
const HEADER_BYTES = 256 * 1024;
/** Values that a bit-packed run may have beyond those that are wanted: runs come in eights. */
const PADDING = 64;

/** What one column's pages may come to. */
export interface PageLimits {
  /** Values of a page. */
  readonly values: number;
  /** Values of all pages. */
  readonly allValues: number;
  /** Bytes that a page unpacks to, also of texts that share beginnings. */
  readonly bytes: number;
  /** What the pages of all columns of all row groups may come to. */
  readonly together: { values: number; bytes: number };
  readonly compressors: Compressors;
}

/** What is wrong with a file that takes too much memory or time for its size. */
export const UNPACKS_LARGE =
  'its columns unpack to far more than a file of its size holds; save it as several smaller files';

const bitWidth = (value: number) => 32 - Math.clz32(value);

/**
 * Passes over a run-length encoded list and leaves the reader behind it.
 * @param sought a value, or -1 to count none
 * @returns how many of its values are `sought`
 * @throws Error where a run has more values than the list
 */
function countRuns(reader: BoundedReader, width: number, count: number, sought: number): number {
  let seen = 0;
  let found = 0;
  if (width > 32) throw new Error('a run has values of more than 32 bits');
  while (seen < count) {
    const head = reader.number();
    const isPacked = head % 2 === 1;
    const length = isPacked ? 8 * Math.floor(head / 2) : Math.floor(head / 2);
    if (length > count - seen + (isPacked ? PADDING : 0))
      throw new Error('a run has more values than its page');
    if (length === 0 && reader.offset >= reader.view.byteLength)
      throw new Error('a page ends within its runs');
    if (!isPacked) {
      let value = 0;
      for (let at = 0; at < Math.ceil(width / 8); at++) value += reader.byte() * 256 ** at;
      if (value === sought) found += length;
    } else {
      const start = reader.offset;
      const bytes = Math.min((length * width) / 8, reader.view.byteLength - start);
      for (let at = 0; sought >= 0 && at < Math.min(length, count - seen); at++)
        if (bitsAt(reader.view, start, bytes, at * width, width) === sought) found++;
      reader.skip(bytes);
    }
    seen += length;
  }
  return found;
}

function bitsAt(view: DataView, start: number, bytes: number, bit: number, width: number): number {
  let value = 0;
  for (let at = 0; at < width; at++) {
    const place = (bit + at) >> 3;
    if (place < bytes && view.getUint8(start + place) & (1 << ((bit + at) & 7))) value += 2 ** at;
  }
  return value;
}

/** Passes over whole numbers that are written as differences, and leaves the reader behind them. */
function skipDeltas(reader: BoundedReader, count: number): void {
  const block = reader.number();
  const parts = reader.number();
  reader.number();
  reader.number();
  if (parts < 1 || parts > 1024 || block > 2 ** 20 || (block / parts) % 8 !== 0)
    throw new Error('its differences are in blocks of no known size');
  const inPart = block / parts;
  for (let seen = 1; seen < count; ) {
    reader.number();
    const widths = Array.from({ length: parts }, () => reader.byte());
    for (const width of widths) {
      if (seen >= count) break;
      if (width > 64) throw new Error('a difference has more than 64 bits');
      reader.skip(Math.min((inPart * width) / 8, reader.view.byteLength - reader.offset));
      seen += inPart;
    }
  }
}

/** Whole numbers that are written as differences. */
function deltas(reader: BoundedReader, count: number): Int32Array {
  const start = reader.offset;
  skipDeltas(reader, count);
  const values = new Int32Array(count);
  const again = { view: reader.view, offset: start };
  deltaBinaryUnpack(again, count, values);
  reader.offset = again.offset;
  return values;
}

/** Refuses values whose decoding would take more than the page's bytes and limits allow. */
function checkValues(
  reader: BoundedReader,
  encoding: string | undefined,
  count: number,
  limits: PageLimits,
): void {
  if (count <= 0) return;
  if (encoding === 'RLE_DICTIONARY' || encoding === 'PLAIN_DICTIONARY') {
    const width = reader.byte();
    if (width > 0) countRuns(reader, width, count, -1);
  } else if (encoding === 'DELTA_BINARY_PACKED') skipDeltas(reader, count);
  else if (encoding === 'DELTA_LENGTH_BYTE_ARRAY') deltas(reader, count);
  else if (encoding === 'DELTA_BYTE_ARRAY') {
    const [shared, own] = [deltas(reader, count), deltas(reader, count)];
    const bytes = shared.reduce((sum, length, at) => sum + Math.max(0, length) + Math.max(0, own[at]), 0);
    if (bytes > limits.bytes) throw new Error('a page has texts of more bytes than the file can hold');
  }
}

/** Bytes of memory that a value takes while its page is decoded: a view and a text of it, or a place in a list. */
const TEXT_MEMORY = 150;
const PLACE_MEMORY = 40;
/** Bytes that the lists around a value take. */
const LIST_MEMORY = 100;

interface Page {
  readonly header: PageHeader;
  /** Where its bytes start. */
  readonly start: number;
  /** Bytes of memory that decoding takes, about. */
  readonly memory: number;
  readonly isDictionary: boolean;
}

/** Checks the pages of one column, in their order, as far as rows are wanted. */
export class PageWalk {
  /** Whether the column is neither a list nor within another, so that its pages can be read one by one. */
  readonly isFlat: boolean;
  private readonly reader: BoundedReader;
  private ahead: Page | undefined;
  private readonly path: readonly SchemaTree[];
  private readonly column: ColumnMetaData;
  private readonly limits: PageLimits;
  private values = 0;
  /** Rows of the pages so far. */
  rows = 0;

  constructor(bytes: Uint8Array, path: readonly SchemaTree[], column: ColumnMetaData, limits: PageLimits) {
    this.reader = new BoundedReader(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    this.path = path;
    this.column = column;
    this.limits = limits;
    this.isFlat = isFlatColumn([...path]);
  }

  /**
   * The next page by its own account; nothing behind the last one.
   * @throws Error where it is no page of a file of this size
   */
  peek(): Page | undefined {
    const { view } = this.reader;
    if (this.ahead === undefined && this.reader.offset < view.byteLength - 1) this.ahead = this.page();
    return this.ahead;
  }

  /**
   * Goes on behind the next page.
   * @throws Error where decoding it would take more than the file allows
   */
  take(): void {
    const page = this.peek();
    if (!page) throw new Error('a column ends before its last row');
    this.ahead = undefined;
    const { buffer, byteOffset } = this.reader.view;
    this.check(
      page.header,
      new Uint8Array(buffer, byteOffset + page.start, page.header.compressed_page_size),
    );
  }

  private page(): Page {
    const { view } = this.reader;
    const start = this.reader.offset;
    const length = Math.min(HEADER_BYTES, view.byteLength - start);
    const head = new DataView(view.buffer, view.byteOffset + start, length);
    skipStruct(new BoundedReader(head));
    const place = { view: head, offset: 0 };
    const header = parquetHeader(place);
    this.reader.offset += place.offset;
    const { offset } = this.reader;
    this.reader.skip(header.compressed_page_size);
    return {
      header,
      start: offset,
      memory: this.memoryOf(header),
      isDictionary: header.type === 'DICTIONARY_PAGE',
    };
  }

  private memoryOf(header: PageHeader): number {
    const { data_page_header: first, data_page_header_v2: second, dictionary_page_header: texts } = header;
    const { num_values: count = 0, encoding } = first ?? second ?? texts ?? {};
    const areTexts =
      this.column.type === 'BYTE_ARRAY' && (texts !== undefined || !encoding?.endsWith('_DICTIONARY'));
    const each = (areTexts ? TEXT_MEMORY : PLACE_MEMORY) + (this.isFlat ? 0 : LIST_MEMORY);
    // A page, and texts of one or two bytes a letter.
    return (areTexts ? 3 : 2) * header.uncompressed_page_size + each * count;
  }

  private check(header: PageHeader, packed: Uint8Array): void {
    const { bytes, values, allValues } = this.limits;
    if (!(header.uncompressed_page_size >= 0 && header.uncompressed_page_size <= bytes))
      throw new Error('a page says that it unpacks to more bytes than the file can hold');
    const first = header.data_page_header ?? header.dictionary_page_header ?? header.data_page_header_v2;
    const count = first?.num_values ?? 0;
    this.values += count;
    if (!(count >= 0 && count <= values && this.values <= allValues))
      throw new Error('a page says that it has more values than the file can hold');
    const { together } = this.limits;
    together.values -= count;
    together.bytes -= header.uncompressed_page_size;
    if (together.values < 0 || together.bytes < 0) throw new Error(UNPACKS_LARGE);
    if (header.type === 'DATA_PAGE') this.firstForm(header, packed);
    else if (header.type === 'DATA_PAGE_V2') this.secondForm(header, packed);
  }

  private unpack(packed: Uint8Array, length: number): BoundedReader {
    const page = decompressPage(packed, length, this.column.codec, this.limits.compressors);
    return new BoundedReader(new DataView(page.buffer, page.byteOffset, page.byteLength));
  }

  private firstForm(
    { data_page_header: header, uncompressed_page_size: size }: PageHeader,
    packed: Uint8Array,
  ): void {
    if (!header) throw new Error('a page is not described');
    const count = header.num_values;
    const reader = this.unpack(packed, size);
    const path = [...this.path];
    const [repeats, defines] = [getMaxRepetitionLevel(path), getMaxDefinitionLevel(path)];
    const levels = (most: number, sought: number) => {
      const length = reader.view.getUint32(reader.offset, true);
      const start = reader.offset + 4;
      reader.offset = start;
      const found = countRuns(reader, bitWidth(most), count, sought);
      reader.offset = start;
      reader.skip(length);
      return found;
    };
    this.rows += repeats > 0 ? levels(repeats, 0) : count;
    checkValues(reader, header.encoding, defines > 0 ? levels(defines, defines) : count, this.limits);
  }

  private secondForm(
    { data_page_header_v2: header, uncompressed_page_size: size }: PageHeader,
    packed: Uint8Array,
  ): void {
    if (!header) throw new Error('a page is not described');
    const { num_values: count, num_nulls: nulls, num_rows: rows } = header;
    const [repeated, defined] = [header.repetition_levels_byte_length, header.definition_levels_byte_length];
    if (!(nulls >= 0 && nulls <= count && rows >= 0 && rows <= count))
      throw new Error('a page says that it has more rows than values');
    const path = [...this.path];
    const levels = new BoundedReader(new DataView(packed.buffer, packed.byteOffset, packed.byteLength));
    const [repeats, defines] = [getMaxRepetitionLevel(path), getMaxDefinitionLevel(path)];
    if (repeats > 0) countRuns(levels, bitWidth(repeats), count, -1);
    levels.offset = 0;
    levels.skip(repeated);
    if (defines > 0) countRuns(levels, bitWidth(defines), count, -1);
    levels.offset = repeated;
    levels.skip(defined);
    const rest = packed.subarray(levels.offset);
    const reader =
      header.is_compressed === false
        ? new BoundedReader(new DataView(rest.buffer, rest.byteOffset, rest.byteLength))
        : this.unpack(rest, size - repeated - defined);
    this.rows += rows;
    checkValues(reader, header.encoding, count - nulls, this.limits);
  }
}
