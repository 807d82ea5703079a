import type { Question } from '../../datasets/questions/question-set.ts';
import { FLOAT16_VALUES } from '../../lib/bytes/half.ts';
import { EngineError } from '../../lib/errors.ts';
import type { DenseFeatures } from '../../lib/stats/features.ts';
import { groupRows } from '../../lib/stats/groups.ts';
import { balanceWithin } from '../../lib/stats/splits.ts';
import type { FeatureVector } from './features.ts';
import type { QuestionRecord, RunManifest } from './records.ts';

/** An answer that the replies to a question agree on, with features. */
export interface Answer {
  readonly record: QuestionRecord & { readonly row: number; readonly representative: number };
  /** 1: wrong, that is made up; 0: right. */
  readonly label: 0 | 1;
}

/** The answers of a run that can be told apart: consistently right or wrong, with features. */
export function answersOf(records: readonly QuestionRecord[]): Answer[] {
  return records.flatMap((record): Answer[] => {
    const { status, row, representative } = record;
    if (row === undefined || representative === undefined) return [];
    if (status !== 'right' && status !== 'wrong') return [];
    return [{ record: { ...record, row, representative }, label: status === 'wrong' ? 1 : 0 }];
  });
}

/**
 * As many right as wrong answers of every relation, so that what is asked does not tell which it is: of the more
 * frequent kind a part is drawn. A relation with one kind only is left out.
 */
export function balancedAnswers(answers: readonly Answer[], seed: number): Answer[] {
  const relations = answers.map(({ record }) => record.question.relation);
  return Array.from(balanceWithin(labelsOf(answers), relations, seed), (row) => answers[row]);
}

export const labelsOf = (answers: readonly Answer[]) => Uint8Array.from(answers, ({ label }) => label);

/**
 * What must not stand on both sides of a split. `answer`: the same fact, question or answer. `relation`: anything of the
 * same relation, nor the same fact or question in another one; answers such as a language may come back there.
 */
export type SplitBy = 'answer' | 'relation';

const keyOf = (answers: readonly Answer[], key: (question: Question) => string) =>
  answers.map(({ record }) => key(record.question));

const factKeys = (answers: readonly Answer[]) => [
  keyOf(answers, ({ fact }) => fact),
  keyOf(answers, ({ question }) => question),
];

/** Group numbers, the same for answers to the same fact or question, of whatever relation. */
export function factsOf(answers: readonly Answer[]): Int32Array {
  return groupRows(factKeys(answers));
}

/**
 * Group numbers, the same for answers that a split must keep together. Of several accepted answers the first counts:
 * further ones, such as a country's second language, would tie everything together.
 */
export function groupsOf(answers: readonly Answer[], by: SplitBy): Int32Array {
  const own =
    by === 'relation'
      ? keyOf(answers, ({ relation }) => relation)
      : keyOf(answers, ({ answers: [first = ''] }) => first);
  return groupRows([...factKeys(answers), own]);
}

/** What a row of a feature matrix holds. */
export interface FeatureRow {
  readonly answer: Answer;
  readonly vector: FeatureVector;
}

/**
 * Features of answers as the solvers take them, column by column, [rows, neurons].
 * @param features gives an answer's float16 bits, [vectors][neurons]
 * @throws EngineError `bad-input` where the run lacks a vector
 */
export async function featureMatrix(
  manifest: Pick<RunManifest, 'model' | 'vectors'>,
  rows: readonly FeatureRow[],
  features: (answer: Answer) => Promise<Uint16Array>,
): Promise<DenseFeatures> {
  const columns = manifest.model.widths.reduce((sum, each) => sum + each, 0);
  const values = new Float32Array(rows.length * columns);
  for (const [i, { answer, vector }] of rows.entries()) {
    const place = manifest.vectors.indexOf(vector) * columns;
    if (place < 0) throw new EngineError('bad-input', `The run has no features "${vector}"; run it again.`);
    const bits = await features(answer);
    for (let j = 0; j < columns; j++) values[j * rows.length + i] = FLOAT16_VALUES[bits[place + j]];
  }
  return { kind: 'dense', rows: rows.length, columns, values };
}
