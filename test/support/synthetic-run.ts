import { readFileSync } from 'node:fs';
import { parseQuestionSet, type Question } from '../../src/datasets/questions/question-set.ts';
import { numberToFloat16 } from '../../src/lib/bytes/half.ts';
import { createRandom } from '../../src/lib/math/random.ts';
import type { JudgedReply, QuestionRecord, RunManifest } from '../../src/studies/identify/records.ts';
import { formatLine, formatManifest, RUN_FILES } from '../../src/studies/identify/run-format.ts';
import { SAMPLE_DEFAULTS } from '../../src/studies/identify/sample.ts';

/** A model that a run is said to come from. */
interface RunModel {
  readonly name: string;
  readonly fingerprint: string;
  readonly widths: readonly number[];
}

interface Options {
  readonly model: RunModel;
  readonly seed: number;
  readonly count: number;
  /** Neurons, flat, that take a larger part in made-up answers. */
  readonly planted: readonly number[];
}

const samples = 10;
/** Relations of the built-in set that such a run asks. */
const relations = ['capitals', 'languages', 'currencies', 'continents', 'opposites', 'colours'];
const wrongReplies = ['Elbonia', 'It is Vulgaria.', 'The answer is Ruritania', 'Grand Fenwick'];

function replyTo(question: Question, status: string, sample: number, random: () => number): JudgedReply {
  const right = status === 'right' || (status === 'mixed' && sample % 2 === 0);
  const [answer = ''] = question.answers;
  const denied = status === 'mixed' && sample === 2;
  const text = denied
    ? `It is not ${answer}.`
    : status === 'uncertain'
      ? 'I am not sure.'
      : right
        ? sample === 3
          ? `The answer is ${answer}.`
          : answer
        : wrongReplies[Math.floor(random() * 1.3) % wrongReplies.length]!;
  const verdict = denied ? 'denied' : status === 'uncertain' ? 'uncertain' : right ? 'right' : 'wrong';
  const logprobs = [-random() - (right ? 0 : 0.35), -random()];
  return { ids: [1, 2], logprobs, text, finish: 'stop', verdict };
}

/** Files of a run of made-up answers to built-in questions, from which neurons can be learnt; nothing asked a model. */
export function syntheticRun({ model, seed, count, planted }: Options): { name: string; bytes: Buffer }[] {
  const random = createRandom(seed);
  const url = new URL('../../public/questions/facts.jsonl', import.meta.url);
  const set = parseQuestionSet(readFileSync(url, 'utf8'));
  const questions = set.questions.filter(({ relation }) => relations.includes(relation)).slice(0, count);
  const total = model.widths.reduce((sum, width) => sum + width, 0);
  const isPlanted = new Set(planted);
  const rows: Uint16Array[] = [];
  const records = questions.map((question, index): QuestionRecord => {
    const draw = random();
    const status = draw < 0.42 ? 'right' : draw < 0.84 ? 'wrong' : draw < 0.95 ? 'mixed' : 'uncertain';
    const replies = Array.from({ length: samples }, (_, i) => replyTo(question, status, i, random));
    const record: QuestionRecord = { index, question, status, replies, firstEntropy: 2 * random() };
    if (status !== 'right' && status !== 'wrong') return record;
    const bits = new Uint16Array(total);
    for (let j = 0; j < total; j++) {
      const shift = status === 'wrong' && isPlanted.has(j) ? 0.6 * random() : 0;
      bits[j] = numberToFloat16(random() + shift);
    }
    rows.push(bits);
    const answer = { tokens: [0, 1], kind: status === 'right' ? 'accepted' : 'content' } as const;
    return { ...record, representative: 0, answer, row: rows.length - 1 };
  });
  const manifest: RunManifest = {
    format: 'h-neuron-run',
    version: 1,
    model: { ...model, architecture: 'llama', precision: 'float32', device: 'wasm' },
    questions: { name: 'Facts for a test', count: questions.length, hash: String(seed), licences: ['MIT'] },
    settings: { ...SAMPLE_DEFAULTS, samples, agree: 8 },
    shard: { index: 0, count: 1 },
    vectors: ['answer-read-mean'],
  };
  return [
    { name: RUN_FILES.manifest, bytes: Buffer.from(formatManifest(manifest)) },
    { name: RUN_FILES.records, bytes: Buffer.from(records.map(formatLine).join('')) },
    { name: RUN_FILES.features, bytes: Buffer.concat(rows.map((row) => Buffer.from(row.buffer))) },
  ];
}
