import type { OnProgress } from '../../lib/bytes/progress.ts';
import { attr, floatTensor, graph, int64Tensor, model, node, valueInfo } from '../onnx/builders.ts';
import { DataType, type ModelProto } from '../onnx/model.ts';
import type { StageCut } from '../onnx/stages.ts';
import type { ExternalData } from '../onnx/types.ts';
import { attention, attentionInputs, rotaryCaches } from './attention.ts';
import { addExternal, type Build, MICROSOFT, normWeight, rmsNorm, tensorOf } from './graph-build.ts';
import {
  addBlocks,
  type BlockedWeights,
  type BlockNames,
  blockLinear,
  blockProduct,
  isSplit,
  linear,
  linearPart,
} from './linear.ts';
import { blockWeights, type Precision, readFloats } from './linear-weights.ts';
import type { LlamaConfig } from './llama-config.ts';
import { mlp } from './mlp.ts';
import type { GgufFile, GgufTensor } from './types.ts';

/** The embedding's weights, for the output layer where it is tied. */
type Embedding = { readonly dense: string } | { readonly blocks: BlockedWeights; readonly names: BlockNames };

/** The rows of `input_ids`; returns their name and the weights. */
async function embed(build: Build): Promise<{ embedded: string; embedding: Embedding }> {
  const { hidden, vocabulary, family } = build.config;
  const tensor = tensorOf(build, 'token_embd.weight', hidden, vocabulary);
  const embedding =
    build.precision === 'float32' ? await denseRows(build, tensor) : await blockRows(build, tensor);
  build.read(tensor.byteLength);
  if (!family.scaledEmbeddings) return { embedded: 'embedded', embedding };
  build.initializers.push(floatTensor('embedding_scale', [], [Math.sqrt(hidden)]));
  build.nodes.push(node('Mul', ['embedded', 'embedding_scale'], ['embedded.scaled']));
  return { embedded: 'embedded.scaled', embedding };
}

async function denseRows(build: Build, tensor: GgufTensor): Promise<Embedding> {
  const { hidden, vocabulary } = build.config;
  const values = await readFloats(build.file, tensor);
  addExternal(build, 'embedding', DataType.FLOAT, [vocabulary, hidden], values);
  build.nodes.push(node('Gather', ['embedding', 'input_ids'], ['embedded'], { axis: attr.int(0) }));
  return { dense: 'embedding' };
}

/** Gathers 8-bit blocks and their scales, and dequantises what was gathered; not every runtime has an operator for it. */
async function blockRows(build: Build, tensor: GgufTensor): Promise<Embedding> {
  const { hidden, vocabulary } = build.config;
  const blocks = { bits: 8 as const, ...(await blockWeights(build.file, [{ tensor }], 8)) };
  const names = addBlocks(build, 'embedding', blocks, vocabulary, hidden);
  build.initializers.push(
    floatTensor('embedding_zero', [], [128]),
    int64Tensor('embedding_last_axis', [1], [-1]),
    int64Tensor('embedding_shape', [3], [0, 0, hidden]),
  );
  const first = { axis: attr.int(0) };
  build.nodes.push(
    node('Gather', [names.weight, 'input_ids'], ['embedded.codes'], first),
    node('Cast', ['embedded.codes'], ['embedded.float'], { to: attr.int(DataType.FLOAT) }),
    node('Sub', ['embedded.float', 'embedding_zero'], ['embedded.steps']),
    node('Gather', [names.scales, 'input_ids'], ['embedded.scales'], first),
    node('Unsqueeze', ['embedded.scales', 'embedding_last_axis'], ['embedded.factors']),
    node('Mul', ['embedded.steps', 'embedded.factors'], ['embedded.blocks']),
    node('Reshape', ['embedded.blocks', 'embedding_shape'], ['embedded']),
  );
  return { blocks, names };
}

/** The output layer; where it is tied, it reads the embedding's own weights. */
async function head(build: Build, x: string, embedding: Embedding): Promise<void> {
  const { hidden, vocabulary, tied } = build.config;
  if (!tied) {
    await linear(build, x, 'logits', [linearPart(build, 'output', hidden, vocabulary)], hidden);
  } else if ('dense' in embedding) {
    const transposed = { transB: attr.int(1) };
    build.nodes.push(node('FusedMatMul', [x, embedding.dense], ['logits'], transposed, MICROSOFT));
  } else if (isSplit(vocabulary, hidden, 8)) {
    blockLinear(build, x, 'logits', embedding.blocks, vocabulary, hidden);
  } else {
    blockProduct(build, x, 'logits', embedding.names, vocabulary, hidden);
  }
  build.outputs.unshift(valueInfo('logits', DataType.FLOAT, ['batch_size', 'sequence_length', vocabulary]));
}

