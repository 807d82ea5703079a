import { yieldToEvents } from '../lib/bytes/yield.ts';
import { EngineError } from '../lib/errors.ts';
import type { LanguageModel } from '../model/types.ts';
import { scaleKey } from '../neurons/scales.ts';
import type { ScaledNeuron } from '../neurons/types.ts';
import { type BatchScales, batchScales } from './forward.ts';
import { canBeCut, type KvCache, stackCacheRows } from './kv-cache.ts';
import { checkCancelled } from './prefill.ts';
import { logSoftmaxStats } from './sampling.ts';
import { stageReader } from './shared-stages.ts';

interface ContinuationRequest {
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
  /** Among those that are read. */
  readonly at: number;
  readonly scales: BatchScales;
  /** Keys and values of the start that prompts share; undefined until it is read. */
  kept: KvCache | undefined;
}

/** Logits behind the tokens of a trunk, from the first wanted on, and behind those of its branches. */
interface TreeReading {
  readonly cache: KvCache;
  trunk(i: number): Float32Array;
  branch(b: number, i: number): Float32Array;
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
 * read twice: not the start that prompts share (a chat template's), not the prompt for each continuation, not the words
 * that all continuations begin with, not lanes that scale alike, not the layers below the first that a lane scales.
 * What a request gives depends on it alone, to the last bit: not on what was scored before.
 * @param start token ids with which many prompts begin; they are read once for all that do. What they are must not depend
 *   on the requests, since sums over a text that is read in two parts are rounded in another order.
 */
export function continuationScorer(
  model: LanguageModel,
  lanes: readonly (readonly ScaledNeuron[])[],
  start: readonly number[] = [],
): ContinuationScorer {
  const { runtime } = model;
  const keys = lanes.map(scaleKey);
  const apart = [...new Set(keys)];
  const factors = apart.map((key) => lanes[keys.indexOf(key)]);
  const stages = stageReader(model, factors);
  const reads = factors.map(
    (each, at): ReadLane => ({ at, scales: batchScales(model, [each]), kept: undefined }),
  );
  let isStartRead = start.length < SHORTEST_START;

  const copyOf = (cache: KvCache, positions: number) =>
    stackCacheRows(runtime, [{ cache, row: 0, positions }]);

  /** Runs tokens behind a cache, which is taken over: the `run`-th of a request. */
  async function read(
    lane: ReadLane,
    run: number,
    cache: KvCache,
    ids: readonly number[],
    wanted: { readonly from: number; readonly branches?: readonly number[] },
  ) {
    const logits = Array.from({ length: ids.length - wanted.from }, (_, i) => wanted.from + i);
    const { branches } = wanted;
    const { scales } = lane;
    try {
      return await stages.read(lane.at, run, { ids: [ids], branches, cache, scales, capture: [], logits });
    } catch (error) {
      cache.dispose();
      throw error;
    }
  }

  /**
   * Reads a trunk behind a cache, which is taken over, and each of the branches behind the trunk, in as few runs as the
   * graph allows. Of the cache the positions up to the trunk's end hold.
   */
  async function readBranches(
    lane: ReadLane,
    given: KvCache,
    text: {
      readonly trunk: readonly number[];
      /** First token of the trunk whose logits are wanted. */
      readonly from: number;
      readonly branches: readonly (readonly number[])[];
    },
    signal: AbortSignal | undefined,
  ): Promise<TreeReading> {
    const { trunk, from, branches } = text;
    const used = [...branches.keys()].filter((b) => branches[b].length > 0);
    const startOf = (b: number) => branches.slice(0, b).reduce((sum, ids) => sum + ids.length, 0);
    const isOneRun = model.io.branches === 'anywhere' || (model.io.branches && given.length > 0);
    if (used.length <= 1 || isOneRun) {
      const lengths = model.io.branches ? branches.map((ids) => ids.length) : undefined;
      const output = await read(lane, 0, given, [...trunk, ...branches.flat()], { from, branches: lengths });
      return {
        cache: output.cache,
        trunk: (i) => output.logits(0, i),
        branch: (b, i) => output.logits(0, trunk.length - from + startOf(b) + i),
      };
    }
    const stem = await read(lane, 0, given, trunk, { from });
    const groups = model.io.branches ? [used] : used.map((b) => [b]);
    const outputs = new Map<number, (i: number) => Float32Array>();
    try {
      for (const [at, group] of groups.entries()) {
        checkCancelled(signal);
        const behind = copyOf(stem.cache, stem.cache.length);
        const lengths = model.io.branches ? group.map((b) => branches[b].length) : undefined;
        const ids = group.flatMap((b) => branches[b]);
        const output = await read(lane, 1 + at, behind, ids, { from: 0, branches: lengths });
        output.cache.dispose();
        const first = startOf(group[0]);
        for (const b of group) outputs.set(b, (i) => output.logits(0, startOf(b) - first + i));
      }
    } catch (error) {
      stem.cache.dispose();
      throw error;
    }
    return {
      cache: stem.cache,
      trunk: (i) => stem.logits(0, i),
      branch: (b, i) => (outputs.get(b) as (i: number) => Float32Array)(i),
    };
  }

  /** A prompt has at least one token behind the start. */
  const beginsWithStart = (ids: readonly number[]) =>
    ids.length > start.length && sharedLength(start, ids) === start.length;

  /** Reads the start under every lane. A cancelled reading is begun anew by the next prompt. */
  async function readStart(signal: AbortSignal | undefined): Promise<void> {
    stages.next();
    for (const at of stages.order) {
      await yieldToEvents();
      checkCancelled(signal);
      const lane = reads[at];
      const { cache } = await read(lane, 0, stages.emptyCache(at), start, { from: start.length - 1 });
      lane.kept?.dispose();
      lane.kept = canBeCut(cache) ? cache : undefined;
      if (!lane.kept) cache.dispose();
    }
    isStartRead = true;
  }

  async function scoreLane(
    lane: ReadLane,
    { promptIds, continuations, signal }: ContinuationRequest,
  ): Promise<Float64Array[]> {
    const common = opening(continuations);
    const kept = beginsWithStart(promptIds) ? lane.kept : undefined;
    const from = kept?.length ?? 0;
    await yieldToEvents();
    checkCancelled(signal);
    // What the last token of each is told by.
    const branches = continuations.map((ids) => ids.slice(common.length, -1));
    const { cache, trunk, branch } = await readBranches(
      lane,
      kept ? copyOf(kept, from) : stages.emptyCache(lane.at),
      { trunk: [...promptIds.slice(from), ...common], from: promptIds.length - 1 - from, branches },
      signal,
    );
    try {
      const shared = common.map((id, i) => logprobOf(trunk(i), id));
      const last = trunk(common.length);
      const { logZ } = logSoftmaxStats(last);
      return continuations.map((ids, b) =>
        Float64Array.from([
          ...shared,
          last[ids[common.length]] - logZ,
          ...branches[b].map((_, i) => logprobOf(branch(b, i), ids[common.length + 1 + i])),
        ]),
      );
    } finally {
      cache.dispose();
    }
  }

  return {
    async score(request) {
      check(model, request);
      const { promptIds, signal } = request;
      if (!isStartRead && beginsWithStart(promptIds)) await readStart(signal);
      const scores = new Map<string, Float64Array[]>();
      stages.next();
      for (const at of stages.order) scores.set(apart[at], await scoreLane(reads[at], request));
      return keys.map((key) => scores.get(key) as Float64Array[]);
    },
    dispose() {
      for (const { scales, kept } of reads.splice(0)) {
        scales.dispose();
        kept?.dispose();
      }
    },
  };
}
