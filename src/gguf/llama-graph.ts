import type { OnProgress } from '../bytes/progress.ts';
import { EngineError } from '../errors.ts';
import {
  attr,
  externalTensor,
  floatTensor,
  graph,
  int64Tensor,
  model,
  node,
  valueInfo,
} from '../onnx/builders.ts';
import {
  DataType,
  type ModelProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from '../onnx/model.ts';
import type { ExternalData } from '../onnx/types.ts';
import { type LinearPart, linearWeights, type Precision, readFloats } from './linear-weights.ts';
import type { LlamaConfig } from './llama-config.ts';
import type { GgufFile, GgufTensor } from './types.ts';

const BLOCK = 32;
const MICROSOFT = { domain: 'com.microsoft' };

/** A graph under construction. */
interface Build {
  readonly file: GgufFile;
  readonly config: LlamaConfig;
  readonly precision: Precision;
  readonly nodes: NodeProto[];
  readonly inputs: ValueInfoProto[];
  readonly outputs: ValueInfoProto[];
  readonly initializers: TensorProto[];
  readonly externalData: ExternalData[];
  readonly read: (bytes: number) => void;
}

function addExternal(
  build: Build,
  name: string,
  type: number,
  dims: readonly number[],
  data: Float32Array | Uint8Array,
): void {
  build.externalData.push({
    path: name,
    data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  });
  build.initializers.push(externalTensor(name, type, dims, name, 0, data.byteLength));
}

function tensorOf(build: Build, name: string): GgufTensor {
  const tensor = build.file.tensors.get(name);
  if (!tensor)
    throw new EngineError('unsupported-model', `${build.file.source.name} lacks the tensor "${name}".`);
  return tensor;
}

function checkShape(build: Build, tensor: GgufTensor, k: number, n: number): void {
  if (tensor.dims[0] !== k || (tensor.dims[1] ?? 1) !== n) {
    throw new EngineError(
      'unsupported-model',
      `${build.file.source.name}: the tensor "${tensor.name}" has the shape ${tensor.dims.join(' x ')} where ${k} x ${n} was expected.`,
    );
  }
}

async function norm(build: Build, name: string): Promise<string> {
  const tensor = tensorOf(build, name);
  checkShape(build, tensor, build.config.hidden, 1);
  build.initializers.push(floatTensor(name, [build.config.hidden], await readFloats(build.file, tensor)));
  build.read(tensor.byteLength);
  return name;
}

/** y = x W^T with W [n, k] as the file stores it. */
async function linear(
  build: Build,
  x: string,
  y: string,
  parts: readonly LinearPart[],
  k: number,
): Promise<void> {
  const n = parts.reduce((sum, part) => sum + part.tensor.dims[1], 0);
  const weight = `${y}.weight`;
  const held = await linearWeights(build.file, parts, build.precision);
  if (held.kind === 'float32') {
    addExternal(build, weight, DataType.FLOAT, [n, k], held.values);
    build.nodes.push(node('FusedMatMul', [x, weight], [y], { transB: attr.int(1) }, MICROSOFT));
  } else {
    addExternal(build, weight, DataType.UINT8, [n, k / BLOCK, (BLOCK * held.bits) / 8], held.packed);
    addExternal(build, `${y}.scales`, DataType.FLOAT, [(n * k) / BLOCK], held.scales);
    const attributes = {
      K: attr.int(k),
      N: attr.int(n),
      bits: attr.int(held.bits),
      block_size: attr.int(BLOCK),
    };
    build.nodes.push(node('MatMulNBits', [x, weight, `${y}.scales`], [y], attributes, MICROSOFT));
  }
  build.read(parts.reduce((sum, part) => sum + part.tensor.byteLength, 0));
}

function plainPart(build: Build, name: string, k: number, n: number): LinearPart {
  const tensor = tensorOf(build, name);
  checkShape(build, tensor, k, n);
  return { tensor };
}

/**
 * llama.cpp's converter stores the rows of a head so that the two halves of a rotary pair are neighbours; this order
 * brings them back to first halves, then second halves, as non-interleaved rotary embedding reads them.
 */
export function rotaryRowOrder(heads: number, headDim: number): Int32Array {
  const half = headDim / 2;
  return Int32Array.from({ length: heads * headDim }, (_, row) => {
    const within = row % headDim;
    const pair = within % half;
    return row - within + 2 * pair + (within < half ? 0 : 1);
  });
}

async function rotaryCache(build: Build): Promise<void> {
  const { headDim, ropeTheta, contextLength } = build.config;
  const half = headDim / 2;
  const factors = build.file.tensors.get('rope_freqs.weight');
  const divisors = factors ? await readFloats(build.file, factors) : undefined;
  const cos = new Float32Array(contextLength * half);
  const sin = new Float32Array(contextLength * half);
  for (let i = 0; i < half; i++) {
    const frequency = ropeTheta ** ((-2 * i) / headDim) / (divisors?.[i] ?? 1);
    for (let position = 0; position < contextLength; position++) {
      cos[position * half + i] = Math.cos(position * frequency);
      sin[position * half + i] = Math.sin(position * frequency);
    }
  }
  addExternal(build, 'rotary_cos', DataType.FLOAT, [contextLength, half], cos);
  addExternal(build, 'rotary_sin', DataType.FLOAT, [contextLength, half], sin);
}

/** Lengths that GroupQueryAttention wants, from the attention mask that every exporter's graph takes. */
function attentionLengths(build: Build): void {
  build.initializers.push(
    int64Tensor('axis_1', [1], [1]),
    int64Tensor('one', [], [1]),
    int64Tensor('index_1', [], [1]),
  );
  build.nodes.push(
    node('ReduceSum', ['attention_mask', 'axis_1'], ['mask_lengths'], { keepdims: attr.int(0) }),
    node('Sub', ['mask_lengths', 'one'], ['last_positions']),
    node('Cast', ['last_positions'], ['seqlens_k'], { to: attr.int(DataType.INT32) }),
    node('Shape', ['attention_mask'], ['mask_shape']),
    node('Gather', ['mask_shape', 'index_1'], ['mask_width']),
    node('Cast', ['mask_width'], ['total_sequence_length'], { to: attr.int(DataType.INT32) }),
  );
}

async function attention(build: Build, layer: number, x: string): Promise<string> {
  const { config } = build;
  const { hidden, heads, kvHeads, headDim } = config;
  const at = `layers.${layer}.attention`;
  const part = (name: string, rows: number) => plainPart(build, `blk.${layer}.${name}.weight`, hidden, rows);
  const rotated = (name: string, count: number) => ({
    ...part(name, count * headDim),
    rowOrder: rotaryRowOrder(count, headDim),
  });
  await linear(
    build,
    x,
    `${at}.qkv`,
    [rotated('attn_q', heads), rotated('attn_k', kvHeads), part('attn_v', kvHeads * headDim)],
    hidden,
  );
  const past = ['key', 'value'].map((kind) => `past_key_values.${layer}.${kind}`);
  const present = ['key', 'value'].map((kind) => `present.${layer}.${kind}`);
  for (const name of past)
    build.inputs.push(
      valueInfo(name, DataType.FLOAT, ['batch_size', kvHeads, 'past_sequence_length', headDim]),
    );
  for (const name of present)
    build.outputs.push(
      valueInfo(name, DataType.FLOAT, ['batch_size', kvHeads, 'total_sequence_length', headDim]),
    );
  build.nodes.push(
    node(
      'GroupQueryAttention',
      [`${at}.qkv`, '', '', ...past, 'seqlens_k', 'total_sequence_length', 'rotary_cos', 'rotary_sin'],
      [`${at}.heads`, ...present],
      {
        num_heads: attr.int(heads),
        kv_num_heads: attr.int(kvHeads),
        do_rotary: attr.int(1),
        scale: attr.float(headDim ** -0.5),
      },
      MICROSOFT,
    ),
  );
  await linear(
    build,
    `${at}.heads`,
    `${at}.output`,
    [plainPart(build, `blk.${layer}.attn_output.weight`, heads * headDim, hidden)],
    heads * headDim,
  );
  return `${at}.output`;
}

/** SwiGLU: down(silu(gate(x)) * up(x)). */
async function mlp(build: Build, layer: number, x: string): Promise<string> {
  const { hidden, width } = build.config;
  const at = `layers.${layer}.mlp`;
  await linear(
    build,
    x,
    `${at}.gate`,
    [plainPart(build, `blk.${layer}.ffn_gate.weight`, hidden, width)],
    hidden,
  );
  await linear(build, x, `${at}.up`, [plainPart(build, `blk.${layer}.ffn_up.weight`, hidden, width)], hidden);
  build.nodes.push(
    node('Sigmoid', [`${at}.gate`], [`${at}.sigmoid`]),
    node('Mul', [`${at}.gate`, `${at}.sigmoid`], [`${at}.silu`]),
    node('Mul', [`${at}.silu`, `${at}.up`], [`${at}.gated`]),
  );
  await linear(
    build,
    `${at}.gated`,
    `${at}.down`,
    [plainPart(build, `blk.${layer}.ffn_down.weight`, width, hidden)],
    width,
  );
  return `${at}.down`;
}

async function embed(build: Build): Promise<string> {
  const { hidden, vocabulary } = build.config;
  const tensor = tensorOf(build, 'token_embd.weight');
  addExternal(build, 'embedding', DataType.FLOAT, [vocabulary, hidden], await readFloats(build.file, tensor));
  build.read(tensor.byteLength);
  build.nodes.push(node('Gather', ['embedding', 'input_ids'], ['embedded'], { axis: attr.int(0) }));
  return 'embedded';
}

/** The output layer; where it is tied and dense, it reads the embedding's own weights. */
async function head(build: Build, x: string): Promise<void> {
  const { hidden, vocabulary, tied } = build.config;
  if (tied && build.precision === 'float32') {
    build.nodes.push(node('FusedMatMul', [x, 'embedding'], ['logits'], { transB: attr.int(1) }, MICROSOFT));
  } else {
    const name = tied ? 'token_embd.weight' : 'output.weight';
    await linear(build, x, 'logits', [plainPart(build, name, hidden, vocabulary)], hidden);
  }
  build.outputs.unshift(valueInfo('logits', DataType.FLOAT, ['batch_size', 'sequence_length', vocabulary]));
}

export interface BuiltModel {
  readonly model: ModelProto;
  readonly externalData: readonly ExternalData[];
}

/**
 * Builds the ONNX graph of a llama-family GGUF file, with the inputs and outputs that exporters give such models
 * (input_ids, attention_mask, past_key_values.{layer}.{key|value} -> logits, present.{layer}.{key|value}).
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
  await rotaryCache(build);
  const epsilon = { epsilon: attr.float(config.normEpsilon) };
  let residual = await embed(build);
  let normed = 'layers.0.normed';
  build.nodes.push(
    node('SimplifiedLayerNormalization', [residual, await norm(build, 'blk.0.attn_norm.weight')], [normed], {
      ...epsilon,
      axis: attr.int(-1),
    }),
  );
  const addAndNorm = async (update: string, weight: string, name: string) => {
    const inputs = [residual, update, await norm(build, weight)];
    residual = `${name}.residual`;
    normed = `${name}.normed`;
    build.nodes.push(
      node('SkipSimplifiedLayerNormalization', inputs, [normed, '', '', residual], epsilon, MICROSOFT),
    );
  };
  for (let layer = 0; layer < config.layers; layer++) {
    await addAndNorm(
      await attention(build, layer, normed),
      `blk.${layer}.ffn_norm.weight`,
      `layers.${layer}.mlp`,
    );
    const next = layer + 1 < config.layers ? `blk.${layer + 1}.attn_norm.weight` : 'output_norm.weight';
    await addAndNorm(await mlp(build, layer, normed), next, `layers.${layer + 1}`);
  }
  await head(build, normed);
  const content = graph('llama', build);
  return { model: model(content, { '': 17, 'com.microsoft': 1 }), externalData: build.externalData };
}
