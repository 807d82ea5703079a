import { yieldToEvents } from '../lib/bytes/yield.ts';
import { EngineError } from '../lib/errors.ts';
import type { LanguageModel } from '../model/types.ts';
import { scaleKey } from '../neurons/scales.ts';
import type { ScaledNeuron } from '../neurons/types.ts';
import { batchScales, forward } from './forward.ts';
import { type CacheRow, emptyCache, type KvCache, stackCacheRows } from './kv-cache.ts';
import type { PromptCache } from './prompt-cache.ts';

/** A prompt read under some rows of factors, rows in the order asked for. */
export interface Prefilled {
  readonly cache: KvCache;
  /** Logits behind the prompt, by row. */
  readonly logits: readonly Float32Array[];
  /** CETT of all neurons by row, of the last `cett[row].length` positions of the prompt. */
  readonly cett: readonly (readonly Float32Array[])[];
}

interface ReadRow {
  readonly source: CacheRow;
  readonly logits: Float32Array;
  readonly cett: readonly Float32Array[];
}

/** Tokens of all rows that one run takes at most: bounds memory and the time until a cancel is seen. */
const TOKENS_A_RUN = 512;

/**
 * Tokens that a run takes of a prompt that needs several: a cancel is seen within a second. Where a run's values hang on
 * all its tokens (8-bit ranges), or a run reads all that came before once more, the runs stay as long as they may be.
 */
const TOKENS_A_RUN_OF_MANY = 128;

function tokensARun(model: LanguageModel, ids: readonly number[], start: KvCache): number {
  return ids.length > TOKENS_A_RUN && !model.lanesApart && !start.history
    ? TOKENS_A_RUN_OF_MANY
    : TOKENS_A_RUN;
}

/** How much of a prompt is read: tokens, of all its tokens; several rows count as one prompt. */
export type OnReading = (done: number, total: number) => void;

/** Positions of a prompt, counted from its end, whose neurons are kept. */
const CAPTURED_POSITIONS = 256;

export function checkCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted)
    throw new EngineError('cancelled', 'The request was cancelled.', { cause: signal.reason });
}

/** A shared start must be this long to be worth a run of its own. */
const SHORTEST_REUSE = 8;

/** What rows have read already: a cache that is taken over, and the neurons of its last positions by row. */
interface Start {
  readonly cache: KvCache;
  readonly cett: readonly (readonly Float32Array[])[];
}

/** Reads the rest of a prompt for rows with different factors. */
async function readRows(
  model: LanguageModel,
  ids: readonly number[],
  rows: readonly (readonly ScaledNeuron[])[],
  start: Start,
  signal: AbortSignal | undefined,
  captured: number,
  onRun: (tokens: number) => void,
): Promise<ReadRow[]> {
  const perRun = tokensARun(model, ids, start.cache);
  const scales = batchScales(model, rows);
  const cett = start.cett.map((row) => [...row]);
  let { cache } = start;
  let logits: Float32Array[] = [];
  try {
    for (let at = cache.length; at < ids.length; at += perRun) {
      const piece = ids.slice(at, at + perRun);
      await yieldToEvents();
      checkCancelled(signal);
      const firstCaptured = Math.min(piece.length, Math.max(0, ids.length - captured - at));
      const capture = Array.from({ length: piece.length - firstCaptured }, (_, i) => firstCaptured + i);
      const output = await forward(model, {
        ids: rows.map(() => piece),
        cache,
        scales,
        capture,
        logits: [piece.length - 1],
      });
      cache = output.cache;
      logits = rows.map((_, row) => output.logits(row, 0));
      cett.forEach((kept, row) => {
        for (let i = 0; i < capture.length; i++) kept.push(output.cett(row, i));
        kept.splice(0, Math.max(0, kept.length - captured));
      });
      onRun(rows.length * piece.length);
    }
  } catch (error) {
    cache.dispose();
    throw error;
  } finally {
    scales.dispose();
  }
  return rows.map((_, row) => ({ source: { cache, row }, logits: logits[row], cett: cett[row] }));
}

