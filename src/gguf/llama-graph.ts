import type { OnProgress } from '../bytes/progress.ts';
import { attr, floatTensor, graph, model, node, valueInfo } from '../onnx/builders.ts';
import { DataType, type ModelProto } from '../onnx/model.ts';
import type { ExternalData } from '../onnx/types.ts';
import { attention, attentionLengths, rotaryCaches } from './attention.ts';
import {
  addExternal,
  type Build,
  linear,
  linearPart,
  MICROSOFT,
  normWeight,
  rmsNorm,
  tensorOf,
} from './graph-build.ts';
import { type Precision, readFloats } from './linear-weights.ts';
import type { LlamaConfig } from './llama-config.ts';
import { mlp } from './mlp.ts';
import type { GgufFile } from './types.ts';

async function embed(build: Build): Promise<string> {
  const { hidden, vocabulary, family } = build.config;
  const tensor = tensorOf(build, 'token_embd.weight', hidden, vocabulary);
  addExternal(build, 'embedding', DataType.FLOAT, [vocabulary, hidden], await readFloats(build.file, tensor));
  build.read(tensor.byteLength);
  build.nodes.push(node('Gather', ['embedding', 'input_ids'], ['embedded'], { axis: attr.int(0) }));
  if (!family.scaledEmbeddings) return 'embedded';
  build.initializers.push(floatTensor('embedding_scale', [], [Math.sqrt(hidden)]));
  build.nodes.push(node('Mul', ['embedded', 'embedding_scale'], ['embedded.scaled']));
  return 'embedded.scaled';
}

/** The output layer; where it is tied and dense, it reads the embedding's own weights. */
async function head(build: Build, x: string): Promise<void> {
  const { hidden, vocabulary, tied } = build.config;
  if (tied && build.precision === 'float32') {
    build.nodes.push(node('FusedMatMul', [x, 'embedding'], ['logits'], { transB: attr.int(1) }, MICROSOFT));
  } else {
    const part = linearPart(build, tied ? 'token_embd' : 'output', hidden, vocabulary);
    await linear(build, x, 'logits', [part], hidden);
  }
  build.outputs.unshift(valueInfo('logits', DataType.FLOAT, ['batch_size', 'sequence_length', vocabulary]));
}

/** Attention and MLP of all layers around the residual stream; returns the normalised end of it. */
async function decoder(build: Build, embedded: string): Promise<string> {
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
  }
  return normed;
}

export interface BuiltModel {
  readonly model: ModelProto;
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
  options: { readonly onProgress?: OnProgress; readonly signal?: AbortSignal } = {},
): Promise<BuiltModel> {
  const total = [...file.tensors.values()].reduce((sum, tensor) => sum + tensor.byteLength, 0);
  let done = 0;
  const build: Build = {
    file,
    config,
    precision,
    nodes: [],
    inputs: ['input_ids', 'attention_mask'].map((name) =>
      valueInfo(name, DataType.INT64, [
        'batch_size',
        name === 'input_ids' ? 'sequence_length' : 'total_sequence_length',
      ]),
    ),
    outputs: [],
    initializers: [],
    externalData: [],
    read(bytes) {
      options.signal?.throwIfAborted();
      done = Math.min(total, done + bytes);
      options.onProgress?.({ stage: 'Preparing weights', done, total, unit: 'bytes' });
    },
  };
  attentionLengths(build);
  await rotaryCaches(build);
  await head(build, await decoder(build, await embed(build)));
  return {
    model: model(graph(config.architecture, build), { '': 17, 'com.microsoft': 1 }),
    externalData: build.externalData,
  };
}
