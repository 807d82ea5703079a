import { endsByName } from '../graph/gguf/control-names.ts';
import { type GraphDemands, graphDemands } from '../graph/onnx/demands.ts';
import { dequantise } from '../graph/onnx/dequantise.ts';
import { detectDownProjections } from '../graph/onnx/down-projections.ts';
import { dataLocations, pointIntoFile } from '../graph/onnx/external.ts';
import { checkSharing } from '../graph/onnx/graph-check.ts';
import { instrument } from '../graph/onnx/instrument.ts';
import { decodeModel, type ModelProto } from '../graph/onnx/model.ts';
import { normGains } from '../graph/onnx/norm-gains.ts';
import { normsInAttention } from '../graph/onnx/refusals.ts';
import { roundingError } from '../graph/onnx/rounding-error.ts';
import { isStored, storedBytes } from '../graph/onnx/tensor-data.ts';
import type { ExternalData, NeuronGraph } from '../graph/onnx/types.ts';
import { columnNorms } from '../graph/onnx/weights.ts';
import type { OnProgress } from '../lib/bytes/progress.ts';
import { EngineError } from '../lib/errors.ts';
import { neuronLayout } from '../neurons/layout.ts';
import { weightSignature } from '../neurons/signature.ts';
import { textCodec } from './codec.ts';
import { controlTokens, unmarkedNotice } from './control-tokens.ts';
import { exportTexts } from './export-texts.ts';
import { fnv1a } from './fingerprint.ts';
import { dataPath, type ModelFiles, onnxPaths } from './onnx-files.ts';
import { onnxIdentity } from './onnx-identity.ts';
import { openSession } from './open-session.ts';
import type { Runtime, Session } from './runtime/types.ts';
import type { LanguageModel, TextCodec } from './types.ts';

const numberOf = (json: Readonly<Record<string, unknown>>, keys: readonly string[]): number | undefined =>
  keys.map((key) => json[key]).find((value): value is number => typeof value === 'number');

/** Ids that end an answer: those that the configs name, and the tokenizer's control tokens that end one by their names. */
function eosIds(
  configs: readonly Record<string, unknown>[],
  eosToken: string,
  controls: ReadonlyMap<string, { readonly id: number }>,
): ReadonlySet<number> {
  const named = configs
    .flatMap((config) => [config.eos_token_id].flat())
    .filter((id) => typeof id === 'number');
  const eos = controls.get(eosToken)?.id;
  const byName = endsByName([...controls].map(([name, { id }]) => [name, id] as const));
  return new Set([...named, ...(eos === undefined ? [] : [eos]), ...byName]);
}

/** A special token is written as text or as an object with its content. */
function tokenText(value: unknown): string {
  if (typeof value === 'string') return value;
  const content = (value as { content?: unknown } | null | undefined)?.content;
  return typeof content === 'string' ? content : '';
}

function headDim(config: Record<string, unknown>): number | undefined {
  const hidden = numberOf(config, ['hidden_size', 'n_embd']);
  const heads = numberOf(config, ['num_attention_heads', 'n_head']);
  return (
    numberOf(config, ['head_dim', 'kv_channels', 'head_size']) ??
    (hidden && heads && hidden % heads === 0 ? hidden / heads : undefined)
  );
}

/** Refuses texts whose tokens the model has no embedding for, which a runtime would only say in its own words. */
function withEmbeddings(codec: TextCodec, vocabulary: number, name: string): TextCodec {
  return {
    ...codec,
    encode(...given) {
      const ids: readonly (number | undefined)[] = codec.encode(...given);
      const beyond = ids.findIndex((id) => id === undefined || id >= vocabulary);
      if (beyond >= 0)
        throw new EngineError(
          'bad-input',
          `The tokenizer of ${name} makes a token of this text (${ids[beyond] ?? 'an unknown one'}) that the model, which has ${vocabulary}, does not have; tokenizer.json and config.json are of different models.`,
        );
      return ids as number[];
    },
  };
}

interface PostProcessor {
  readonly single?: readonly { readonly SpecialToken?: { readonly id?: string } }[];
  readonly processors?: readonly PostProcessor[];
}

/** Whether a raw text starts with the token for the beginning: as the tokenizer's config or its post-processor says. */
function startsWithBos(
  tokenizer: Record<string, unknown>,
  tokenizerConfig: Record<string, unknown>,
  bosToken: string,
): boolean {
  if (typeof tokenizerConfig.add_bos_token === 'boolean') return tokenizerConfig.add_bos_token;
  const outer = tokenizer.post_processor as PostProcessor | null | undefined;
  return [outer, ...(outer?.processors ?? [])].some(
    (processor) => bosToken !== '' && processor?.single?.[0]?.SpecialToken?.id === bosToken,
  );
}

const takesOneRow = ({ inputs }: Session) =>
  inputs.some(({ name, dims }) => name === 'input_ids' && dims[0] === 1);

/** Refuses graphs that would start on a device and then fail, or compute nonsense. */
function checkDevice(runtime: Runtime, neurons: NeuronGraph, demands: GraphDemands): void {
  if (demands.normsInAttention && runtime.kind !== 'webgpu')
    throw new EngineError('unsupported-model', normsInAttention);
  // WebAssembly runs it: a matter of the device, not of the model.
  if (!runtime.float16 && neurons.layers.some(({ scaleType }) => scaleType === 'float16'))
    throw new EngineError(
      'load-failed',
      'The export computes in half precision, which this graphics adapter lacks (shader-f16); choose another precision, or WebAssembly.',
    );
}

