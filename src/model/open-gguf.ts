import { neuronAttribution } from '../graph/gguf/attribution.ts';
import { readGguf } from '../graph/gguf/file.ts';
import type { Precision } from '../graph/gguf/linear-weights.ts';
import { type LlamaConfig, llamaConfig } from '../graph/gguf/llama-config.ts';
import { buildLlama } from '../graph/gguf/llama-graph.ts';
import { downProjectionError } from '../graph/gguf/rounding.ts';
import { tokenizerFromGguf } from '../graph/gguf/tokenizer.ts';
import type { GgufFile } from '../graph/gguf/types.ts';
import { optionalString } from '../graph/gguf/values.ts';
import { instrument } from '../graph/onnx/instrument.ts';
import { normGains } from '../graph/onnx/norm-gains.ts';
import type { OnProgress } from '../lib/bytes/progress.ts';
import type { ByteSource } from '../lib/bytes/source.ts';
import { yieldToEvents } from '../lib/bytes/yield.ts';
import { EngineError } from '../lib/errors.ts';
import { neuronLayout } from '../neurons/layout.ts';
import { weightSignature } from '../neurons/signature.ts';
import { textCodec } from './codec.ts';
import { fingerprintOf } from './fingerprint.ts';
import { buildOptions, instrumentOptions } from './gguf-graph.ts';
import { ggufIdentity } from './gguf-identity.ts';
import { precisionFor } from './gguf-precision.ts';
import { openSession } from './open-session.ts';
import type { Runtime } from './runtime/types.ts';
import type { LanguageModel } from './types.ts';
import { hashWhileRead } from './weights-hash.ts';

export interface OpenOptions {
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
  /** Bytes of memory that are left; what the browser tells where it is left out. */
  readonly memory?: number;
  /** How the weights are held; what suits the device and fits its memory where it is left out. */
  readonly precision?: Precision;
}

/** Longer rotary tables cost memory that a page does not have. */
const LONGEST_CONTEXT = 32768;
/** Bytes that all rotary tables may take; as long as they are within this or as large as the file, they may be longest. */
const TABLE_BYTES = 32 * 2 ** 20;

/** Positions that the rotary tables are made for: two tables of floats, and two more for layers with a window. */
function tableLength({ source }: GgufFile, { contextLength, headDim, window }: LlamaConfig): number {
  const bytes = 4 * headDim * (window ? 2 : 1);
  const affordable = Math.floor(Math.max(TABLE_BYTES, source.size) / bytes);
  return Math.min(contextLength, LONGEST_CONTEXT, Math.max(1, affordable));
}

function nameOf(file: GgufFile): string {
  return (
    file.source.name.replace(/^.*\//, '').replace(/\.gguf$/i, '') ||
    (optionalString(file, 'general.name') ?? 'model')
  );
}

/**
 * Opens a GGUF file, or all files of a model that is split, on a device: builds its graph, instruments it, makes the
 * session. Weights are read tensor by tensor.
 * @throws EngineError where the file, its architecture or the device does not fit; the signal's reason when aborted
 */
export async function openGguf(
  source: ByteSource | readonly ByteSource[],
  runtime: Runtime,
  options: OpenOptions = {},
): Promise<LanguageModel> {
  const stored = await readGguf(source);
  const { file, finish } = await hashWhileRead(stored);
  const found = llamaConfig(file);
  const config = { ...found, contextLength: tableLength(file, found) };
  const tokenizer = tokenizerFromGguf(file);
  if (tokenizer.vocabSize > config.vocabulary) {
    throw new EngineError(
      'load-failed',
      `${file.source.name} is damaged: its tokenizer has ${tokenizer.vocabSize} tokens, but only ${config.vocabulary} have an embedding; download the file again.`,
    );
  }
  const { precision, name } = precisionFor(runtime.kind, file, options);
  const graphOptions = buildOptions(runtime.kind, config);
  const built = await buildLlama(file, config, precision, {
    ...options,
    ...graphOptions,
  });
  options.onProgress?.({ stage: 'Starting the model', done: 0, unit: 'items' });
  const instrumented = instrument(
    built.model,
    built.externalData,
    instrumentOptions(runtime.kind, config, built.cuts),
  );
  const fingerprint = await fingerprintOf(stored);
  const identity = await ggufIdentity(stored, await finish());
  await yieldToEvents();
  options.signal?.throwIfAborted();
  const { session, io } = await openSession(runtime, instrumented, config.headDim);
  const codec = textCodec(tokenizer.tokenizerJson, tokenizer.tokenizerConfig, tokenizer.bosId);
  const written = (id: number | undefined) => (id === undefined ? '' : codec.decode([id]));
  return {
    name: nameOf(file),
    architecture: config.architecture,
    fingerprint,
    identity,
    signature: weightSignature(
      instrumented.graph.layers,
      downProjectionError(file),
      normGains(built.model, built.externalData),
    ),
    contextLength: config.contextLength,
    vocabulary: config.vocabulary,
    eosIds: new Set(tokenizer.eosIds),
    codec,
    chatTemplate: tokenizer.chatTemplate,
    addBos: tokenizer.addBos,
    notice: tokenizer.notice,
    bosToken: written(tokenizer.bosId),
    eosToken: written(tokenizer.eosIds[0]),
    precision: name,
    runtime,
    session,
    neurons: instrumented.graph,
    io,
    headDim: config.headDim,
    // GroupQueryAttention does.
    continuesCacheInPlace: graphOptions.attention === 'grouped',
    lanesApart: false,
    layout: neuronLayout(instrumented.graph.layers.map((layer) => layer.width)),
    attribution: (ref) => neuronAttribution(stored, config, ref),
  };
}
