import { bytesOf, crc32, isIntact, sealed } from '../../lib/bytes/checksum.ts';
import { textLines } from '../../lib/bytes/text-lines.ts';
import { EngineError } from '../../lib/errors.ts';
import type { Correction } from './corrections.ts';
import { parseRecord, type QuestionRecord, type RunManifest } from './records.ts';

/** Files of a run. */
export const RUN_FILES = {
  manifest: 'run.json',
  /** A record a line, in the order in which they were asked. */
  records: 'records.jsonl',
  /** float16, [rows][vectors][neurons], rows in the order of the records that have one. */
  features: 'features.f16',
  /** A correction a line; of several for one question the last counts. */
  corrections: 'corrections.jsonl',
} as const;

const LINE_END = 10;
const decoder = new TextDecoder();

/** Bytes of a row of features. */
export function rowBytes({ model, vectors }: Pick<RunManifest, 'model' | 'vectors'>): number {
  return 2 * vectors.length * model.widths.reduce((sum, width) => sum + width, 0);
}

/** Number of questions that a run asks: those of its shard. */
export function questionsAsked({ questions, shard }: Pick<RunManifest, 'questions' | 'shard'>): number {
  return Math.ceil((questions.count - shard.index) / shard.count);
}

/** The record with its checksums, as it is stored. */
export function sealedRecord(record: QuestionRecord, features: Uint16Array | undefined): QuestionRecord {
  const { featuresCrc: _, ...rest } = record;
  return sealed(features ? { ...rest, featuresCrc: crc32(bytesOf(features)) } : rest);
}

/** Whether features are those that a record was stored with; true where it has no checksum of them. */
export const areIntact = ({ featuresCrc }: QuestionRecord, features: Uint16Array): boolean =>
  featuresCrc === undefined || featuresCrc === crc32(bytesOf(features));

/**
 * Takes the records of a run one by one and says of each what is wrong with it, if anything: behind the name of its place
 * ("Line 3") it makes a clause.
 * @param rows complete rows of features that are there
 */
export function recordChecker(rows: number): (record: QuestionRecord) => Flaw | undefined {
  let nextRow = 0;
  let last = -1;
  return (record) => {
    const { index, row } = record;
    if (!isIntact(record)) return { what: 'was altered: its checksum does not fit' };
    if (index <= last)
      return {
        what: `asks question ${index} ${index === last ? 'again' : 'behind later ones'}, as where two processes wrote at once`,
      };
    if (row !== undefined && row !== nextRow)
      return { what: `names row ${row} of ${RUN_FILES.features}, where row ${nextRow} is due` };
    if (row !== undefined && row >= rows)
      return {
        what: `lacks its features: row ${row} of ${RUN_FILES.features} is not there`,
        lacksFeatures: true,
      };
    last = index;
    if (row !== undefined) nextRow++;
    return undefined;
  };
}

/** What is wrong with a record. */
interface Flaw {
  /** A clause that goes on behind the record's place: "Line 3 of records.jsonl". */
  readonly what: string;
  /** The record is sound, but its features are not there, as a loss of power may leave it. */
  readonly lacksFeatures?: boolean;
}

/** Where a run is damaged: what stands there and behind it is not read. */
export interface Damage extends Flaw {
  /** From 1. */
  readonly line: number;
  /** Lines from there on. */
  readonly lines: number;
}

/** What can be read of a run. */
export interface CompleteRecords {
  readonly records: readonly QuestionRecord[];
  /** Bytes that they take. */
  readonly length: number;
  /** Whether the last line is cut short, as a process that was killed leaves it. */
  readonly isCut: boolean;
  readonly damage?: Damage;
}

/**
 * Records of a file up to a last line that is cut short, or to the first that is damaged.
 * @param rows complete rows of features that are there
 */
