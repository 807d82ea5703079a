import { yieldToEvents } from '../lib/bytes/yield.ts';
import type { LanguageModel } from '../model/types.ts';
import { batchScales, forward } from './forward.ts';
import { checkCancelled, prefill } from './prefill.ts';
import type { PromptCache } from './prompt-cache.ts';
import { logSoftmaxStats } from './sampling.ts';
import type { Lane } from './types.ts';

/** Tokens of one run: bounds the memory that their logits take. */
const TOKENS_A_RUN = 32;

/** What reads given answers behind one prompt. */
export interface AnswerReader {
  readonly model: LanguageModel;
  readonly promptIds: readonly number[];
  /** Spares reading the prompt where an answer was given to it under the same factors. */
  readonly promptCache: PromptCache;
  readonly signal?: AbortSignal;
}

/** A model's prediction at one place of a text. */
export interface Prediction {
  /** [vocabulary], a view that holds until the listener returns. */
  readonly logits: Float32Array;
  /** Logarithm of the sum of the logits' exponentials. */
  readonly logZ: number;
}

/**
 * Reads a given answer behind the prompt under a lane's factors (teacher forcing) and tells every prediction on the way:
 * that at `index` is of the answer's token `index`, and the last, at `answerIds.length`, of what would follow.
 * @throws EngineError `cancelled` at most one run after the signal fires
 */
export async function readAnswer(
  { model, promptIds, promptCache, signal }: AnswerReader,
  { neurons, scope }: Pick<Lane, 'neurons' | 'scope'>,
  answerIds: readonly number[],
  listener: (index: number, prediction: Prediction) => void,
): Promise<void> {
  const tell = (index: number, logits: Float32Array) =>
    listener(index, { logits, logZ: logSoftmaxStats(logits).logZ });
  const onPrompt = scope === 'everywhere' ? neurons : [];
  const prompt = await prefill(model, promptIds, [onPrompt], promptCache, signal);
  let { cache } = prompt;
  const scales = batchScales(model, [neurons]);
  try {
    tell(0, prompt.logits[0]);
    for (let at = 0; at < answerIds.length; at += TOKENS_A_RUN) {
      const piece = answerIds.slice(at, at + TOKENS_A_RUN);
      await yieldToEvents();
      checkCancelled(signal);
      const logits = piece.map((_, i) => i);
      const output = await forward(model, { ids: [piece], cache, scales, capture: [], logits });
      cache = output.cache;
      for (const i of logits) tell(at + i + 1, output.logits(0, i));
    }
  } finally {
    scales.dispose();
    cache.dispose();
  }
}

/**
 * Natural logarithms of the probabilities that the model as trained gives to the tokens of answers, whoever wrote them:
 * [answer][token].
 * @throws EngineError `cancelled` at most one run after the signal fires
 */
export async function unscaledLogprobs(
  reader: AnswerReader,
  answers: readonly (readonly number[])[],
): Promise<Float32Array[]> {
  const found: Float32Array[] = [];
  for (const ids of answers) {
    const logprobs = new Float32Array(ids.length);
    await readAnswer(reader, { neurons: [], scope: 'everywhere' }, ids.slice(0, -1), (index, prediction) => {
      if (index < ids.length) logprobs[index] = prediction.logits[ids[index]] - prediction.logZ;
    });
    found.push(logprobs);
  }
  return found;
}
