import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { expect } from 'vitest';
import { instrument } from '../../src/graph/onnx/instrument.ts';
import { DataType, decodeModel, intAttribute, type NodeProto } from '../../src/graph/onnx/model.ts';
import type { ExternalData, NeuronGraph, OnnxModel } from '../../src/graph/onnx/types.ts';
import { largestDifference } from './differences.ts';
import { neuronFeeds, numbers, promptFeeds } from './feeds.ts';

/** What a layer does at the last prompt position, and what is known about it. */
interface ExpectedLayer {
  readonly z: readonly number[];
  readonly norms: readonly number[];
  readonly outNorm: number;
  readonly cett: readonly number[];
}

export interface Expected {
  readonly ids: readonly number[];
  readonly headSize: number;
  readonly logits: readonly number[];
  readonly scaledLogits: readonly number[];
  readonly scale: readonly { layer: number; neuron: number; factor: number }[];
  readonly layers: readonly ExpectedLayer[];
}

interface Reference {
  input_ids: number[];
  logits_last: number[];
  scale: Expected['scale'];
  scaled: { logits_last: number[] };
  layers: { z: number[][]; w_down_column_norm: number[]; out_norm: number[]; cett_last2: number[][] }[];
}

interface GraphReference {
  logits_last: number[];
  scaled_logits_last: number[];
  scale: Expected['scale'];
  layers: { z_last: number[]; w_down_column_norm: number[]; out_norm_last: number; cett_last: number[] }[];
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}

export function readBytes(path: string): Uint8Array {
  return new Uint8Array(readFileSync(path));
}

