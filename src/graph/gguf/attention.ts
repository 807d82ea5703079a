import { EngineError } from '../../lib/errors.ts';
import { int64Tensor, node, valueInfo } from '../onnx/builders.ts';
import { DataType } from '../onnx/model.ts';
import { addExternal, type Build, rmsNorm } from './graph-build.ts';
import { groupedAttention, groupedInputs } from './grouped-attention.ts';
import { linear, linearPart } from './linear.ts';
import { readFloats } from './linear-weights.ts';
import { rotaryFrequencies, rotaryRowOrder, rotaryTables } from './rope.ts';
import { standardAttention, standardInputs } from './standard-attention.ts';

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
  if (divisors && !divisors.every((divisor) => Number.isFinite(divisor) && divisor > 0)) {
    throw new EngineError(
      'load-failed',
      `${build.file.source.name} is damaged: its rotary factors (rope_freqs.weight) are not all positive numbers; download the file again.`,
    );
  }
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

/** Inputs of the graph, and what all layers' attention takes from them. */
export function attentionInputs(build: Build): void {
  if (build.attention === 'standard') standardInputs(build);
  else groupedInputs(build);
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

/** Query, key and value: packed in one where nothing has to be done to them before. */
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
  const { hidden, heads, kvHeads, headDim, window } = build.config;
  const at = `layers.${layer}.attention`;
  const [query, key, value] = await queryKeyValue(build, layer, x, at);
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
  const attend = build.attention === 'standard' ? standardAttention : groupedAttention;
  attend(build, at, {
    ...{ query, key, value, past, present, tables },
    window: isLocal ? window?.positions : undefined,
  });
  const output = linearPart(build, `blk.${layer}.attn_output`, heads * headDim, hidden);
  await linear(build, `${at}.heads`, `${at}.output`, [output], heads * headDim);
  return `${at}.output`;
}