/** Copies the longest start of the prompt that the cache holds for these factors; undefined where none is worth it. */
function sharedStart(
  model: LanguageModel,
  ids: readonly number[],
  key: string,
  kept: PromptCache,
): Start | undefined {
  const found = kept.findStart(ids, key);
  if (!found || found.positions < SHORTEST_REUSE) return undefined;
  const { row, positions } = found;
  const firstKept = row.ids.length - row.cett.length;
  return {
    cache: stackCacheRows(model.runtime, [{ cache: row.cache, row: 0, positions }]),
    cett: [row.cett.slice(0, Math.max(0, positions - firstKept))],
  };
}

/**
 * Reads a prompt for every row of factors. Rows with the same factors are read once; of rows that the cache still holds
 * nothing is read, and of those whose start it holds the rest. Rows that start afresh are read as one batch, in as few
 * runs as the limit on tokens allows. (A run of several tokens behind a cache takes one row: ONNX Runtime's
 * GroupQueryAttention refuses more.)
 * @param captures 'none' leaves `cett` empty; give no cache to keep it in then
 * @param onReading called before the first run of a prompt that is longer than one run, and after each
 * @throws EngineError `cancelled` when the signal fires between runs
 */
export async function prefill(
  model: LanguageModel,
  ids: readonly number[],
  rows: readonly (readonly ScaledNeuron[])[],
  kept: PromptCache | undefined,
  signal: AbortSignal | undefined,
  captures: 'all' | 'none' = 'all',
  onReading?: OnReading,
): Promise<Prefilled> {
  const keys = rows.map(scaleKey);
  const read = new Map<string, ReadRow>();
  const fresh: string[] = [];
  const toRead: { readonly keys: readonly string[]; readonly start: Start }[] = [];
  for (const key of new Set(keys)) {
    const whole = kept?.find(ids, key);
    const start = whole ? undefined : kept && sharedStart(model, ids, key, kept);
    if (whole)
      read.set(key, { source: { cache: whole.cache, row: 0 }, logits: whole.logits, cett: whole.cett });
    else if (start) toRead.push({ keys: [key], start });
    else fresh.push(key);
  }
  const perRun = Math.max(1, Math.floor(TOKENS_A_RUN / ids.length));
  for (let at = 0; at < fresh.length; at += perRun) {
    const some = fresh.slice(at, at + perRun);
    toRead.push({
      keys: some,
      start: { cache: emptyCache(model.io, model.runtime, some.length), cett: some.map(() => []) },
    });
  }
  const tokens = ids.length * new Set(keys).size;
  let left = toRead.reduce(
    (sum, { keys: some, start }) => sum + some.length * (ids.length - start.cache.length),
    0,
  );
  const onRun = (read: number) => {
    left -= read;
    if (ids.length > TOKENS_A_RUN)
      onReading?.(Math.floor((ids.length * (tokens - left)) / tokens), ids.length);
  };
  if (left > 0) onRun(0);
  const made = new Set<KvCache>();
  try {
    for (const { keys: some, start } of toRead) {
      const factors = some.map((key) => rows[keys.indexOf(key)]);
      const captured = captures === 'all' ? CAPTURED_POSITIONS : 0;
      const results = await readRows(model, ids, factors, start, signal, captured, onRun);
      made.add(results[0].source.cache);
      some.forEach((key, i) => {
        read.set(key, results[i]);
      });
    }
    const wanted = keys.map((key) => read.get(key) as ReadRow);
    const cache = stackCacheRows(
      model.runtime,
      wanted.map((row) => row.source),
    );
    for (const { keys: some } of toRead) {
      for (const scaleKeyOfRow of some) {
        const { logits, cett, source } = read.get(scaleKeyOfRow) as ReadRow;
        kept?.keep({ ids, scaleKey: scaleKeyOfRow, logits: logits.slice(), cett }, source);
      }
    }
    return { cache, logits: wanted.map((row) => row.logits), cett: wanted.map((row) => row.cett) };
  } finally {
    for (const each of made) each.dispose();
  }
}
