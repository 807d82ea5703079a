import { DEEPEST_JSON, jsonDepth } from '../../lib/bytes/json-text.ts';
import type { ByteSource } from '../../lib/bytes/source.ts';
import { encodingOfStart } from '../../lib/bytes/text-encoding.ts';
import { EngineError } from '../../lib/errors.ts';
import { parseJson } from './json.ts';
import type { TableFormat } from './table.ts';

type FileFormat = TableFormat | 'h-neuron-questions' | 'gzip';

export interface Detected {
  readonly format: FileFormat;
  /** The first characters of a text; nothing for other files. */
  readonly head: string;
}

/** Bytes that tell what a file is. */
const HEAD_BYTES = 256 * 1024;
const WANTED = 'give a CSV, TSV, JSON, JSONL or Parquet file';

/** First bytes of files that are no tables, in Latin letters, and what to say of them. */
const OTHER_KINDS: readonly (readonly [start: string, kind: string, advice?: string])[] = [
  ['\x89PNG', 'a PNG image'],
  ['\xff\xd8\xff', 'a JPEG image'],
  ['GIF8', 'a GIF image'],
  ['RIFF', 'a sound, video or WebP file'],
  ['%PDF', 'a PDF document'],
  ['GGUF', 'a GGUF model'],
  ['PK\x03\x04', 'a ZIP archive or an Excel workbook', 'unpack it, or save the sheet as CSV'],
  ['\xd0\xcf\x11\xe0', 'an old Office document', 'save the sheet as CSV'],
  ['\x28\xb5\x2f\xfd', 'packed with Zstandard', 'unpack it first'],
  ['BZh', 'packed with bzip2', 'unpack it first'],
  ['\xfd7zXZ', 'packed with xz', 'unpack it first'],
  ['7z\xbc\xaf', 'a 7-Zip archive', 'unpack it first'],
  ['ARROW1', 'an Arrow file', 'save it as Parquet'],
  ['Obj\x01', 'an Avro file', 'save it as Parquet'],
  ['SQLite format 3', 'a SQLite database', 'export the table as CSV'],
  ['\x93NUMPY', 'a NumPy array'],
  ['PARE', 'an encrypted Parquet file', 'save it without encryption'],
];

function refuse(sentence: string): never {
  throw new EngineError('bad-input', sentence);
}

function refuseOtherKinds(start: Uint8Array, name: string): void {
  const letters = String.fromCharCode(...start.subarray(0, 16));
  for (const [prefix, kind, advice] of OTHER_KINDS) {
    if (letters.startsWith(prefix))
      refuse(`${name} is ${kind}, not a table of questions; ${advice ?? WANTED}.`);
  }
}

function refuseOtherTexts(head: string, name: string): void {
  const start = head.trimStart();
  const line = 1 + head.slice(0, head.length - start.length).split('\n').length - 1;
  if (start.startsWith('version https://git-lfs.github.com/spec/'))
    refuse(
      `${name} is a pointer of Git LFS (line ${line}), not the file itself; fetch the file, for example with "git lfs pull".`,
    );
  if (/^<(!doctype|html|head|body)\b/i.test(start))
    refuse(
      `${name} is a web page (line ${line} starts with "${start.slice(0, 15)}"), not a table; ${WANTED}.`,
    );
  if (start.startsWith('<?xml'))
    refuse(`${name} is an XML document (line ${line}), not a table of questions; ${WANTED}.`);
  const nul = head.indexOf('\0');
  if (nul !== -1)
    refuse(`${name} is no text: line ${head.slice(0, nul).split('\n').length} holds a zero byte; ${WANTED}.`);
}

const endsWith = (name: string, ...endings: readonly string[]) =>
  endings.some((ending) => name.toLowerCase().endsWith(ending));

/** Whether a text that starts with a brace is one object a line. */
function isJsonLines(head: string, isWhole: boolean, name: string): boolean {
  const lines = head.split('\n').filter((line) => line.trim() !== '');
  const first = lines[0];
  // A first line that is longer than what was read tells nothing.
  if (lines.length === 1 && !isWhole) return endsWith(name, '.jsonl', '.ndjson');
  if (jsonDepth(first) > DEEPEST_JSON) return lines.length > 1 || endsWith(name, '.jsonl', '.ndjson');
  try {
    parseJson(first);
  } catch {
    return endsWith(name, '.jsonl', '.ndjson');
  }
  return lines.length > 1 || endsWith(name, '.jsonl', '.ndjson');
}

function textFormat(head: string, isWhole: boolean, name: string): FileFormat {
  const start = head.trimStart();
  const firstLine = start.slice(0, 2000).split('\n')[0];
  if (/^\{\s*"format"\s*:\s*"h-neuron-questions"/.test(firstLine)) return 'h-neuron-questions';
  if (endsWith(name, '.tsv', '.tab')) return 'tsv';
  if (endsWith(name, '.csv')) return 'csv';
  if (start.startsWith('[')) return 'json';
  if (start.startsWith('{')) return isJsonLines(start, isWhole, name) ? 'jsonl' : 'json';
  if (endsWith(name, '.json', '.jsonl', '.ndjson'))
    refuse(`${name} is not JSON: its first line starts with "${firstLine.slice(0, 20)}".`);
  return 'csv';
}

/**
 * Tells the format of a file, by its content before its name.
 * @throws EngineError `bad-input` that says what a file of another kind is
 */
export async function detectFormat(source: ByteSource): Promise<Detected> {
  const { name, size } = source;
  const start = await source.read(0, Math.min(HEAD_BYTES, size));
  if (start[0] === 0x1f && start[1] === 0x8b) return { format: 'gzip', head: '' };
  if (String.fromCharCode(...start.subarray(0, 4)) === 'PAR1') return { format: 'parquet', head: '' };
  refuseOtherKinds(start, name);
  const head = new TextDecoder(encodingOfStart(start)).decode(start, { stream: size > start.length });
  if (head.trim() === '' && size === start.length) refuse(`${name} is empty; ${WANTED}.`);
  refuseOtherTexts(head, name);
  if (endsWith(name, '.parquet'))
    refuse(`${name} is named as Parquet but does not start as such a file; it may be damaged.`);
  return { format: textFormat(head, size === start.length, name), head };
}
