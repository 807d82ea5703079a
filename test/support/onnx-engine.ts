import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect } from 'vitest';
import type { NeuronGraph } from '../../src/graph/onnx/types.ts';
import { emptyCache } from '../../src/inference/kv-cache.ts';
import { graphIo } from '../../src/model/graph-io.ts';
import type { ModelFiles } from '../../src/model/onnx-files.ts';
import { openOnnx } from '../../src/model/open-onnx.ts';
import type { Runtime, Tensor } from '../../src/model/runtime/types.ts';
import { largestDifference } from './differences.ts';
import { type Expected, precision, readExpected, readFixture } from './onnx-fixtures.ts';
import {
  greedyAnswers,
  type Opened,
  type Reading,
  readAnswer,
  readLast,
  threeSteerings,
} from './readings.ts';

const shared = ['tokenizer.json', 'tokenizer_config.json'];

/** Where the files of a variant lie, with its family's config and the tokenizer that all families share, by their path in the folder of an export. */
export function fixturePlaces(folder: string): ReadonlyMap<string, string> {
  const family = dirname(folder);
  return new Map([
    ...shared.map((name): [string, string] => [name, join(dirname(family), name)]),
    ...readdirSync(family)
      .filter((name) => name.endsWith('.json'))
      .map((name): [string, string] => [name, join(family, name)]),
    ...readdirSync(folder).map((name): [string, string] => [name, join(folder, name)]),
  ]);
}

/** A variant as the folder of an export. */
export function fixtureFiles(folder: string): ModelFiles {
  const places = fixturePlaces(folder);
  return {
    name: relative(dirname(dirname(folder)), folder),
    list: () => [...places.keys()],
    read: async (path) => new Uint8Array(readFileSync(places.get(path)!)),
  };
}

export async function openExport(files: ModelFiles, runtime: Runtime): Promise<Opened> {
  const model = await openOnnx(files, runtime);
  return { model, io: model.io };
}

/** Logits of the last position that the export itself computes, before any edit. */
async function uneditedLogits(
  folder: string,
  { model }: Opened,
  ids: readonly number[],
): Promise<Float32Array> {
  const { runtime, headDim } = model;
  const { bytes, external } = readFixture(folder);
  const session = await runtime.createSession({ proto: bytes, externalData: external });
  const nothing: NeuronGraph = { ...model.neurons, layers: [] };
  const io = graphIo({ session, neurons: nothing, headDim });
  const feeds: Record<string, Tensor> = {
    ...Object.fromEntries(emptyCache(io, runtime, 1).tensors),
    [io.tokens]: runtime.tensor('int64', BigInt64Array.from(ids, BigInt), [1, ids.length]),
  };
  for (const { name, type, values } of io.inputs) {
    const { data, dims } = values({ rows: 1, tokens: ids.length, past: 0 });
    feeds[name] = runtime.tensor(type, data, dims);
  }
  const result = await session.run(feeds, [io.logits]);
  const [logits] = await runtime.read([result[io.logits]!]);
  await session.release();
  return logits!.slice(-model.vocabulary);
}

function worst(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  return Math.max(...a.map((values, at) => largestDifference(values, b[at]!)));
}

/** How far the engine is from what it should give. Output norms are relative. */
interface EngineDeviation {
  readonly unedited: number;
  readonly logits: number;
  readonly steered: number;
  readonly z: number;
  readonly cett: number;
  readonly outNorms: number;
  /** Three lanes with factors of their own, token by token: against each lane alone, and against the answer read at once. */
  readonly lanes: number;
  readonly atOnce: number;
}

function layerDeviation({ model }: Opened, plain: Reading, expected: Expected) {
  const { offsets, widths } = model.layout;
  const found = { z: 0, cett: 0, outNorms: 0 };
  expected.layers.forEach((layer, l) => {
    const slice = (values: Float32Array) => values.subarray(offsets[l], offsets[l]! + widths[l]!);
    found.z = Math.max(found.z, largestDifference(slice(plain.z), layer.z));
    found.cett = Math.max(found.cett, largestDifference(slice(plain.cett), layer.cett));
    found.outNorms = Math.max(found.outNorms, Math.abs(plain.outNorms[l]! - layer.outNorm) / layer.outNorm);
  });
  return found;
}

/** Runs an export as the engine does and compares. */
async function measureEngine(folder: string, opened: Opened): Promise<EngineDeviation> {
  const expected = readExpected(folder);
  const { ids, scale } = expected;
  expect(opened.model.neurons.layers).toHaveLength(expected.layers.length);
  const plain = await readLast(opened, ids);
  const steered = await readLast(opened, ids, scale);
  const steerings = threeSteerings(scale);
  const together = await greedyAnswers(opened, ids, steerings);
  let apart = 0;
  let atOnce = 0;
  for (const [row, steering] of steerings.entries()) {
    const alone = await greedyAnswers(opened, ids, [steering]);
    apart = Math.max(apart, worst(alone.logits[0]!, together.logits[row]!));
    const read = await readAnswer(opened, ids, together.ids[row]!, steering);
    atOnce = Math.max(atOnce, worst(read, together.logits[row]!));
  }
  return {
    unedited: largestDifference(await uneditedLogits(folder, opened, ids), plain.logits),
    logits: largestDifference(plain.logits, expected.logits),
    steered: largestDifference(steered.logits, expected.scaledLogits),
    ...layerDeviation(opened, plain, expected),
    lanes: apart,
    atOnce,
  };
}

/**
 * Checks an export in the engine. The graph before editing is the measure on any device; the expected values are PyTorch's
 * for float32, else those of the very graph on ONNX Runtime's CPU provider. Half precision leaves room for other roundings.
 * Graphs that let ONNX Runtime round activations to 8 bits (accuracy level 4, DequantizeLinear) are rounded differently by
 * WebAssembly and by kernels for one and for many positions. Graphs that round by the range of a whole tensor
 * (DynamicQuantizeLinear) give other values token by token than at once; their lanes must not touch each other at all.
 * @param tolerance of logits of a float32 graph, or of one that WebAssembly rounds differently
 */
export async function expectEngine(
  folder: string,
  files: ModelFiles,
  runtime: Runtime,
  tolerance: { readonly exact?: number; readonly rounded?: number } = {},
): Promise<void> {
  const opened = await openExport(files, runtime);
  const found = await measureEngine(folder, opened);
  await opened.model.session.release();
  const { lanesApart } = opened.model;
  const { exact, half, rounded } = precision(folder);
  const looseKernels = rounded && !lanesApart;
  const otherRounding = looseKernels && runtime.kind === 'wasm';
  const float = tolerance.exact ?? 1e-4;
  const room = otherRounding ? (tolerance.rounded ?? 0.3) : half ? 0.02 : exact ? float : 1e-4;
  const relative = otherRounding ? room / 5 : half ? 0.005 : rounded ? 0.01 : float;
  expect(found.unedited, 'logits against the graph before editing').toBeLessThan(half ? 0.01 : 2e-5);
  expect(found.logits, 'logits').toBeLessThan(room);
  expect(found.steered, 'steered logits').toBeLessThan(room);
  expect(found.z, 'z').toBeLessThan(room * 3);
  expect(found.cett, 'CETT').toBeLessThan(relative);
  expect(found.outNorms, 'output norms').toBeLessThan(relative);
  if (lanesApart) expect(found.lanes, 'lanes against each alone').toBe(0);
  else expect(found.lanes, 'lanes against each alone').toBeLessThan(half ? 0.02 : 1e-4);
  expect(found.atOnce, 'token by token against at once').toBeLessThan(rounded ? 0.5 : half ? 0.02 : 1e-4);
}