/** The exports in the repository that can be instrumented, as family/variant. */
export function supportedFixtures(): string[] {
  const root = 'test/fixtures/onnx';
  const folders = (path: string) =>
    readdirSync(path, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  return folders(root)
    .filter((family) => family !== 'qwen3_moe')
    .flatMap((family) => folders(join(root, family)).map((variant) => `${family}/${variant}`));
}

/** A fixture's model and data files. */
export function readFixture(folder: string): { bytes: Uint8Array; external: ExternalData[] } {
  const names = readdirSync(folder).filter((name) => name.startsWith('model.onnx') && name !== 'model.onnx');
  return {
    bytes: readBytes(join(folder, 'model.onnx')),
    external: names.map((path) => ({ path, data: readBytes(join(folder, path)) })),
  };
}

/** The values that a fixture's graph should give: its own where it is lossy, else PyTorch's. */
export function readExpected(folder: string): Expected {
  const family = dirname(folder);
  const reference = readJson<Reference>(join(family, 'reference.json'));
  const config = readJson<Record<string, number>>(join(family, 'config.json'));
  const text = (config.text_config ?? config) as unknown as Record<string, number>;
  const heads = text.num_attention_heads ?? text.n_head ?? 1;
  const headSize = text.head_dim ?? (text.hidden_size ?? text.n_embd ?? 0) / heads;
  const base = { ids: reference.input_ids, headSize };
  const own = join(folder, 'ort.json');
  if (existsSync(own)) {
    const graph = readJson<GraphReference>(own);
    return {
      ...base,
      logits: graph.logits_last,
      scaledLogits: graph.scaled_logits_last,
      scale: graph.scale,
      layers: graph.layers.map((layer) => ({
        z: layer.z_last,
        norms: layer.w_down_column_norm,
        outNorm: layer.out_norm_last,
        cett: layer.cett_last,
      })),
    };
  }
  return {
    ...base,
    logits: reference.logits_last,
    scaledLogits: reference.scaled.logits_last,
    scale: reference.scale,
    layers: reference.layers.map((layer) => ({
      z: layer.z.at(-1)!,
      norms: layer.w_down_column_norm,
      outNorm: layer.out_norm.at(-1)!,
      cett: layer.cett_last2.at(-1)!,
    })),
  };
}

export function openSession(model: OnnxModel): Promise<ort.InferenceSession> {
  const externalData = model.externalData.map(({ path, data }) => ({ path, data }));
  return ort.InferenceSession.create(model.proto, {
    externalData,
    logSeverityLevel: 3,
    intraOpNumThreads: 1,
  });
}

/** How far an instrumented fixture is from the original graph and from what it should give. */
interface Deviation {
  /** Logits of all positions at scale 1, against the graph before editing. */
  readonly unscaled: number;
  /** Logits, scaled logits, z, output norm (relative) and CETT at the last position, against the expected values. */
  readonly logits: number;
  readonly scaled: number;
  readonly z: number;
  readonly outNorm: number;
  readonly cett: number;
  readonly norms: number;
  /** Logits, z and output norm of the last position alone, against the same position among all. */
  readonly picked: number;
  readonly graph: NeuronGraph;
}

/** The last `count` positions of every lane of values [lanes, length, n], one after another. */
function lastPositions(tensor: ort.Tensor, count: number): number[] {
  const [lanes = 0, length = 0, size = 0] = tensor.dims;
  const values = numbers(tensor);
  return Array.from({ length: lanes }, (_, lane) => [
    ...values.subarray(((lane + 1) * length - count) * size, (lane + 1) * length * size),
  ]).flat();
}

/** Instruments a fixture, runs it with `lanes` equal lanes and compares. */
async function measure(folder: string, embeddings?: Float32Array): Promise<Deviation> {
  const { bytes, external } = readFixture(folder);
  const expected = readExpected(folder);
  const { ids } = expected;
  const lanes = 2;
  const feed = { ids, lanes, headSize: expected.headSize, embeddings };

  const { model, graph } = instrument(bytes, external);

  const plain = await openSession({ proto: bytes, externalData: external });
  const before = await plain.run(promptFeeds(plain, feed), ['logits']);
  await plain.release();

  const session = await openSession(model);
  const all = ids.map((_, at) => at);
  const last = ids.length - 1;
  const ones = graph.layers.map(({ width }) => new Float32Array(width).fill(1));
  const feeds = promptFeeds(session, feed);
  const outputs = ['logits', graph.activations, graph.outputNorms];
  const run = await session.run(
    { ...feeds, ...neuronFeeds(session, lanes, ones, { capture: all, logits: all }) },
    outputs,
  );

  const scales = ones.map((one) => one.slice());
  for (const { layer, neuron, factor } of expected.scale) scales[layer]![neuron] = factor;
  const steered = await session.run(
    { ...feeds, ...neuronFeeds(session, lanes, scales, { capture: [last], logits: all }) },
    outputs,
  );
  const one = await session.run(
    { ...feeds, ...neuronFeeds(session, lanes, ones, { capture: [last], logits: [last] }) },
    outputs,
  );
  await session.release();

  const logits = numbers(run.logits!);
  const vocabulary = expected.logits.length;
  const activations = numbers(run.neuron_z!);
  const outNorms = numbers(run.neuron_out_norm!);
  const worst = { z: 0, outNorm: 0, cett: 0, norms: 0 };
  const row = ids.length + last;
  for (const { layer, width, offset, columnNorms } of graph.layers) {
    const layerExpected = expected.layers[layer]!;
    const start = row * graph.total + offset;
    const z = activations.subarray(start, start + width);
    const norm = outNorms[row * graph.layers.length + layer]!;
    const cett = z.map((value, neuron) => (Math.abs(value) * columnNorms[neuron]!) / (norm + 1e-8));
    worst.z = Math.max(worst.z, largestDifference(z, layerExpected.z));
    worst.outNorm = Math.max(worst.outNorm, Math.abs(norm - layerExpected.outNorm) / layerExpected.outNorm);
    worst.cett = Math.max(worst.cett, largestDifference(cett, layerExpected.cett));
    worst.norms = Math.max(worst.norms, largestDifference(columnNorms, layerExpected.norms));
  }
  return {
    unscaled: largestDifference(lastPositions(run.logits!, before.logits!.dims[1]!), numbers(before.logits!)),
    logits: largestDifference(logits.subarray(logits.length - vocabulary), expected.logits),
    scaled: largestDifference(numbers(steered.logits!).subarray(-vocabulary), expected.scaledLogits),
    ...worst,
    picked: Math.max(
      ...outputs.map((name) => largestDifference(numbers(one[name]!), lastPositions(run[name]!, 1))),
    ),
    graph,
  };
}

/** How exact a graph is: float32 throughout, 16 bit activations somewhere, or activations rounded to 8 bits. */
export function precision(folder: string): { exact: boolean; half: boolean; rounded: boolean } {
  const { node: nodes, initializer: tensors } = decodeModel(readFixture(folder).bytes).graph!;
  const rounds = (node: NodeProto) =>
    /^DynamicQuantize|^MatMulInteger/.test(node.opType) || intAttribute(node, 'accuracy_level', 0) === 4;
  return {
    exact: !existsSync(join(folder, 'ort.json')),
    half: tensors.some(({ dataType }) => dataType === DataType.FLOAT16),
    rounded: nodes.some(rounds) || nodes.some(({ opType }) => opType === 'DequantizeLinear'),
  };
}

/**
 * Checks an instrumented fixture: at scale 1 it computes what the graph computed before, and logits, z, norms, CETT
 * and scaled logits are the expected ones. Half precision leaves room for other roundings of the same graph; a graph
 * that rounds activations to 8 bits has other output norms than its dequantised weight.
 */
export async function expectFaithful(
  folder: string,
  tolerance = 1e-4,
  embeddings?: Float32Array,
): Promise<void> {
  const found = await measure(folder, embeddings);
  const { half, rounded, exact } = precision(folder);
  const room = half ? 0.02 : exact ? tolerance : 1e-5;
  const relative = half ? 0.005 : rounded ? 0.01 : tolerance;
  expect(found.unscaled, 'logits at scale 1').toBeLessThan(half ? 0.01 : 1e-5);
  expect(found.logits, 'logits').toBeLessThan(room);
  expect(found.scaled, 'scaled logits').toBeLessThan(room);
  expect(found.z, 'z').toBeLessThan(room * 2);
  expect(found.norms, 'column norms').toBeLessThan(1e-6);
  expect(found.outNorm, 'output norms').toBeLessThan(relative);
  expect(found.cett, 'CETT').toBeLessThan(relative);
  expect(found.picked, 'last position alone').toBeLessThan(rounded ? 0.1 : 1e-6);
}
