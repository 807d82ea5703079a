import { yieldToEvents } from '../bytes/yield.ts';
import { EngineError } from '../errors.ts';
import type { LanguageModel } from '../model/types.ts';
import { scaleKey } from '../neurons/scales.ts';
import type { ScaledNeuron } from '../neurons/types.ts';
import { batchScales, forward } from './forward.ts';
import type { GraphIo } from './graph-io.ts';
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

/** Positions of a prompt, counted from its end, whose neurons are kept. */
const CAPTURED_POSITIONS = 256;

export function checkCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted)
    throw new EngineError('cancelled', 'The request was cancelled.', { cause: signal.reason });
}

/** Reads the whole prompt for rows with different factors, as few runs as the limit on tokens allows. */
async function readPrompt(
  model: LanguageModel,
  io: GraphIo,
  ids: readonly number[],
  rows: readonly (readonly ScaledNeuron[])[],
  signal: AbortSignal | undefined,
): Promise<ReadRow[]> {
  const perRun = Math.max(1, Math.floor(TOKENS_A_RUN / ids.length));
  const read: ReadRow[] = [];
  for (let start = 0; start < rows.length; start += perRun) {
    read.push(...(await readRows(model, io, ids, rows.slice(start, start + perRun), signal)));
  }
  return read;
}

async function readRows(
  model: LanguageModel,
  io: GraphIo,
  ids: readonly number[],
  rows: readonly (readonly ScaledNeuron[])[],
  signal: AbortSignal | undefined,
): Promise<ReadRow[]> {
  const scales = batchScales(model, rows);
  let cache = emptyCache(io, model.runtime, rows.length);
  const cett: Float32Array[][] = rows.map(() => []);
  let logits: Float32Array[] = [];
  try {
    for (let at = 0; at < ids.length; at += TOKENS_A_RUN) {
      const piece = ids.slice(at, at + TOKENS_A_RUN);
      await yieldToEvents();
      checkCancelled(signal);
      const firstCaptured = Math.min(piece.length - 1, Math.max(0, ids.length - CAPTURED_POSITIONS - at));
      const capture = Array.from({ length: piece.length - firstCaptured }, (_, i) => firstCaptured + i);
      const output = await forward(model, io, {
        ids: rows.map(() => piece),
        cache,
        scales,
        capture,
        logits: [piece.length - 1],
      });
      cache = output.cache;
      logits = rows.map((_, row) => output.logits(row, 0));
      rows.forEach((_, row) => {
        for (let i = 0; i < capture.length; i++) cett[row].push(output.cett(row, i));
        if (cett[row].length > CAPTURED_POSITIONS) cett[row].splice(0, cett[row].length - CAPTURED_POSITIONS);
      });
    }
  } catch (error) {
    cache.dispose();
    throw error;
  } finally {
    scales.dispose();
  }
  return rows.map((_, row) => ({ source: { cache, row }, logits: logits[row], cett: cett[row] }));
}

/**
 * Reads a prompt for every row of factors. Rows with the same factors are read once, rows that the cache still holds
 * not at all.
 * @throws EngineError `cancelled` when the signal fires between runs
 */
export async function prefill(
  model: LanguageModel,
  io: GraphIo,
  ids: readonly number[],
  rows: readonly (readonly ScaledNeuron[])[],
  kept: PromptCache | undefined,
  signal: AbortSignal | undefined,
): Promise<Prefilled> {
  const keys = rows.map(scaleKey);
  const byKey = new Map<string, ReadRow>();
  for (const key of keys) {
    const found = kept?.find(ids, key);
    if (found)
      byKey.set(key, { source: { cache: found.cache, row: 0 }, logits: found.logits, cett: found.cett });
  }
  const missing = [...new Set(keys)].filter((key) => !byKey.has(key));
  const fresh = await readPrompt(
    model,
    io,
    ids,
    missing.map((key) => rows[keys.indexOf(key)]),
    signal,
  );
  missing.forEach((key, i) => {
    byKey.set(key, fresh[i]);
  });
  const read = keys.map((key) => byKey.get(key) as ReadRow);
  const cache = stackCacheRows(
    model.runtime,
    read.map((row) => row.source),
  );
  missing.forEach((key, i) => {
    kept?.keep({ ids, scaleKey: key, logits: fresh[i].logits, cett: fresh[i].cett }, fresh[i].source);
  });
  for (const each of new Set(fresh.map((row) => row.source.cache))) each.dispose();
  return { cache, logits: read.map((row) => row.logits), cett: read.map((row) => row.cett) };
}
