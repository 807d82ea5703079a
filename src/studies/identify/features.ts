import { readSequence } from '../../inference/teacher-force.ts';
import { floatToHalf } from '../../lib/bytes/half.ts';
import { EngineError } from '../../lib/errors.ts';
import type { LanguageModel } from '../../model/types.ts';

/**
 * CETT of all neurons over a region of prompt and reply, in the order in which they are stored. `answer`: the answer's
 * tokens, where they are read or where they are produced (the position before); `rest`: the reply's other tokens;
 * `prompt`: the prompt without its first token, whose activations are extreme whatever the text.
 */
export const FEATURE_VECTORS = [
  'answer-read-mean',
  'answer-read-max',
  'answer-produced-mean',
  'answer-produced-max',
  'rest-read-mean',
  'prompt-read-mean',
] as const;

export type FeatureVector = (typeof FEATURE_VECTORS)[number];

const FIRST_COUNTED = 1;

/** A growing mean and maximum. */
function accumulator(total: number) {
  const sum = new Float32Array(total);
  const max = new Float32Array(total);
  let count = 0;
  return {
    add(cett: Float32Array) {
      count++;
      for (let j = 0; j < total; j++) {
        const value = cett[j];
        sum[j] += value;
        if (!(value <= max[j])) max[j] = value;
      }
    },
    mean: () => (count === 0 ? sum : sum.map((value) => value / count)),
    max: () => max,
  };
}

/**
 * Reads a question's prompt and reply once and takes the features.
 * @param tokens indices of the answer's tokens in the reply, at least one
 * @returns float32 [FEATURE_VECTORS][neurons]; zeros for a region without tokens
 * @throws EngineError `bad-input` without tokens, `context-full`, `cancelled`
 */
export async function readFeatures(
  model: LanguageModel,
  input: {
    readonly promptIds: readonly number[];
    readonly replyIds: readonly number[];
    readonly tokens: readonly number[];
    readonly signal?: AbortSignal;
  },
): Promise<Record<FeatureVector, Float32Array>> {
  const { promptIds, replyIds, tokens, signal } = input;
  if (tokens.length === 0 || tokens.some((i) => !(Number.isInteger(i) && i >= 0 && i < replyIds.length))) {
    throw new EngineError(
      'bad-input',
      `The answer's tokens (${tokens.join(', ')}) are not tokens of a reply of ${replyIds.length}.`,
    );
  }
  const start = promptIds.length;
  const wanted = new Set(tokens.map((i) => start + i));
  const { total } = model.layout;
  const read = accumulator(total);
  const produced = accumulator(total);
  const rest = accumulator(total);
  const prompt = accumulator(total);
  const capture = Array.from({ length: start + replyIds.length }, (_, i) => i);
  await readSequence(
    model,
    {
      promptIds,
      answerIds: replyIds,
      lanes: [{ neurons: [], scope: 'everywhere' }],
      capture,
      logits: [capture.length - 1],
      signal,
    },
    {
      neurons(_lane, position, { cett }) {
        if (wanted.has(position)) read.add(cett);
        else if (position >= start) rest.add(cett);
        else if (position >= FIRST_COUNTED) prompt.add(cett);
        if (wanted.has(position + 1)) produced.add(cett);
      },
    },
  );
  return {
    'answer-read-mean': read.mean(),
    'answer-read-max': read.max(),
    'answer-produced-mean': produced.mean(),
    'answer-produced-max': produced.max(),
    'rest-read-mean': rest.mean(),
    'prompt-read-mean': prompt.mean(),
  };
}

/** Features as they are stored: float16 bits, vector after vector. */
export function packFeatures(features: Readonly<Record<FeatureVector, Float32Array>>): Uint16Array {
  const { length } = features[FEATURE_VECTORS[0]];
  const packed = new Uint16Array(FEATURE_VECTORS.length * length);
  FEATURE_VECTORS.forEach((name, i) => {
    floatToHalf(features[name], packed.subarray(i * length, (i + 1) * length));
  });
  return packed;
}
