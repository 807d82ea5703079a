import { describe, expect, it } from 'vitest';
import type { Question } from '../../../../src/datasets/questions/question-set.ts';
import { numberToFloat16 } from '../../../../src/lib/bytes/half.ts';
import {
  type Answer,
  answersOf,
  balancedAnswers,
  type FeatureRow,
  factsOf,
  featureMatrix,
  groupsOf,
} from '../../../../src/studies/identify/answers.ts';
import type { QuestionRecord } from '../../../../src/studies/identify/records.ts';

function record(
  index: number,
  status: QuestionRecord['status'],
  question: Partial<Question> = {},
): QuestionRecord {
  return {
    index,
    question: {
      id: `q${index}`,
      fact: `f${index}`,
      question: `Question ${index}?`,
      answers: [`answer ${index}`],
      relation: 'r',
      source: 'own',
      ...question,
    },
    status,
    replies: [{ ids: [1, 2, 3], logprobs: [-1, -4, -2], text: 'abc', finish: 'stop', verdict: 'wrong' }],
    firstEntropy: 1.5,
    representative: 0,
    answer: { tokens: [1, 2], kind: 'content' },
    row: index,
  };
}

const ids = (answers: readonly Answer[]) => answers.map(({ record }) => record.index);

describe('answers of a run', () => {
  it('are those with an agreed verdict and features', () => {
    const { row: _, ...featureless } = record(4, 'wrong');
    const found = answersOf([
      record(0, 'right'),
      record(1, 'wrong'),
      record(2, 'mixed'),
      record(3, 'skipped'),
      featureless,
    ]);
    expect(ids(found)).toEqual([0, 1]);
    expect(found.map(({ label }) => label)).toEqual([0, 1]);
  });

  it('are balanced within each relation, the same way at the same seed', () => {
    const all = answersOf([
      ...Array.from({ length: 12 }, (_, i) => record(i, i < 3 ? 'right' : 'wrong', { relation: 'a' })),
      ...Array.from({ length: 5 }, (_, i) => record(12 + i, i < 4 ? 'right' : 'wrong', { relation: 'b' })),
      ...Array.from({ length: 4 }, (_, i) => record(17 + i, 'wrong', { relation: 'c' })),
    ]);
    const some = balancedAnswers(all, 1);
    const count = (relation: string, label: number) =>
      some.filter((answer) => answer.record.question.relation === relation && answer.label === label).length;
    expect([count('a', 0), count('a', 1), count('b', 0), count('b', 1)]).toEqual([3, 3, 1, 1]);
    expect(some).toHaveLength(8);
    expect(ids(balancedAnswers(all, 1))).toEqual(ids(some));
    expect([2, 3, 4].some((seed) => ids(balancedAnswers(all, seed)).join() !== ids(some).join())).toBe(true);
  });

  it('are grouped by fact, normalised question and answer, across several steps', () => {
    const answers = answersOf([
      record(0, 'right', { question: 'Who wrote Emma?' }),
      record(1, 'wrong', { question: 'who wrote  emma ?', answers: ['Jane Austen'] }),
      record(2, 'wrong', { answers: ['jane austen'], fact: 'g' }),
      record(3, 'wrong', { fact: 'g' }),
      record(4, 'wrong'),
      record(5, 'wrong', { answers: [] }),
      record(6, 'wrong', { answers: [], relation: 's' }),
    ]);
    expect([...groupsOf(answers, 'answer')]).toEqual([0, 0, 0, 0, 1, 2, 3]);
    expect([...groupsOf(answers, 'relation')]).toEqual([0, 0, 0, 0, 0, 0, 1]);
  });

  it('are grouped by relation with every relation that asks for the same fact, whatever the answers', () => {
    const answers = answersOf([
      record(0, 'right', { relation: 'languages', fact: 'languages/peru', answers: ['Spanish'] }),
      record(1, 'wrong', { relation: 'choice-of-languages', fact: 'languages/peru', answers: ['Spanish'] }),
      record(2, 'wrong', { relation: 'choice-of-languages' }),
      record(3, 'wrong', { relation: 'native-languages', answers: ['Spanish'] }),
      record(4, 'wrong', { relation: 'a', question: 'Who wrote Emma?' }),
      record(5, 'wrong', { relation: 'b', question: 'who wrote  emma ?' }),
    ]);
    expect([...groupsOf(answers, 'relation')]).toEqual([0, 0, 0, 1, 2, 2]);
    expect([...factsOf(answers)]).toEqual([0, 0, 1, 2, 3, 3]);
  });
});

describe('the feature matrix', () => {
  const manifest = {
    model: { name: '', architecture: '', fingerprint: '', widths: [2, 1], precision: '', device: '' },
    vectors: ['answer-read-mean', 'answer-read-max', 'rest-read-mean'],
  } as const;

  it('holds the vector of every row column by column', async () => {
    const answers = answersOf([record(0, 'right'), record(1, 'wrong')]);
    const values = (row: number) => Uint16Array.from({ length: 9 }, (_, i) => numberToFloat16(10 * row + i));
    const [first, second] = answers as [Answer, Answer];
    const rows: FeatureRow[] = [
      { answer: first, vector: 'answer-read-max' },
      { answer: second, vector: 'answer-read-max' },
      { answer: second, vector: 'rest-read-mean' },
    ];
    const read = async ({ record }: Answer) => values(record.row);
    const matrix = await featureMatrix(manifest, rows, read);
    expect(matrix).toMatchObject({ kind: 'dense', rows: 3, columns: 3 });
    expect([...matrix.values]).toEqual([3, 13, 16, 4, 14, 17, 5, 15, 18]);
    await expect(
      featureMatrix(manifest, [{ answer: first, vector: 'prompt-read-mean' }], read),
    ).rejects.toMatchObject({ code: 'bad-input' });
  });
});
