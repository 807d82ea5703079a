import { BRANCH_BIAS } from '../onnx/branches.ts';
import { attr, int64Tensor, node, valueInfo } from '../onnx/builders.ts';
import { DataType } from '../onnx/model.ts';
import { addExternal, type Build, MICROSOFT, rmsNorm } from './graph-build.ts';
import { linear, linearPart } from './linear.ts';
import { readFloats } from './linear-weights.ts';
import { rotaryFrequencies, rotaryRowOrder, rotaryTables } from './rope.ts';

/** Names of the tables of all layers, and of those with a window where these turn by another base. */
const GLOBAL = ['rotary_cos', 'rotary_sin'] as const;
const LOCAL = ['rotary_local_cos', 'rotary_local_sin'] as const;

function hasOwnLocalTables({ config }: Build): boolean {
  return config.window !== undefined && config.window.ropeTheta !== config.ropeTheta;
}

/** The tables of cosines and sines that all layers share. */
export async function rotaryCaches(build: Build): Promise<void> {
  const { headDim, ropeTheta, ropeScaling, contextLength, window } = build.config;
  const factors = build.file.tensors.get('rope_freqs.weight');
  const divisors = factors ? await readFloats(build.file, factors) : undefined;
  const add = ([cos, sin]: readonly [string, string], frequencies: Float64Array, magnitude: number) => {
    const tables = rotaryTables(frequencies, contextLength, magnitude);
    const dims = [contextLength, headDim / 2];
    addExternal(build, cos, DataType.FLOAT, dims, tables.cos);
    addExternal(build, sin, DataType.FLOAT, dims, tables.sin);
  };
  const magnitude = ropeScaling.type === 'yarn' ? ropeScaling.magnitude : 1;
  add(GLOBAL, rotaryFrequencies(ropeTheta, headDim, ropeScaling, divisors), magnitude);
  if (window && hasOwnLocalTables(build))
    add(LOCAL, rotaryFrequencies(window.ropeTheta, headDim, { type: 'none' }), 1);
}

/** Inputs by which a run may read texts that branch, to add to GroupQueryAttention's. */
function branchInputs({ branches }: Build): readonly string[] {
  return branches ? ['position_ids', BRANCH_BIAS] : [];
}

/** Graph inputs for texts that branch: positions of their own, and a bias that hides one from another. */
export function branchGraphInputs({ branches, inputs }: Build): void {
  if (!branches) return;
  inputs.push(
    valueInfo('position_ids', DataType.INT64, ['batch_size', 'sequence_length']),
    valueInfo(BRANCH_BIAS, DataType.FLOAT, ['one', 1, 'sequence_length', 'total_sequence_length']),
  );
}

/** Lengths that GroupQueryAttention wants, from the attention mask that every exporter's graph takes. */
export function attentionLengths(build: Build): void {
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

function projections(build: Build, layer: number) {
  const { hidden, heads, kvHeads, headDim, family } = build.config;
  const part = (name: string, count: number) => ({
    ...linearPart(build, `blk.${layer}.${name}`, hidden, count * headDim),
  });
  const rotated = (name: string, count: number) => {
    const rowOrder = family.rotaryPairs ? rotaryRowOrder(count, headDim) : undefined;
    return { ...part(name, count), rowOrder };
  };
  return { q: rotated('attn_q', heads), k: rotated('attn_k', kvHeads), v: part('attn_v', kvHeads) };
}

/** Normalises every head of x [batch, positions, heads * headDim] by itself. */
async function headNorm(build: Build, x: string, heads: number, weight: string): Promise<string> {
  const { headDim } = build.config;
  const shapes = [
    ['head_rows', [0, -1, headDim]],
    [`heads_of_${heads}`, [0, -1, heads * headDim]],
  ] as const;
  for (const [name, values] of shapes) {
    if (!build.initializers.some((tensor) => tensor.name === name))
      build.initializers.push(int64Tensor(name, [3], values));
  }
  build.nodes.push(node('Reshape', [x, 'head_rows'], [`${x}.rows`]));
  await rmsNorm(build, `${x}.rows`, `${x}.rows.normed`, weight, headDim);
  build.nodes.push(node('Reshape', [`${x}.rows.normed`, `heads_of_${heads}`], [`${x}.normed`]));
  return `${x}.normed`;
}

/** Inputs query, key and value of GroupQueryAttention: packed in one where nothing has to be done to them before. */
async function queryKeyValue(
  build: Build,
  layer: number,
  x: string,
  at: string,
): Promise<[string, string, string]> {
  const { hidden, heads, kvHeads, family } = build.config;
  const { q, k, v } = projections(build, layer);
  if (!family.queryKeyNorms) {
    await linear(build, x, `${at}.qkv`, [q, k, v], hidden);
    return [`${at}.qkv`, '', ''];
  }
  await linear(build, x, `${at}.q`, [q], hidden);
  await linear(build, x, `${at}.k`, [k], hidden);
  await linear(build, x, `${at}.v`, [v], hidden);
  return [
    await headNorm(build, `${at}.q`, heads, `blk.${layer}.attn_q_norm.weight`),
    await headNorm(build, `${at}.k`, kvHeads, `blk.${layer}.attn_k_norm.weight`),
    `${at}.v`,
  ];
}

/** Attention of a layer over its cache, with rotary embedding and, where the layer has one, a window; returns its output. */
export async function attention(build: Build, layer: number, x: string): Promise<string> {
  const { hidden, heads, kvHeads, headDim, attentionScale, window } = build.config;
  const at = `layers.${layer}.attention`;
  const inputs = await queryKeyValue(build, layer, x, at);
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
  const isLocal = window?.isLocal[layer] ?? false;
  const tables = isLocal && hasOwnLocalTables(build) ? LOCAL : GLOBAL;
  build.nodes.push(
    node(
      'GroupQueryAttention',
      [...inputs, ...past, 'seqlens_k', 'total_sequence_length', ...tables, ...branchInputs(build)],
      [`${at}.heads`, ...present],
      {
        num_heads: attr.int(heads),
        kv_num_heads: attr.int(kvHeads),
        do_rotary: attr.int(1),
        scale: attr.float(attentionScale),
        ...(window && isLocal ? { local_window_size: attr.int(window.positions) } : {}),
      },
      MICROSOFT,
    ),
  );
  const output = linearPart(build, `blk.${layer}.attn_output`, heads * headDim, hidden);
  await linear(build, `${at}.heads`, `${at}.output`, [output], heads * headDim);
  return `${at}.output`;
}
