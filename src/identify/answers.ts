import { FLOAT16_VALUES } from '../bytes/half.ts';
import { EngineError } from '../errors.ts';
import { deriveSeed } from '../math/random.ts';
import type { DenseFeatures } from '../stats/features.ts';
import type { FeatureVector } from './features.ts';
import { splitKeys } from './questions.ts';
import type { QuestionRecord, RunManifest } from './records.ts';
import { hashText } from './sample.ts';

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
 * frequent kind some are drawn by seed. A relation with one kind only is left out.
 */
export function balancedAnswers(answers: readonly Answer[], seed: number): Answer[] {
  const kinds = new Map<string, [Answer[], Answer[]]>();
  for (const answer of answers) {
    const { relation } = answer.record.question;
    const both = kinds.get(relation) ?? [[], []];
    both[answer.label].push(answer);
    kinds.set(relation, both);
  }
  const place = ({ record }: Answer) => deriveSeed(seed, hashText(record.question.id));
  return [...kinds.values()]
    .flatMap((both) => {
      const count = Math.min(both[0].length, both[1].length);
      return both.flatMap((some) => [...some].sort((a, b) => place(a) - place(b)).slice(0, count));
    })
    .sort((a, b) => a.record.index - b.record.index);
}

/**
 * Numbers of groups, the same for answers that share a fact, a question or an accepted answer, directly or by way of
 * others.
 */
export function groupsOf(answers: readonly Answer[]): Int32Array {
  const parent = answers.map((_, i) => i);
  const root = (i: number): number => {
    let at = i;
    while (parent[at] !== at) at = parent[at];
    parent[i] = at;
    return at;
  };
  const first = new Map<string, number>();
  answers.forEach(({ record }, i) => {
    for (const key of splitKeys(record.question)) {
      const other = first.get(key);
      if (other === undefined) first.set(key, i);
      else parent[root(i)] = root(other);
    }
  });
  const numbers = new Map<number, number>();
  return Int32Array.from(answers, (_, i) => {
    const at = root(i);
    const number = numbers.get(at) ?? numbers.size;
    numbers.set(at, number);
    return number;
  });
}

/**
 * Features of answers as the solvers take them, column by column.
 * @param features gives a row's float16 bits, [vectors][neurons]
 * @param vectors names whose values stand in columns one after another
 */
export async function featureMatrix(
  manifest: Pick<RunManifest, 'model' | 'vectors'>,
  answers: readonly Answer[],
  vectors: readonly FeatureVector[],
  features: (row: number) => Promise<Uint16Array>,
): Promise<DenseFeatures> {
  const width = manifest.model.widths.reduce((sum, each) => sum + each, 0);
  const places = vectors.map((name) => {
    const place = manifest.vectors.indexOf(name);
    if (place < 0) throw new EngineError('bad-input', `The run has no features "${name}"; run it again.`);
    return place * width;
  });
  const rows = answers.length;
  const columns = vectors.length * width;
  const values = new Float32Array(rows * columns);
  for (const [i, { record }] of answers.entries()) {
    const bits = await features(record.row);
    places.forEach((place, k) => {
      for (let j = 0; j < width; j++) values[(k * width + j) * rows + i] = FLOAT16_VALUES[bits[place + j]];
    });
  }
  return { kind: 'dense', rows, columns, values };
}

/** A measure of an answer that needs no training: larger means more likely made up. */
export interface PlainDetector {
  readonly name: string;
  readonly score: (answer: Answer) => number;
}

/** Logarithms of the probabilities of the answer's tokens. */
function answerLogprobs({ record }: Answer): number[] {
  const reply = record.replies[record.representative];
  return (record.answer?.tokens ?? []).map((i) => reply.logprobs[i]);
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** What everyone can measure without looking inside the model. */
export const PLAIN_DETECTORS: readonly PlainDetector[] = [
  { name: 'log-probability, mean', score: (answer) => -mean(answerLogprobs(answer)) },
  { name: 'log-probability, minimum', score: (answer) => -Math.min(...answerLogprobs(answer)) },
  { name: 'log-probability, first token', score: (answer) => -(answerLogprobs(answer)[0] ?? 0) },
  { name: 'first-token entropy', score: ({ record }) => record.firstEntropy ?? 0 },
  { name: 'answer length', score: ({ record }) => record.answer?.tokens.length ?? 0 },
];
