import { yieldToEvents } from '../bytes/yield.ts';
import { EngineError } from '../errors.ts';
import type { LanguageModel } from '../model/types.ts';
import { scaleKey } from '../neurons/scales.ts';
import type { ScaledNeuron } from '../neurons/types.ts';
import { type BatchScales, batchScales, forward } from './forward.ts';
import type { GraphIo } from './graph-io.ts';
import { canBeCut, emptyCache, type KvCache, stackCacheRows } from './kv-cache.ts';
import { checkCancelled } from './prefill.ts';
import { logSoftmaxStats } from './sampling.ts';

export interface ContinuationRequest {
  readonly promptIds: readonly number[];
  /** Token ids of texts that may follow; none empty. */
  readonly continuations: readonly (readonly number[])[];
  readonly signal?: AbortSignal;
}

/** Scores texts that may follow a prompt, under several factors. */
export interface ContinuationScorer {
  /**
   * Natural logarithms of the probabilities of the continuations' tokens: [lane][continuation][token].
   * @throws EngineError `bad-input`, `context-full`, or `cancelled` at most one run after the signal fires
   */
  score(request: ContinuationRequest): Promise<readonly (readonly Float64Array[])[]>;
  /** Frees what is kept between prompts. */
  dispose(): void;
}

/** Lanes that scale alike are read once. */
interface ReadLane {
  readonly scales: BatchScales;
  /** Keys and values of `start`; undefined before the second prompt. */
  kept: KvCache | undefined;
}

/** A start that prompts share must be this long to be worth a copy. */
const SHORTEST_START = 4;

function sharedLength(a: readonly number[], b: readonly number[]): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}

/** Tokens with which all begin; each is left at least one of its own. */
function opening(continuations: readonly (readonly number[])[]): readonly number[] {
  const [first, ...others] = continuations;
  const length = others.reduce((least, each) => Math.min(least, sharedLength(first, each)), first.length);
  return first.slice(0, Math.min(length, ...continuations.map((each) => each.length - 1)));
}

function logprobOf(logits: Float32Array, id: number): number {
  return logits[id] - logSoftmaxStats(logits).logZ;
}

function check(model: LanguageModel, { promptIds, continuations }: ContinuationRequest): void {
  if (promptIds.length === 0) throw new EngineError('bad-input', 'The prompt is empty; give one.');
  if (continuations.length === 0 || continuations.some((ids) => ids.length === 0))
    throw new EngineError('bad-input', 'A continuation has no tokens; give at least a word.');
  const length = promptIds.length + Math.max(...continuations.map((ids) => ids.length));
  if (length > model.contextLength)
    throw new EngineError(
      'context-full',
      `Prompt and continuation have ${length} tokens, but ${model.name} reads at most ${model.contextLength}; shorten them.`,
    );
}

/**
 * Scores continuations of one prompt after another under the same lanes of factors, which hold everywhere. Nothing is
 * read twice: not the start that a prompt shares with the one before it (a chat template's), not the prompt for each
 * continuation, not the words that all continuations begin with, not lanes that scale alike.
 */
export function continuationScorer(
  model: LanguageModel,
  io: GraphIo,
  lanes: readonly (readonly ScaledNeuron[])[],
): ContinuationScorer {
  const { runtime } = model;
  const keys = lanes.map(scaleKey);
  const reads = new Map<string, ReadLane>();
  for (const [at, key] of keys.entries()) {
    if (!reads.has(key)) reads.set(key, { scales: batchScales(model, [lanes[at]]), kept: undefined });
  }
  /** The prompt before, of which the start may come again. */
  let before: readonly number[] = [];
  /** What the kept caches hold. */
  let start: readonly number[] = [];

  const copyOf = (cache: KvCache, positions: number) =>
    stackCacheRows(runtime, [{ cache, row: 0, positions }]);

  async function read(lane: ReadLane, ids: readonly number[], cache: KvCache, logits: readonly number[]) {
    try {
      return await forward(model, io, { ids: [ids], cache, scales: lane.scales, capture: [], logits });
    } catch (error) {
      cache.dispose();
      throw error;
    }
  }

  async function scoreLane(
    lane: ReadLane,
    { promptIds, continuations, signal }: ContinuationRequest,
    keep: number,
  ): Promise<Float64Array[]> {
    const common = opening(continuations);
    const whole = [...promptIds, ...common];
    const used = lane.kept ? sharedLength(start, promptIds.slice(0, -1)) : 0;
    const isUsed = lane.kept !== undefined && used >= SHORTEST_START;
    const from = isUsed ? used : 0;
    await yieldToEvents();
    checkCancelled(signal);
    const asked = Array.from({ length: common.length + 1 }, (_, i) => promptIds.length - 1 + i - from);
    const prompt = await read(
      lane,
      whole.slice(from),
      isUsed && lane.kept ? copyOf(lane.kept, from) : emptyCache(io, runtime, 1),
      asked,
    );
    const cache = prompt.cache;
    try {
      if (keep > 0 && (!lane.kept || keep !== start.length || used < keep)) {
        lane.kept?.dispose();
        lane.kept = canBeCut(cache) ? copyOf(cache, keep) : undefined;
      }
      const shared = common.map((id, i) => logprobOf(prompt.logits(0, i), id));
      const { logZ } = logSoftmaxStats(prompt.logits(0, common.length));
      const scores: Float64Array[] = [];
      for (const ids of continuations) {
        const own = ids.slice(common.length);
        const logprobs = [...shared, prompt.logits(0, common.length)[own[0]] - logZ];
        if (own.length > 1) {
          checkCancelled(signal);
          const given = own.slice(0, -1);
          const output = await read(lane, given, copyOf(cache, cache.length), [...given.keys()]);
          output.cache.dispose();
          logprobs.push(...given.map((_, i) => logprobOf(output.logits(0, i), own[i + 1])));
        }
        scores.push(Float64Array.from(logprobs));
      }
      return scores;
    } finally {
      cache.dispose();
    }
  }

  function forget(): void {
    for (const lane of reads.values()) {
      lane.kept?.dispose();
      lane.kept = undefined;
    }
    start = [];
  }

  return {
    async score(request) {
      check(model, request);
      const { promptIds } = request;
      // Of the first prompt nothing is kept: what comes again shows with the second.
      const keep = Math.min(sharedLength(before, promptIds), promptIds.length - 1);
      const scores = new Map<string, Float64Array[]>();
      try {
        for (const [key, lane] of reads) scores.set(key, await scoreLane(lane, request, keep));
      } catch (error) {
        // Some lanes may keep another start by now than the others.
        forget();
        throw error;
      }
      start = promptIds.slice(0, keep);
      before = promptIds;
      return keys.map((key) => scores.get(key) as Float64Array[]);
    },
    dispose() {
      forget();
      for (const { scales } of reads.values()) scales.dispose();
      reads.clear();
    },
  };
}
