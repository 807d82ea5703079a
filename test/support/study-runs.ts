import type { QuestionSet } from '../../src/datasets/questions/question-set.ts';
import { numberToFloat16 } from '../../src/lib/bytes/half.ts';
import { createRandom } from '../../src/lib/math/random.ts';
import { FEATURE_VECTORS } from '../../src/studies/identify/features.ts';
import type { QuestionRecord, RunManifest, RunStore } from '../../src/studies/identify/records.ts';
import { SAMPLE_DEFAULTS } from '../../src/studies/identify/sample.ts';

const widths = [20, 20];
const total = 40;
/** Neurons, flat, that take a larger part in made-up answers. */
const planted = [7, 31];
const count = 120;

/** A run of made-up values that a set can be learnt from. */
export const learnableManifest: RunManifest = {
  format: 'h-neuron-run',
  version: 1,
  model: { name: 'Test', architecture: 'llama', fingerprint: 'abc', widths, precision: '', device: 'native' },
  questions: { name: 'Questions', count, hash: '1', licences: ['MIT'] },
  settings: { ...SAMPLE_DEFAULTS, agree: 8 },
  shard: { index: 0, count: 1 },
  vectors: FEATURE_VECTORS,
};

/** Writes that run into a store; every fifth question has no features. */
export async function writeLearnable(store: RunStore): Promise<void> {
  const random = createRandom(5);
  await store.begin(learnableManifest);
  let row = 0;
  for (let index = 0; index < count; index++) {
    const status = index % 5 === 4 ? 'mixed' : index % 2 === 0 ? 'right' : 'wrong';
    const logprobs = [-random() - (status === 'right' ? 0 : 0.3), -random()];
    const record: QuestionRecord = {
      index,
      question: {
        id: `q${index}`,
        fact: `fact ${index}`,
        question: `Question ${index}?`,
        answers: [`answer ${index}`],
        relation: `relation ${index % 3}`,
        source: 'own',
      },
      status,
      replies: [{ ids: [1, 2], logprobs, text: 'a b', finish: 'stop', verdict: 'right' }],
      firstEntropy: random(),
    };
    if (status === 'mixed') {
      await store.append(record, undefined);
      continue;
    }
    const bits = new Uint16Array(FEATURE_VECTORS.length * total);
    for (let j = 0; j < bits.length; j++) {
      const shift = status === 'wrong' && planted.includes(j % total) ? random() : 0;
      bits[j] = numberToFloat16(random() + shift);
    }
    const answer = { tokens: [0, 1], kind: 'accepted' } as const;
    await store.append({ ...record, representative: 0, answer, row: row++ }, bits);
  }
}

/**
 * Questions of a few bytes each for the tiny model; the fifth does not fit into its context.
 * @param isInvented those without an accepted answer, by place
 */
export function makeTinyQuestions(count: number, isInvented: (index: number) => boolean): QuestionSet {
  return {
    header: {
      format: 'h-neuron-questions',
      version: 1,
      name: 'Test',
      description: 'A test.',
      sources: { own: { name: 'None', licence: 'MIT' } },
      relations: { r: count },
    },
    questions: Array.from({ length: count }, (_, i) => ({
      id: `q${i}`,
      fact: `f${i}`,
      question: i === 4 ? 'x'.repeat(1000) : `q ${i}`,
      answers: isInvented(i) ? [] : ['e', 'a', 'o', 'i', 't', 'n', 's'],
      relation: 'r',
      source: 'own',
    })),
  };
}

export const tinyQuestions = makeTinyQuestions(9, () => false);
