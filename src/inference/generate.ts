import { yieldToEvents } from '../lib/bytes/yield.ts';
import { EngineError } from '../lib/errors.ts';
import type { LanguageModel } from '../model/types.ts';
import { type BatchScales, batchScales, forward } from './forward.ts';
import {
  answerOf,
  drawToken,
  type Growing,
  type LaneResult,
  type NextToken,
  startAnswer,
} from './growing.ts';
import { type KvCache, stackCacheRows } from './kv-cache.ts';
import { checkCancelled, prefill } from './prefill.ts';
import type { PromptCache } from './prompt-cache.ts';
import { topCandidates } from './sampling.ts';
import type { Candidate, Lane } from './types.ts';

export const MAX_LANES = 16;
const TOP = 10;

export interface GenerateRequest {
  readonly promptIds: readonly number[];
  readonly lanes: readonly Lane[];
  /** Tokens of an answer at most. */
  readonly maxTokens: number;
  /** Tokens that every answer starts with; the lanes go on from there. */
  readonly answerStart?: readonly number[];
  /** Further tokens that end an answer as stop tokens do. */
  readonly isEnd?: (id: number) => boolean;
  readonly signal?: AbortSignal;
  readonly promptCache?: PromptCache;
  /** 'none' spares what `position` is told; the prompt cache is then neither read nor filled. 'all' where it is absent. */
  readonly captures?: 'all' | 'none';
}

/** A token chosen for a lane. */
export interface ChosenToken extends NextToken {
  readonly lane: number;
  /** Nats, of the distribution before filters. */
  readonly entropy: number;
  readonly top: readonly Candidate[];
}

/** What is told while an answer grows. */
export interface GenerateListener {
  /** How many tokens of a long prompt are read, of all its tokens. */
  reading?(done: number, total: number): void;
  /**
   * CETT of all neurons at a position of prompt plus answer; the array is the listener's to keep, not to change.
   * Not called where the request captures none.
   */
  position(lane: number, position: number, cett: Float32Array): void;
  /** @param distribution what the token was drawn from, before filters; the logits are a view */
  token(token: ChosenToken, distribution: { readonly logits: Float32Array; readonly logZ: number }): void;
}

export interface GenerateResult {
  readonly lanes: readonly LaneResult[];
  readonly prefillMs: number;
  readonly decodeMs: number;
  readonly steps: number;
}

/** A lane while its answer grows. */
interface GrowingLane extends Growing {
  readonly index: number;
  readonly lane: Lane;
}

function checkRequest(model: LanguageModel, request: GenerateRequest): void {
  const { promptIds, lanes, maxTokens } = request;
  if (promptIds.length === 0) throw new EngineError('bad-input', 'The prompt is empty; type a question.');
  if (promptIds.length >= model.contextLength) {
    throw new EngineError(
      'context-full',
      `The prompt has ${promptIds.length} tokens, but ${model.name} reads at most ${model.contextLength} in all; shorten it.`,
    );
  }
  if (lanes.length < 1 || lanes.length > MAX_LANES) {
    throw new EngineError(
      'bad-input',
      `${lanes.length} lanes were asked for; 1 to ${MAX_LANES} run together.`,
    );
  }
  if (!Number.isInteger(maxTokens) || maxTokens < 1) {
    throw new EngineError(
      'bad-input',
      `The answer's length is ${maxTokens} tokens; it must be a whole number of 1 or more.`,
    );
  }
  const wrong = [...promptIds, ...(request.answerStart ?? [])].find(
    (id) => !Number.isInteger(id) || id < 0 || id >= model.vocabulary,
  );
  if (wrong !== undefined) {
    throw new EngineError(
      'bad-input',
      `The token id ${wrong} is not in the vocabulary of ${model.name} (0 to ${model.vocabulary - 1}).`,
    );
  }
}

/** Draws a lane's next token and tells it. */
function choose(
  model: LanguageModel,
  request: GenerateRequest,
  growing: GrowingLane,
  logits: Float32Array,
  listener: GenerateListener,
): void {
  const { token, logZ, entropy } = drawToken(model, request, growing, logits);
  if (!token) return;
  const top = topCandidates(logits, TOP, logZ);
  listener.token({ lane: growing.index, ...token, entropy, top }, { logits, logZ });
}

/** Scales that apply to the answer, whatever a lane's scope. */
const answerScales = (model: LanguageModel, growing: readonly GrowingLane[]): BatchScales =>
  batchScales(
    model,
    growing.map(({ lane }) => lane.neurons),
  );

/** Runs the steps until every lane's tokens are read; lanes that ended leave the batch. Returns the number of steps. */
async function decode(
  model: LanguageModel,
  request: GenerateRequest,
  lanes: readonly GrowingLane[],
  start: KvCache,
  listener: GenerateListener,
): Promise<number> {
  let batch = lanes;
  let cache = start;
  let scales = answerScales(model, batch);
  const capture = request.captures === 'none' ? [] : [0];
  let steps = 0;
  try {
    for (;;) {
      const reading = batch.filter(({ unread }) => unread !== undefined);
      if (reading.length === 0) return steps;
      if (reading.length < batch.length) {
        const full = cache;
        cache = stackCacheRows(
          model.runtime,
          reading.map((growing) => ({ cache: full, row: batch.indexOf(growing) })),
        );
        full.dispose();
        scales.dispose();
        scales = answerScales(model, reading);
        batch = reading;
      }
      await yieldToEvents();
      checkCancelled(request.signal);
      const position = cache.length;
      const ids = batch.map(({ unread }) => [unread as number]);
      const output = await forward(model, { ids, cache, scales, capture, logits: [0] });
      cache = output.cache;
      steps++;
      batch.forEach((growing, row) => {
        growing.unread = undefined;
        if (capture.length > 0) listener.position(growing.index, position, output.cett(row, 0));
        if (growing.finish === undefined) choose(model, request, growing, output.logits(row, 0), listener);
      });
    }
  } finally {
    cache.dispose();
    scales.dispose();
  }
}

/**
 * Answers a prompt in several lanes as one batch. Each lane has its own scales and sampling; lanes whose scales on the
 * prompt agree share its reading. The token chosen last is read, too, so that every token has its activations.
 * @throws EngineError `bad-input`, `context-full`, or `cancelled` at most one run after the signal fires
 */
export async function generate(
  model: LanguageModel,
  request: GenerateRequest,
  listener: GenerateListener,
): Promise<GenerateResult> {
  checkRequest(model, request);
  const { promptIds, lanes } = request;
  const growing = lanes.map(
    (lane, index): GrowingLane => ({ ...startAnswer(model, lane.sampling), index, lane }),
  );
  const started = performance.now();
  const onPrompt = lanes.map(({ scope, neurons }) => (scope === 'everywhere' ? neurons : []));
  const captures = request.captures ?? 'all';
  const kept = captures === 'none' ? undefined : request.promptCache;
  const prompt = await prefill(model, promptIds, onPrompt, kept, request.signal, captures, listener.reading);
  const prefilled = performance.now();
  // Tokens first: a person who moves a slider waits for them, and not for the map of the prompt.
  growing.forEach((lane, row) => {
    choose(model, request, lane, prompt.logits[row], listener);
  });
  prompt.cett.forEach((captured, row) => {
    captured.forEach((cett, i) => {
      listener.position(row, promptIds.length - captured.length + i, cett);
    });
  });
  const steps = await decode(model, request, growing, prompt.cache, listener);
  return {
    lanes: growing.map(answerOf),
    prefillMs: prefilled - started,
    decodeMs: performance.now() - prefilled,
    steps,
  };
}
