import { createPieces } from '../../lib/bytes/pieces.ts';
import { readingBudget, readingMemory } from '../../lib/bytes/reading-budget.ts';
import { type ByteSource, blobSource, bytesSource } from '../../lib/bytes/source.ts';
import { encodingNotice, encodingOfText } from '../../lib/bytes/text-encoding.ts';
import { EngineError } from '../../lib/errors.ts';
import { shownName } from '../../lib/shown.ts';
import { parseQuestionSet, type QuestionSet } from '../questions/question-set.ts';
import { delimitedRows, dialectOf } from './delimited.ts';
import { detectFormat } from './detect.ts';
import { jsonLinesRows, jsonRows } from './json.ts';
import { lostCells } from './lost-cells.ts';
import { openParquet, parquetRows } from './parquet.ts';
import { columnsOf, HEAD_ROWS, type ReadOptions, type Table, type TableRow } from './table.ts';
import { wholeText } from './text.ts';

/** Bytes of what must be held as a whole: a JSON text, or what a gzip file unpacks to. Other tables are streamed. */
export const HELD_LIMIT = 200 * 2 ** 20;

/** A file in the project's own format, which is a question set already. */
export interface OwnSet {
  readonly name: string;
  readonly format: 'h-neuron-questions';
  readonly set: QuestionSet;
}

const megabytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MB`;

function refuseOver(limit: number, bytes: number, name: string, advice: string): void {
  if (bytes > limit)
    throw new EngineError(
      'bad-input',
      `${name} is over the limit of ${megabytes(limit)} (${megabytes(bytes)}); ${advice}.`,
    );
}

async function unpack(source: ByteSource, options: ReadOptions): Promise<ByteSource> {
  const name = source.name.replace(/\.gz$/i, '');
  refuseOver(HELD_LIMIT, source.size, source.name, 'unpack it first');
  const packed = new Blob([(await source.read(0, source.size)) as Uint8Array<ArrayBuffer>]);
  const reader = packed.stream().pipeThrough(new DecompressionStream('gzip')).getReader();
  // What is unpacked is held beside the rows that are made of it.
  const limit = Math.min(HELD_LIMIT, readingMemory(source.size) / 4);
  const pieces = createPieces();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      options.signal?.throwIfAborted();
      pieces.add(next.value);
      refuseOver(limit, pieces.size, `${source.name} unpacked`, 'unpack it first');
    }
  } catch (cause) {
    if (cause instanceof EngineError || options.signal?.aborted) throw cause;
    throw new EngineError('bad-input', `${source.name} is a damaged gzip file; fetch it again.`, { cause });
  } finally {
    await reader.cancel().catch(() => undefined);
  }
  return blobSource(pieces.blob(), name);
}

/**
 * What reads a source's rows, by its format.
 * @param given bytes of the file before it was unpacked
 */
async function rowsOf(
  source: ByteSource,
  format: Table['format'],
  head: string,
  given: number,
  options: ReadOptions,
): Promise<Pick<Table, 'rows' | 'rowCount' | 'format'>> {
  const { encoding } = options;
  if (format === 'parquet') {
    const file = await openParquet(source, given);
    return { format, rowCount: file.rowCount, rows: (each) => parquetRows(file, each) };
  }
  if (format === 'json') {
    refuseOver(
      HELD_LIMIT,
      source.size,
      source.name,
      'save it as JSONL or CSV, which are read piece by piece',
    );
    const { rowCount, rows } = await jsonRows(source, readingBudget(given, 0.75), options);
    return {
      format,
      rowCount,
      async *rows(each) {
        each?.signal?.throwIfAborted();
        yield* rows();
      },
    };
  }
  if (format === 'jsonl') return { format, rows: (each) => jsonLinesRows(source, { ...each, encoding }) };
  const dialect = dialectOf(head, format === 'tsv');
  return {
    format: dialect.delimiter === '\t' ? 'tsv' : 'csv',
    rows: (each) => delimitedRows(source, dialect, { ...each, encoding }),
  };
}

/** The bytes of a file, however it is given. */
export function sourceOf(data: Uint8Array | Blob | ByteSource, name: string): ByteSource {
  if (data instanceof Uint8Array) return bytesSource(data, name);
  return data instanceof Blob
    ? blobSource(data, name)
    : { name, size: data.size, read: data.read.bind(data) };
}

/**
 * Opens a file of questions: CSV, TSV, JSON, JSONL or Parquet (also packed with gzip), or a question set of the project's
 * own. Told apart by content, then by name. Of a text 16 MB are looked at for its encoding; JSON and gzip are held as a whole.
 * @throws EngineError `bad-input` with the reason, the limit or the line
 */
export async function readTable(
  data: Uint8Array | Blob | ByteSource,
  name: string,
  options: ReadOptions = {},
): Promise<Table | OwnSet> {
  const given = sourceOf(data, name);
  const first = await detectFormat(given);
  const source = first.format === 'gzip' ? await unpack(given, options) : given;
  const { format, head } = source === given ? first : await detectFormat(source);
  if (format === 'gzip')
    throw new EngineError('bad-input', `${name} is packed twice with gzip; unpack it first.`);
  if (format === 'h-neuron-questions') {
    refuseOver(HELD_LIMIT, source.size, name, 'split it');
    return { name, format, set: parseQuestionSet(await wholeText(source, options), name) };
  }
  const encoding = format === 'parquet' ? undefined : await encodingOfText(source, options.signal);
  const { rows, ...rest } = await rowsOf(source, format, head, given.size, { ...options, encoding });
  const first100: TableRow[] = [];
  const lost = lostCells();
  for await (const row of rows({ signal: options.signal })) {
    first100.push(row);
    lost.add(row);
    if (first100.length === HEAD_ROWS) break;
  }
  if (first100.length === 0) throw new EngineError('bad-input', `${name} has no rows.`);
  const [{ where, problem }] = first100;
  if (first100.every((row) => row.problem !== undefined))
    throw new EngineError('bad-input', `${name} is no table of questions: ${where} ${problem}.`);
  const left = lost.said();
  const notice = left
    ? `In the first rows of ${shownName(name)}, ${left}`
    : encoding && encodingNotice(encoding, name);
  return { name, ...rest, bytes: given.size, notice, columns: columnsOf(first100), head: first100, rows };
}