export function completeRecords(bytes: Uint8Array, rows: number): CompleteRecords {
  const records: QuestionRecord[] = [];
  const check = recordChecker(rows);
  const isCut = bytes.length > 0 && bytes[bytes.length - 1] !== LINE_END;
  let length = 0;
  for (let end = bytes.indexOf(LINE_END); end >= 0; end = bytes.indexOf(LINE_END, length)) {
    const record = parseRecord(decoder.decode(bytes.subarray(length, end)));
    const flaw = record ? check(record) : { what: 'is damaged: it is no record' };
    if (flaw) {
      let lines = 0;
      for (let at = length; at < bytes.length && at >= 0; at = bytes.indexOf(LINE_END, at) + 1 || -1) lines++;
      return { records, length, isCut, damage: { ...flaw, line: records.length + 1, lines } };
    }
    records.push(record as QuestionRecord);
    length = end + 1;
  }
  return { records, length, isCut };
}

/** The sentence for a damaged run, as far as it is the same on the page and in the terminal. */
export const damageText = ({ line, what, lines }: Damage, place = ''): string =>
  `Line ${line} of ${RUN_FILES.records}${place} ${what}; ${lines === 1 ? 'it' : `it and the ${lines - 1} lines behind it`} cannot be relied on.`;

/** What a person should know of a run that is read: what is left out of it, and what cannot be told of it. */
export function notesOf({ records, isCut }: Pick<CompleteRecords, 'records' | 'isCut'>): string[] {
  const unsealed = records.filter(({ crc }) => crc === undefined).length;
  const all = unsealed === records.length;
  return [
    ...(isCut
      ? [
          `The last line of ${RUN_FILES.records} is cut short and left out; its question is asked again when the run goes on.`,
        ]
      : []),
    ...(unsealed > 0
      ? [
          `${all ? 'The run was' : `${unsealed} of the run's ${records.length} questions were`} stored before there were checksums: whether ${all ? 'it was' : 'they were'} altered since cannot be told.`,
        ]
      : []),
  ];
}

/** Says that a run has not asked all of its questions; nothing where it has. */
export function incompleteNotes(records: readonly QuestionRecord[], manifest: RunManifest): string[] {
  const asked = questionsAsked(manifest);
  return records.length < asked
    ? [`The run is not complete: it has ${records.length} of ${asked} questions.`]
    : [];
}

/** Number of records by status. */
export function countsOf(records: readonly QuestionRecord[]): Record<QuestionRecord['status'], number> {
  const counts = { right: 0, wrong: 0, uncertain: 0, mixed: 0, skipped: 0 };
  for (const { status } of records) counts[status]++;
  return counts;
}

/** Rows of features that records name. */
export const rowsOf = (records: readonly QuestionRecord[]) =>
  records.reduce((rows, { row }) => (row === undefined ? rows : rows + 1), 0);

export const formatManifest = (manifest: RunManifest) => `${JSON.stringify(manifest, null, 2)}\n`;

/** A line of the records or corrections. */
export const formatLine = (line: QuestionRecord | Correction) => `${JSON.stringify(line)}\n`;

const LABELS: readonly unknown[] = ['right', 'wrong', 'left-out'] satisfies Correction['label'][];

function parseCorrection(line: string, number: number, place: string): Correction {
  try {
    const { index, label } = JSON.parse(line) as Record<string, unknown>;
    if (typeof index === 'number' && Number.isInteger(index) && index >= 0 && LABELS.includes(label))
      return { index, label: label as Correction['label'] };
  } catch {
    // Said below.
  }
  throw new EngineError(
    'bad-input',
    `Line ${number} of ${RUN_FILES.corrections}${place} is no correction; it takes {"index": 0, "label": "right"}, "wrong" or "left-out".`,
  );
}

/**
 * Corrections from their file, by the question's index.
 * @param place " in FOLDER", for messages
 * @throws EngineError `bad-input` on a line that is none
 */
export function parseCorrections(text: string, place = ''): Correction[] {
  const byIndex = new Map<number, Correction>();
  for (const { number, text: line } of textLines(text)) {
    if (line.trim() === '') continue;
    const correction = parseCorrection(line, number, place);
    byIndex.set(correction.index, correction);
  }
  return [...byIndex.values()].sort((a, b) => a.index - b.index);
}
