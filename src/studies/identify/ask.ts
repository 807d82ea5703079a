import type { Question } from '../../datasets/questions/question-set.ts';
import { type AnswerPool, canPool, createAnswerPool } from '../../inference/answer-pool.ts';
import { preparePrompt } from '../../model/prompt.ts';
import type { LanguageModel } from '../../model/types.ts';
import { answerTokens } from './answer-tokens.ts';
import { consistencyOf } from './consistency.ts';
import { packFeatures, readFeatures } from './features.ts';
import { judgeReply } from './judge.ts';
import type { QuestionRecord, RunManifest } from './records.ts';
import { promptText, type SampleSettings, sampleReplies } from './sample.ts';

/** Asks through the model's chat template, without a system text. */
export function askerOf(model: LanguageModel): Asker {
  return {
    model,
    prompt: (text) =>
      preparePrompt(model, { kind: 'chat', system: '', turns: [{ role: 'user', content: text }] }).ids,
  };
}

export interface RunSettings extends SampleSettings {
  /** Replies that must agree for a question to count. */
  readonly agree: number;
}

/** A model and how it is asked. */
export interface Asker {
  readonly model: LanguageModel;
  /** Token ids of a text as the model's chat template puts it. */
  prompt(text: string): readonly number[];
}

/** A question and its place in the set. */
export interface Item {
  readonly index: number;
  readonly question: Question;
}

/** What became of a question. */
export interface Asked {
  /** Without the row of its features. */
  readonly record: QuestionRecord;
  /** As `packFeatures` gives them. */
  readonly features: Uint16Array | undefined;
}

/** What questions are put to. */
export interface Questioner {
  readonly model: RunManifest['model'];
  /** Questions that are asked at a time. */
  readonly ahead: number;
  /** @throws EngineError `context-full` and `bad-input` where the question cannot be asked, `cancelled` */
  ask(item: Item, signal?: AbortSignal): Promise<Asked>;
}

const LOGPROB_DIGITS = 1e5;
const rounded = (value: number) => Math.round(value * LOGPROB_DIGITS) / LOGPROB_DIGITS;

/** Asks one question, judges the replies and, where they agree, reads the features of the one that stands for all. */
async function askQuestion(
  { model, prompt }: Asker,
  item: Item,
  settings: RunSettings,
  { signal, pool }: { readonly signal?: AbortSignal; readonly pool?: AnswerPool } = {},
): Promise<Asked> {
  const { question } = item;
  const text = promptText(question.question, settings);
  const promptIds =
    settings.form === 'plain' ? model.codec.encode(text, { addBos: model.addBos }) : prompt(text);
  const sampled = await sampleReplies(model, { id: question.id, promptIds, settings, signal, pool });
  const judgements = sampled.replies.map(({ text }) => judgeReply(text, question.answers, question.rivals));
  const replies = sampled.replies.map((reply, i) => ({
    ...reply,
    logprobs: reply.logprobs.map(rounded),
    verdict: judgements[i].verdict,
  }));
  const { status, representative } = consistencyOf(replies, settings.agree);
  const record: QuestionRecord = {
    index: item.index,
    question,
    status,
    replies,
    ...(sampled.firstEntropy === undefined ? {} : { firstEntropy: rounded(sampled.firstEntropy) }),
  };
  if (representative === undefined) return { record, features: undefined };
  const reply = replies[representative];
  const answer = answerTokens(model.codec, reply, question, judgements[representative]);
  if (!answer) {
    const reason = 'The answer was not found among the tokens of the reply.';
    return { record: { ...record, representative, reason }, features: undefined };
  }
  const read = { promptIds, replyIds: reply.ids, tokens: answer.tokens, signal };
  return {
    record: { ...record, representative, answer },
    features: packFeatures(await readFeatures(model, read)),
  };
}

/** Rows of a step: more cost as much again for each, and hold up the results of the first. */
const POOL_ROWS = 40;
/** Positions for the prompt; questions with longer ones are asked by themselves. */
const POOL_PROMPT = 128;

function poolFor({ model }: Asker, { samples, maxTokens }: RunSettings): AnswerPool | undefined {
  if (!canPool(model)) return undefined;
  return createAnswerPool(model, {
    rows: Math.max(POOL_ROWS, samples),
    positions: POOL_PROMPT + maxTokens,
  });
}

function modelFacts({
  name,
  architecture,
  fingerprint,
  identity,
  signature,
  layout,
  precision,
  runtime,
}: LanguageModel) {
  const { widths } = layout;
  return { name, architecture, fingerprint, identity, signature, widths, precision, device: runtime.kind };
}

/**
 * Puts questions to a model here. Where the model allows it, the replies to several are sampled together.
 * @param options.alone one question at a time, so that others can use the model in between
 */
export function modelQuestioner(
  asker: Asker,
  settings: RunSettings,
  { alone } = { alone: false },
): Questioner {
  const pool = alone ? undefined : poolFor(asker, settings);
  return {
    model: modelFacts(asker.model),
    ahead: pool ? Math.ceil(pool.rows / settings.samples) + 1 : 1,
    ask: (item, signal) => askQuestion(asker, item, settings, { signal, pool }),
  };
}
