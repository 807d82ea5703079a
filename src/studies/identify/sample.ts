import type { AnswerPool } from '../../inference/answer-pool.ts';
import { generate } from '../../inference/generate.ts';
import type { LaneResult } from '../../inference/growing.ts';
import type { FinishReason } from '../../inference/types.ts';
import { deriveSeed } from '../../lib/math/random.ts';
import type { LanguageModel } from '../../model/types.ts';

/** How a question is asked. */
export interface SampleSettings {
  /** Replies to every question, 1 to 16. */
  readonly samples: number;
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  /** Tokens of a reply at most. */
  readonly maxTokens: number;
  readonly seed: number;
  /** What follows the question, after a space; nothing in the plain form. */
  readonly instruction: string;
  /**
   * `plain`: as text to go on with, for models that know no chat. The chat template where it is left out, as in runs from
   * before there was a choice.
   */
  readonly form?: 'plain';
}

/** The paper's settings. */
export const SAMPLE_DEFAULTS: SampleSettings = {
  samples: 10,
  temperature: 1,
  topK: 50,
  topP: 0.9,
  maxTokens: 50,
  seed: 1,
  instruction: 'Respond with the answer only, without any explanation.',
};

export interface Reply {
  readonly ids: readonly number[];
  /** Natural logarithms of the tokens' probabilities, before temperature and filters. */
  readonly logprobs: readonly number[];
  readonly text: string;
  readonly finish: FinishReason;
}

export interface SampledReplies {
  readonly replies: readonly Reply[];
  /** Entropy of the first token's distribution, before filters, in nats; undefined where every reply is empty. */
  readonly firstEntropy: number | undefined;
}

/** The text that a question is put to the model as; in the plain form the whole prompt. */
export function promptText(question: string, settings: Pick<SampleSettings, 'instruction' | 'form'>): string {
  if (settings.form === 'plain') return `Question: ${question}\nAnswer:`;
  return settings.instruction === '' ? question : `${question} ${settings.instruction}`;
}

/** A 32-bit number from a text: FNV-1a (Fowler, Noll, Vo) over its UTF-8 bytes. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** Tokens that end a reply of the plain form: behind a line break the model would go on with questions of its own. */
function lineBreaks({ codec }: Pick<LanguageModel, 'codec'>): (id: number) => boolean {
  const known = new Map<number, boolean>();
  return (id) => {
    const found = known.get(id) ?? /[\n\r]/.test(codec.decode([id]));
    known.set(id, found);
    return found;
  };
}

/**
 * Samples the replies to a question as lanes of one batch. The seeds come from the question's id, so replies do not
 * depend on what else is asked, or in which order.
 * @throws EngineError `bad-input`, `context-full`, `cancelled`
 */
export async function sampleReplies(
  model: LanguageModel,
  input: {
    readonly id: string;
    readonly promptIds: readonly number[];
    readonly settings: SampleSettings;
    readonly signal?: AbortSignal;
    /** Where other questions are asked meanwhile. */
    readonly pool?: AnswerPool;
  },
): Promise<SampledReplies> {
  const { id, promptIds, settings, signal, pool } = input;
  const { samples, temperature, topK, topP, maxTokens, form } = settings;
  const isEnd = form === 'plain' ? lineBreaks(model) : undefined;
  const questionSeed = hashText(id);
  const samplings = Array.from({ length: samples }, (_, sample) => ({
    temperature,
    topK,
    topP,
    repetitionPenalty: 1,
    seed: deriveSeed(settings.seed, questionSeed, sample),
  }));
  const pooled = { promptIds, samplings, maxTokens, isEnd, signal };
  if (pool?.fits(pooled)) {
    const { answers, firstEntropy } = await pool.answer(pooled);
    const isEmpty = answers.every(({ ids }) => ids.length === 0);
    return { replies: answers.map(replyOf), firstEntropy: isEmpty ? undefined : firstEntropy };
  }
  const lanes = samplings.map((sampling) => ({ neurons: [], scope: 'everywhere' as const, sampling }));
  let firstEntropy: number | undefined;
  const request = { promptIds, lanes, maxTokens, isEnd, captures: 'none' as const, signal };
  const { lanes: results } = await generate(model, request, {
    position: () => {},
    token({ index, entropy }) {
      if (index === 0) firstEntropy = entropy;
    },
  });
  return { replies: results.map(replyOf), firstEntropy };
}

const replyOf = ({ ids, logprobs, text, finish }: LaneResult): Reply => ({ ids, logprobs, text, finish });