export interface OpenOnnxOptions {
  /** Path of the graph, where the folder holds several. */
  readonly graph?: string;
  /**
   * Holds quantised weights as dense float32, for CPUs; `budget` is the most bytes that all weights may take, the files
   * included. Left out, the graph computes as it was exported.
   */
  readonly dequantise?: { readonly budget: number };
  /** Told once the graph is known to fit, before memory is taken. */
  readonly onProgress?: OnProgress;
}

/** A weight of two bits takes 16 times as many as float32. */
const DENSE_SHARE = 16;

function bytesOf(file: Uint8Array, data: readonly ExternalData[]): number {
  return data.reduce((sum, each) => sum + each.data.byteLength, file.byteLength);
}

/** The graph as it is going to run, and how its weights are held. */
function prepareGraph(
  file: Uint8Array,
  decoded: ModelProto,
  data: readonly ExternalData[],
  options: OpenOnnxOptions['dequantise'],
) {
  const asExported = { source: file, demands: graphDemands(decoded), data, precision: 'as exported' };
  if (!options) return asExported;
  const bytes = bytesOf(file, data);
  const { model, externalData, dense, kept, were } = dequantise(decoded, data, {
    budget: Math.min(options.budget - bytes, DENSE_SHARE * bytes),
  });
  if (dense === 0) return asExported;
  const own = pointIntoFile(model, file, externalData);
  const which = kept === 0 ? '' : `${dense} of ${dense + kept} weights `;
  return {
    source: model,
    demands: graphDemands(model),
    data: own ? [...externalData, own] : externalData,
    precision: `${were}, ${which}held as float32`,
  };
}

/**
 * Opens a model that an exporter wrote: config.json (or genai_config.json), tokenizer.json, tokenizer_config.json, and the
 * graph with the data files that it names.
 * @throws EngineError where a file is missing or damaged, or the graph does not fit
 */
export async function openOnnx(
  files: ModelFiles,
  runtime: Runtime,
  options: OpenOnnxOptions = {},
): Promise<LanguageModel> {
  const texts = await exportTexts(files);
  const { config, generation, tokenizer: tokenizerJson, tokenizerConfig, template } = texts;
  const path = onnxPaths(files, options.graph).model;
  const graph = await files.read(path);
  const decoded = decodeModel(graph);
  const data = await Promise.all(
    dataLocations(decoded).map(async (location) => ({
      path: location,
      data: await files.read(dataPath(files, path, location)),
    })),
  );
  // Of the weights as they are in the file: the same on every device.
  const { layers: found } = detectDownProjections(decoded);
  const weights = (decoded.graph?.initializer ?? [])
    .filter(isStored)
    .map((tensor) => storedBytes(tensor, data));
  checkSharing(weights, found, bytesOf(graph, data));
  const columns = found.map(({ projection }) => columnNorms(projection, data));
  const identity = await onnxIdentity(decoded, (tensor) => storedBytes(tensor, data), texts);
  options.onProgress?.({ stage: 'Preparing weights', done: 0, unit: 'items' });
  const prepared = prepareGraph(graph, decoded, data, options.dequantise);
  const { demands } = prepared;
  const instrumented = instrument(prepared.source, prepared.data, {
    columnNorms: columns,
    maxConcatInputs: runtime.kind === 'webgpu' ? 7 : Number.MAX_SAFE_INTEGER,
  });
  checkDevice(runtime, instrumented.graph, demands);
  const text = (config.text_config ?? config) as Record<string, unknown>;
  const bosToken = tokenText(tokenizerConfig.bos_token);
  const eosToken = tokenText(tokenizerConfig.eos_token);
  const controls = controlTokens(tokenizerJson);
  const bosId =
    bosToken === ''
      ? undefined
      : (numberOf({ ...text, ...config }, ['bos_token_id']) ?? controls.get(bosToken)?.id);
  const vocabulary = numberOf(text, ['vocab_size']);
  if (!vocabulary)
    throw new EngineError(
      'load-failed',
      `config.json of ${files.name} names no vocab_size; choose a complete export.`,
    );
  const shape = instrumented.graph.layers.map(({ width, hidden }) => `${width}x${hidden}`).join(' ');
  const norms = instrumented.graph.layers.map(
    ({ columnNorms }) => new Uint8Array(columnNorms.slice(0, 16).buffer),
  );
  const { session, io } = await openSession(runtime, instrumented, headDim(text));
  const { layers } = instrumented.graph;
  const error = roundingError(decoded, columns, data);
  return {
    name: files.name,
    architecture: String(config.model_type ?? 'unknown'),
    fingerprint: fnv1a([new TextEncoder().encode(shape), ...norms]),
    identity,
    signature: weightSignature(layers, error, normGains(decoded, data)),
    contextLength: numberOf(text, ['max_position_embeddings', 'n_positions', 'n_ctx', 'seq_length']) ?? 2048,
    vocabulary,
    eosIds: eosIds([generation, config, text], eosToken, controls),
    codec: withEmbeddings(textCodec(tokenizerJson, tokenizerConfig, bosId), vocabulary, files.name),
    chatTemplate: template,
    addBos: startsWithBos(tokenizerJson, tokenizerConfig, bosToken),
    bosToken,
    eosToken,
    notice: unmarkedNotice(tokenizerJson),
    precision: prepared.precision,
    runtime,
    session,
    neurons: instrumented.graph,
    io,
    headDim: headDim(text),
    continuesCacheInPlace: false,
    lanesApart: demands.roundsAcrossRows || takesOneRow(session),
    layout: neuronLayout(instrumented.graph.layers.map(({ width }) => width)),
    attribution: undefined,
  };
}
