import type { QuestionRecord } from './records.ts';

/** What a person says of an answer instead of the judge. */
export interface Correction {
  /** Place of the question in its set. */
  readonly index: number;
  /** `left-out`: the answer takes no part. */
  readonly label: 'right' | 'wrong' | 'left-out';
}

/** The records with a person's labels in place of the judge's; only answers with features can be corrected. */
export function corrected(
  records: readonly QuestionRecord[],
  corrections: readonly Correction[],
): readonly QuestionRecord[] {
  const labels = new Map(corrections.map(({ index, label }) => [index, label]));
  return records.map((record) => {
    const label = labels.get(record.index);
    if (label === undefined || record.row === undefined) return record;
    return { ...record, status: label === 'left-out' ? 'mixed' : label };
  });
}
