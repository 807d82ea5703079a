import { countOf } from '../../lib/bytes/csv-rows.ts';
import type { ByteSource } from '../../lib/bytes/source.ts';
import { encodingOfText, textPieces } from '../../lib/bytes/text-encoding.ts';
import { yieldToEvents } from '../../lib/bytes/yield.ts';
import { EngineError } from '../../lib/errors.ts';
import type { ReadOptions } from './table.ts';

/** Bytes that are read at a time. */
const PIECE = 2 ** 20;
/** Characters of a line or record at most: what is longer is no table. */
export const RECORD_LIMIT = 16 * 2 ** 20;

/** Lines before the first byte of a piece that is not UTF-8; its start may belong to a character of the piece before. */
function linesBeforeFault(piece: Uint8Array): number {
  let from = 0;
  while (from < 3 && (piece[from] & 0xc0) === 0x80) from++;
  const text = new TextDecoder().decode(piece.subarray(from));
  return countOf(text.slice(0, Math.max(0, text.indexOf('\uFFFD'))), '\n');
}

/**
 * The text of a file in pieces, without a byte-order mark.
 * @throws EngineError `bad-input` with the line where the bytes are not text
 */
export async function* textOf(source: ByteSource, options: ReadOptions = {}): AsyncGenerator<string> {
  const encoding = options.encoding ?? (await encodingOfText(source, options.signal));
  const decoder = textPieces(encoding);
  let lines = 1;
  for (let at = 0; at < source.size; at += PIECE) {
    options.signal?.throwIfAborted();
    const piece = await source.read(at, Math.min(PIECE, source.size - at));
    const end = at + piece.length;
    let text: string;
    try {
      text = decoder.decode(piece, end < source.size);
    } catch (cause) {
      const line = lines + (encoding === 'utf-8' ? linesBeforeFault(piece) : 0);
      throw new EngineError(
        'bad-input',
        `Line ${line} of ${source.name} is not ${encoding.toUpperCase()} text; save the file as UTF-8.`,
        { cause },
      );
    }
    lines += countOf(text, '\n');
    options.onProgress?.({ stage: 'Reading', done: end, total: source.size, unit: 'bytes' });
    yield text;
    await yieldToEvents();
  }
}

/** The whole text of a file. */
export async function wholeText(source: ByteSource, options?: ReadOptions): Promise<string> {
  const pieces: string[] = [];
  for await (const piece of textOf(source, options)) pieces.push(piece);
  return pieces.join('');
}

export interface Line {
  /** Counted from 1. */
  readonly number: number;
  readonly text: string;
}

/** Lines of a file without their ends; empty ones are left out. */
export async function* linesOf(source: ByteSource, options?: ReadOptions): AsyncGenerator<Line> {
  let rest = '';
  let number = 0;
  for await (const piece of textOf(source, options)) {
    rest += piece;
    let from = 0;
    for (let end = rest.indexOf('\n'); end !== -1; end = rest.indexOf('\n', from)) {
      const text = rest.slice(from, end);
      number++;
      if (text.trim() !== '') yield { number, text };
      from = end + 1;
    }
    rest = rest.slice(from);
    if (rest.length > RECORD_LIMIT)
      throw new EngineError(
        'bad-input',
        `Line ${number + 1} of ${source.name} is over the limit of 16 MB a line; is it a table?`,
      );
  }
  if (rest.trim() !== '') yield { number: number + 1, text: rest };
}