/** Attention and MLP of all layers around the residual stream; returns the places before each layer and behind the last. */
async function decoder(build: Build, embedded: string): Promise<StageCut[]> {
  const { hidden, layers, family, normEpsilon } = build.config;
  let residual = embedded;
  let normed = 'layers.0.normed';
  await rmsNorm(build, residual, normed, 'blk.0.attn_norm.weight', hidden);
  const add = async (update: string, post: string, weight: string, name: string) => {
    let added = update;
    if (family.postNorms) {
      added = `${update}.normed`;
      await rmsNorm(build, update, added, post, hidden);
    }
    const inputs = [residual, added, await normWeight(build, weight, hidden)];
    residual = `${name}.residual`;
    normed = `${name}.normed`;
    const epsilon = { epsilon: attr.float(normEpsilon) };
    build.nodes.push(
      node('SkipSimplifiedLayerNormalization', inputs, [normed, '', '', residual], epsilon, MICROSOFT),
    );
  };
  const cuts: StageCut[] = [{ layer: 0, residual, normed }];
  for (let layer = 0; layer < layers; layer++) {
    const block = `blk.${layer}`;
    const attended = await attention(build, layer, normed);
    await add(
      attended,
      `${block}.post_attention_norm.weight`,
      `${block}.ffn_norm.weight`,
      `layers.${layer}.mlp`,
    );
    const next = layer + 1 < layers ? `blk.${layer + 1}.attn_norm.weight` : 'output_norm.weight';
    await add(await mlp(build, layer, normed), `${block}.post_ffw_norm.weight`, next, `layers.${layer + 1}`);
    cuts.push({ layer: layer + 1, residual, normed });
  }
  return cuts;
}

export interface BuildOptions {
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
  /** Adds the inputs by which one run may read texts that branch; with the standard attention it always may. */
  readonly branches?: boolean;
  /** As in `Build`; grouped where it is left out. */
  readonly attention?: Build['attention'];
}

/** The operator set that brings Attention. */
const STANDARD_ATTENTION_OPSET = 23;

export interface BuiltModel {
  readonly model: ModelProto;
  /** Where the layers can be cut: before each of them and behind the last. */
  readonly cuts: readonly StageCut[];
  readonly externalData: readonly ExternalData[];
}

/**
 * Builds the ONNX graph of a GGUF file of one of the FAMILIES, with the inputs and outputs that exporters give such
 * models (input_ids, attention_mask, past_key_values.{layer}.{key|value} -> logits, present.{layer}.{key|value}).
 * @throws EngineError where a tensor is missing or has another shape; the signal's reason when aborted
 */
export async function buildLlama(
  file: GgufFile,
  config: LlamaConfig,
  precision: Precision,
  options: BuildOptions = {},
): Promise<BuiltModel> {
  const total = [...file.tensors.values()].reduce((sum, tensor) => sum + tensor.byteLength, 0);
  let done = 0;
  const build: Build = {
    file,
    config,
    precision,
    branches: options.branches === true,
    attention: options.attention ?? 'grouped',
    nodes: [],
    inputs: [valueInfo('input_ids', DataType.INT64, ['batch_size', 'sequence_length'])],
    outputs: [],
    initializers: [],
    externalData: [],
    read(bytes) {
      options.signal?.throwIfAborted();
      done = Math.min(total, done + bytes);
      options.onProgress?.({ stage: 'Preparing weights', done, total, unit: 'bytes' });
    },
  };
  attentionInputs(build);
  await rotaryCaches(build);
  const { embedded, embedding } = await embed(build);
  const cuts = await decoder(build, embedded);
  await head(build, cuts[config.layers].normed, embedding);
  return {
    cuts,
    model: model(graph(config.architecture, build), {
      '': build.attention === 'standard' ? STANDARD_ATTENTION_OPSET : 17,
      'com.microsoft': 1,
    }),
    externalData: build.externalData,
  };
}
