import { EngineError } from '../errors.ts';
import { neuronLayout } from '../neurons/layout.ts';
import { instrument } from '../onnx/instrument.ts';
import type { Runtime } from '../runtime/types.ts';
import { textCodec } from './codec.ts';
import { fnv1a } from './fingerprint.ts';
import { type ModelFiles, onnxPaths, readJson } from './onnx-files.ts';
import type { LanguageModel } from './types.ts';

const numberOf = (json: Record<string, unknown>, keys: readonly string[]): number | undefined =>
  keys.map((key) => json[key]).find((value): value is number => typeof value === 'number');

/** Ids that end an answer, from the generation config or else the model's. */
function eosIds(...configs: readonly Record<string, unknown>[]): ReadonlySet<number> {
  const value = configs.map((config) => config.eos_token_id).find((id) => id !== undefined && id !== null);
  return new Set([value].flat().filter((id): id is number => typeof id === 'number'));
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
  return numberOf(config, ['head_dim']) ?? (hidden && heads ? hidden / heads : undefined);
}

async function optionalJson(files: ModelFiles, path: string): Promise<Record<string, unknown>> {
  return files.list().includes(path) ? readJson(files, path) : {};
}

async function chatTemplate(
  files: ModelFiles,
  tokenizerConfig: Record<string, unknown>,
): Promise<string | undefined> {
  const { chat_template: template } = tokenizerConfig;
  if (typeof template === 'string') return template;
  if (Array.isArray(template)) {
    const named = template as readonly { readonly name?: string; readonly template?: string }[];
    return (named.find(({ name }) => name === 'default') ?? named[0])?.template;
  }
  const path = 'chat_template.jinja';
  return files.list().includes(path) ? new TextDecoder().decode(await files.read(path)) : undefined;
}

/**
 * Opens a model that an exporter wrote: config.json, tokenizer.json, tokenizer_config.json, and the graph with its data.
 * @throws EngineError where a file is missing or damaged, or the graph does not fit
 */
export async function openOnnx(files: ModelFiles, runtime: Runtime): Promise<LanguageModel> {
  const config = await readJson(files, 'config.json');
  const generation = await optionalJson(files, 'generation_config.json');
  const tokenizerJson = await readJson(files, 'tokenizer.json');
  const tokenizerConfig = await optionalJson(files, 'tokenizer_config.json');
  const paths = onnxPaths(files);
  const graph = await files.read(paths.model);
  const data = await Promise.all(
    paths.data.map(async ({ path, location }) => ({ path: location, data: await files.read(path) })),
  );
  const instrumented = instrument(graph, data, {
    maxConcatInputs: runtime.kind === 'webgpu' ? 7 : Number.MAX_SAFE_INTEGER,
  });
  const session = await runtime.createSession(instrumented.model);
  const text = (config.text_config ?? config) as Record<string, unknown>;
  const bosToken = tokenText(tokenizerConfig.bos_token);
  const bosId = bosToken === '' ? undefined : numberOf(config, ['bos_token_id']);
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
  return {
    name: files.name,
    architecture: String(config.model_type ?? 'unknown'),
    fingerprint: fnv1a([new TextEncoder().encode(shape), ...norms]),
    contextLength: numberOf(text, ['max_position_embeddings', 'n_positions', 'n_ctx', 'seq_length']) ?? 2048,
    vocabulary,
    eosIds: eosIds(generation, config),
    codec: textCodec(tokenizerJson, tokenizerConfig, bosId),
    chatTemplate: await chatTemplate(files, tokenizerConfig),
    addBos: tokenizerConfig.add_bos_token === true,
    bosToken,
    eosToken: tokenText(tokenizerConfig.eos_token),
    precision: 'as exported',
    runtime,
    session,
    neurons: instrumented.graph,
    headDim: headDim(text),
    continuesCacheInPlace: false,
    lanesApart: false,
    layout: neuronLayout(instrumented.graph.layers.map(({ width }) => width)),
    attribution: undefined,
  };
}
