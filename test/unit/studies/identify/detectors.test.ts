import { describe, expect, it } from 'vitest';
import { answersOf } from '../../../../src/studies/identify/answers.ts';
import type { Learning } from '../../../../src/studies/identify/detectors/learning.ts';
import {
  DETECTORS,
  DRAWN,
  detectorOf,
  labelOf,
  TRAINED,
  UNTRAINED,
} from '../../../../src/studies/identify/detectors/registry.ts';
import { UNTRAINED_SCORES } from '../../../../src/studies/identify/detectors/scores.ts';
import type { QuestionRecord } from '../../../../src/studies/identify/records.ts';

const record: QuestionRecord = {
  index: 0,
  question: { id: 'q', fact: 'f', question: 'Q?', answers: ['a'], relation: 'r', source: 'own' },
  status: 'wrong',
  replies: [{ ids: [1, 2, 3], logprobs: [-1, -4, -2], text: 'abc', finish: 'stop', verdict: 'wrong' }],
  firstEntropy: 1.5,
  representative: 0,
  answer: { tokens: [1, 2], kind: 'content' },
  row: 0,
};

describe('the detectors', () => {
  it('have ids that files can keep, each with a label and plain words of its own', () => {
    const ids = DETECTORS.map(({ id }) => id);
    expect(ids[0]).toBe('h-neurons');
    for (const texts of [ids, DETECTORS.map(({ label }) => label), DETECTORS.map(({ hint }) => hint)])
      expect(new Set(texts).size).toBe(DETECTORS.length);
    for (const id of ids) expect(id).toMatch(/^[a-z0-9-]{1,100}$/);
    // Each is scored once, and rows come in the registry's order.
    expect([...UNTRAINED, ...TRAINED, ...DRAWN]).toEqual(ids);
  });

  it('are found by id; one of another version is called by its id', () => {
    expect(detectorOf('answer-length')).toMatchObject({ label: 'answer length', needs: 'answer' });
    expect(detectorOf('of-a-later-version')).toBeUndefined();
    expect(labelOf('of-a-later-version')).toBe('of-a-later-version');
    expect(labelOf('toString')).toBe('toString');
  });

  it('without training measure the tokens of the answer', () => {
    const learning: Learning = {
      answers: answersOf([record]),
      labels: Uint8Array.of(1),
      answerRows: 1,
      features: { kind: 'dense', rows: 1, columns: 1, values: Float32Array.of(2) },
      layout: { widths: [1], offsets: [0], total: 1 },
      train: Uint8Array.of(0),
    };
    const model = { indices: Int32Array.of(0), values: Float64Array.of(3), intercept: -1 };
    const scores = UNTRAINED.map((id) => [id, ...UNTRAINED_SCORES[id]({ learning, model })]);
    expect(Object.fromEntries(scores)).toEqual({
      'h-neurons': 5,
      'mean-logprob': 3,
      'min-logprob': 4,
      'first-token-logprob': 4,
      'first-token-entropy': 1.5,
      'answer-length': 2,
    });
  });
});
