import type { LanguageModel } from '../model/types.ts';
import { type Breakdown, looksBroken } from './loops.ts';
import { createSampler, type LogSoftmaxStats, logSoftmaxStats } from './sampling.ts';
import { createTextStream, type TextStream } from './text-stream.ts';
import type { FinishReason, Sampling } from './types.ts';

/** An answer while it grows. */
export interface Growing {
  readonly sampler: ReturnType<typeof createSampler>;
  readonly stream: TextStream;
  readonly ids: number[];
  readonly logprobs: number[];
  text: string;
  /** The token chosen last, until the model has read it. */
  unread: number | undefined;
  /** Set when no further token is wanted. */
  finish: FinishReason | undefined;
}

export function startAnswer(model: Pick<LanguageModel, 'codec'>, sampling: Sampling): Growing {
  return {
    sampler: createSampler(sampling),
    stream: createTextStream((ids) => model.codec.decode(ids)),
    ids: [],
    logprobs: [],
    text: '',
    unread: undefined,
    finish: undefined,
  };
}

/** What an answer grows behind, and how far. */
export interface GrowthLimits {
  readonly promptIds: readonly number[];
  /** Tokens of the answer at most. */
  readonly maxTokens: number;
  /** Tokens that the answer starts with. */
  readonly answerStart?: readonly number[];
  /** Further tokens that end the answer as stop tokens do. */
  readonly isEnd?: (id: number) => boolean;
}

export interface NextToken {
  /** 0-based in the answer. */
  readonly index: number;
  readonly id: number;
  /** Text that the token adds; empty while a character is incomplete. */
  readonly text: string;
  /** Natural logarithm of its probability, before penalty, temperature and filters. */
  readonly logprob: number;
}

/** What a token was drawn from, before filters. */
export interface Drawn {
  /** Undefined where a stop token was drawn, which ends the answer and is not kept. */
  readonly token: NextToken | undefined;
  readonly logZ: number;
  /** Nats. */
  readonly entropy: number;
}

/** Draws an answer's next token. @param stats of the logits, where they are known already */
export function drawToken(
  model: Pick<LanguageModel, 'eosIds' | 'contextLength'>,
  { promptIds, maxTokens, answerStart, isEnd }: GrowthLimits,
  growing: Growing,
  logits: Float32Array,
  { logZ, entropy }: LogSoftmaxStats = logSoftmaxStats(logits),
): Drawn {
  const index = growing.ids.length;
  const given = answerStart?.[index];
  const id = given ?? growing.sampler.sample(logits, [...promptIds, ...growing.ids], { areChecked: true });
  if (given === undefined && (model.eosIds.has(id) || isEnd?.(id))) {
    growing.finish = 'stop';
    return { token: undefined, logZ, entropy };
  }
  growing.unread = id;
  growing.ids.push(id);
  const text = growing.stream.push(id);
  growing.text += text;
  const logprob = logits[id] - logZ;
  growing.logprobs.push(logprob);
  if (index + 1 >= maxTokens) growing.finish = 'length';
  else if (promptIds.length + index + 1 >= model.contextLength) growing.finish = 'context';
  return { token: { index, id, text, logprob }, logZ, entropy };
}

export interface LaneResult {
  /** Tokens of the answer without the stop token. */
  readonly ids: readonly number[];
  readonly logprobs: readonly number[];
  readonly text: string;
  readonly finish: FinishReason;
  /** How the answer is broken or loops; undefined where it reads like text. */
  readonly breakdown: Breakdown | undefined;
}

/** The answer once it has ended. */
export function answerOf(growing: Growing): LaneResult {
  const { ids, logprobs, finish } = growing;
  const text = growing.text + growing.stream.flush();
  return { ids, logprobs, text, finish: finish as FinishReason, breakdown: looksBroken(ids, text) };
}
