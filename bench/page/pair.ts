import { readGguf } from '../../src/graph/gguf/file.ts';
import { llamaConfig } from '../../src/graph/gguf/llama-config.ts';
import { buildLlama } from '../../src/graph/gguf/llama-graph.ts';
import { instrument } from '../../src/graph/onnx/instrument.ts';
import { encodeModel } from '../../src/graph/onnx/model.ts';
import { batchScales, forward, type RunnableModel } from '../../src/inference/forward.ts';
import { cacheOf, emptyCache, type KvCache } from '../../src/inference/kv-cache.ts';
import { createSampler } from '../../src/inference/sampling.ts';
import type { ByteSource } from '../../src/lib/bytes/source.ts';
import { buildOptions, instrumentOptions } from '../../src/model/gguf-graph.ts';
import { precisionFor } from '../../src/model/gguf-precision.ts';
import { type GraphIo, graphIo } from '../../src/model/graph-io.ts';
import { runFeeds } from '../../src/model/run-inputs.ts';
import type { Feeds, Runtime, Session, Tensor } from '../../src/model/runtime/types.ts';
import { neuronLayout } from '../../src/neurons/layout.ts';

/** One graph twice: as it is built from the file, and instrumented. */
export interface Pair {
  readonly runtime: Runtime;
  readonly plain: { readonly session: Session; readonly io: GraphIo };
  readonly instrumented: RunnableModel;
  readonly layers: number;
  readonly vocabulary: number;
}

/** @param layers layers that are built; all where it is left out */
export async function openPair(source: ByteSource, runtime: Runtime, layers?: number): Promise<Pair> {
  const file = await readGguf(source);
  const found = llamaConfig(file);
  const config = { ...found, layers: Math.min(found.layers, layers ?? found.layers) };
  const { precision } = precisionFor(runtime.kind, file);
  const built = await buildLlama(file, config, precision, buildOptions(runtime.kind, config));
  const { headDim } = config;
  const plain = await runtime.createSession({
    proto: encodeModel(built.model),
    externalData: built.externalData,
  });
  const { model, graph: neurons } = instrument(
    built.model,
    built.externalData,
    instrumentOptions(runtime.kind, config, built.cuts),
  );
  const session = await runtime.createSession(model);
  const layout = neuronLayout(neurons.layers.map((layer) => layer.width));
  return {
    runtime,
    plain: { session: plain, io: graphIo({ session: plain, neurons, headDim }) },
    instrumented: { runtime, session, neurons, layout, io: graphIo({ session, neurons, headDim }) },
    layers: config.layers,
    vocabulary: config.vocabulary,
  };
}

const greedy = createSampler({ temperature: 0, topK: 0, topP: 1, repetitionPenalty: 1, seed: 0 });

export interface Step {
  readonly token: number;
  readonly cache: KvCache;
}

const int64 = (values: readonly number[]) => BigInt64Array.from(values, BigInt);

/** The least that greedy decoding of one sequence takes: feeds, run, largest logit. Takes the cache over. */
export async function plainStep(pair: Pair, cache: KvCache, ids: readonly number[]): Promise<Step> {
  const { runtime, plain, vocabulary } = pair;
  const { session, io } = plain;
  const length = cache.length + ids.length;
  const feeds: Record<string, Tensor> = {
    ...runFeeds(io.inputs, runtime, { rows: 1, tokens: ids.length, past: cache.length }),
    [io.tokens]: runtime.tensor('int64', int64(ids), [1, ids.length]),
  };
  for (const [name, tensor] of cache.tensors) feeds[name] = tensor;
  const result = await session.run(feeds as Feeds);
  const next = cacheOf(1, length, new Map(io.cache.map((slot) => [slot.input, result[slot.output]!])));
  const [logits] = await runtime.read([result[io.logits]!]);
  result[io.logits]!.dispose();
  cache.dispose();
  return { token: greedy.sample(logits!.subarray(-vocabulary), []), cache: next };
}

/** A step as the engine takes it: all neurons of the last position read and turned into CETT. */
export async function instrumentedStep(
  pair: Pair,
  cache: KvCache,
  ids: readonly number[],
  scales: ReturnType<typeof batchScales>,
): Promise<Step> {
  const { instrumented: model } = pair;
  const last = [ids.length - 1];
  const output = await forward(model, { ids: [ids], cache, scales, capture: last, logits: last });
  output.cett(0, 0);
  return { token: greedy.sample(output.logits(0, 0), []), cache: output.cache };
}

export interface Comparison {
  /** Milliseconds a step, without the first of each block. */
  readonly plain: readonly number[];
  readonly instrumented: readonly number[];
}

/**
 * Decodes one text with both graphs in turns, block by block, at the same context lengths; the order of the two
 * changes with every block.
 * @throws Error where the two choose different tokens
 */
export async function compare(
  pair: Pair,
  prompt: readonly number[],
  { blocks, steps }: { readonly blocks: number; readonly steps: number },
): Promise<Comparison> {
  const { runtime, plain, instrumented } = pair;
  const scales = batchScales(instrumented, [[]]);
  const sides = {
    plain: {
      step: (cache: KvCache, ids: readonly number[]) => plainStep(pair, cache, ids),
      at: await plainStep(pair, emptyCache(plain.io, runtime, 1), prompt),
      times: [] as number[],
      tokens: [] as number[],
    },
    instrumented: {
      step: (cache: KvCache, ids: readonly number[]) => instrumentedStep(pair, cache, ids, scales),
      at: await instrumentedStep(pair, emptyCache(instrumented.io, runtime, 1), prompt, scales),
      times: [] as number[],
      tokens: [] as number[],
    },
  };
  for (let block = 0; block < blocks; block++) {
    const order = [sides.plain, sides.instrumented];
    if (block % 2 === 1) order.reverse();
    for (const side of order) {
      for (let i = 0; i < steps; i++) {
        const start = performance.now();
        side.at = await side.step(side.at.cache, [side.at.token]);
        if (i > 0) side.times.push(performance.now() - start);
        side.tokens.push(side.at.token);
      }
    }
  }
  for (const side of Object.values(sides)) side.at.cache.dispose();
  scales.dispose();
  if (sides.plain.tokens.join() !== sides.instrumented.tokens.join())
    throw new Error('the instrumented graph chose other tokens than the plain one');
  return { plain: sides.plain.times, instrumented: sides.instrumented.times };
}

/** Times of reading a prompt for some rows and of one step behind it, without reading any neuron. */
export async function floor(
  pair: Pair,
  prompt: readonly number[],
  rows: number,
): Promise<{ readonly prefillMs: number; readonly stepMs: number }> {
  const { instrumented: model } = pair;
  const scales = batchScales(
    model,
    Array.from({ length: rows }, () => []),
  );
  const run = async (cache: KvCache, ids: readonly number[]) => {
    const start = performance.now();
    const output = await forward(model, {
      ids: Array.from({ length: rows }, () => ids),
      cache,
      scales,
      capture: [],
      logits: [ids.length - 1],
    });
    return { ms: performance.now() - start, cache: output.cache };
  };
  const prefilled = await run(emptyCache(model.io, model.runtime, rows), prompt);
  const stepped = await run(prefilled.cache, prompt.slice(-1));
  stepped.cache.dispose();
  scales.dispose();
  return { prefillMs: prefilled.ms, stepMs: stepped.ms };
}
