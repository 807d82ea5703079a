import { EngineError } from '../errors.ts';
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

/** Takes records one by one and tells whether each is in place: its features are there and follow the last row. */
export function placeChecker(rows: number): (record: QuestionRecord) => boolean {
  let next = 0;
  return ({ row }) => {
    if (row === undefined) return true;
    if (row !== next || row >= rows) return false;
    next++;
    return true;
  };
}

/**
 * Records of a file up to a last line that is cut short, or to the first whose features are not in place.
 * @param rows complete rows of features that are there
 * @returns the records, and the bytes that they take
 * @throws EngineError `bad-input` where a whole line is no record: what stands behind it is worth more than a guess
 */
export function completeRecords(
  bytes: Uint8Array,
  rows: number,
): { readonly records: readonly QuestionRecord[]; readonly length: number } {
  const records: QuestionRecord[] = [];
  const inPlace = placeChecker(rows);
  let length = 0;
  let number = 1;
  for (let end = bytes.indexOf(LINE_END); end >= 0; end = bytes.indexOf(LINE_END, length)) {
    const record = parseRecord(decoder.decode(bytes.subarray(length, end)));
    if (!record)
      throw new EngineError(
        'bad-input',
        `Line ${number} of ${RUN_FILES.records} is damaged; mend it, or delete it and all lines behind it to have these questions asked again.`,
      );
    if (!inPlace(record)) break;
    records.push(record);
    length = end + 1;
    number++;
  }
  return { records, length };
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

function parseCorrection(line: string, number: number): Correction {
  try {
    const { index, label } = JSON.parse(line) as Record<string, unknown>;
    if (typeof index === 'number' && Number.isInteger(index) && index >= 0 && LABELS.includes(label))
      return { index, label: label as Correction['label'] };
  } catch {
    // Said below.
  }
  throw new EngineError(
    'bad-input',
    `Line ${number} of ${RUN_FILES.corrections} is no correction; it takes {"index": 0, "label": "right"}, "wrong" or "left-out".`,
  );
}

/**
 * Corrections from their file, by the question's index.
 * @throws EngineError `bad-input` on a line that is none
 */
export function parseCorrections(text: string): Correction[] {
  const byIndex = new Map<number, Correction>();
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const correction = parseCorrection(line, i + 1);
    byIndex.set(correction.index, correction);
  }
  return [...byIndex.values()].sort((a, b) => a.index - b.index);
}
