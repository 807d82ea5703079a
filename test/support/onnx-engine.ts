import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect } from 'vitest';
import { generate } from '../../src/decode/generate.ts';
import { graphIo } from '../../src/decode/graph-io.ts';
import { emptyCache } from '../../src/decode/kv-cache.ts';
import { readSequence } from '../../src/decode/teacher-force.ts';
import type { Lane } from '../../src/decode/types.ts';
import type { ModelFiles } from '../../src/model/onnx-files.ts';
import { openOnnx } from '../../src/model/open-onnx.ts';
import type { LanguageModel } from '../../src/model/types.ts';
import type { ScaledNeuron } from '../../src/neurons/types.ts';
import type { NeuronGraph } from '../../src/onnx/types.ts';
import type { Runtime, Tensor } from '../../src/runtime/types.ts';
import { largestDifference } from './differences.ts';
import { lane, type Opened } from './models.ts';
import { type Expected, precision, readExpected, readFixture } from './onnx-fixtures.ts';

const shared = ['tokenizer.json', 'tokenizer_config.json'];

/** A variant with its family's config and the tokenizer that all families share, as the folder of an export. */
export function fixtureFiles(folder: string): ModelFiles {
  const family = dirname(folder);
  const places = new Map([
    ...shared.map((name): [string, string] => [name, join(dirname(family), name)]),
    ...readdirSync(family)
      .filter((name) => name.endsWith('.json'))
      .map((name): [string, string] => [name, join(family, name)]),
    ...readdirSync(folder).map((name): [string, string] => [name, join(folder, name)]),
  ]);
  return {
    name: relative(dirname(family), folder),
    list: () => [...places.keys()],
    read: async (path) => new Uint8Array(readFileSync(places.get(path)!)),
  };
}

export async function openExport(files: ModelFiles, runtime: Runtime): Promise<Opened> {
  const model = await openOnnx(files, runtime);
  return { model, io: graphIo(model) };
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

interface Reading {
  readonly logits: Float32Array;
  readonly z: Float32Array;
  readonly outNorms: Float32Array;
  readonly cett: Float32Array;
}

/** What the terminal's `activations` shows: the last position of a sequence. */
export async function readLast(
  { model, io }: Opened,
  promptIds: readonly number[],
  neurons: readonly ScaledNeuron[] = [],
): Promise<Reading> {
  const last = [promptIds.length - 1];
  let found: Partial<Reading> = {};
  const input = {
    promptIds,
    answerIds: [],
    lanes: [lane([...neurons])],
    capture: last,
    logits: last,
  };
  await readSequence(model, io, input, {
    neurons: (_lane, _position, reading) => {
      found = { ...found, ...reading };
    },
    logits: (_lane, _position, logits) => {
      found = { ...found, logits };
    },
  });
  return found as Reading;
}

/** Logits before each token of greedy answers of 5 tokens, by lane. */
async function greedyLogits({ model, io }: Opened, promptIds: readonly number[], lanes: readonly Lane[]) {
  const endless: LanguageModel = { ...model, eosIds: new Set() };
  const logits: Float32Array[][] = lanes.map(() => []);
  const { lanes: answers } = await generate(
    endless,
    io,
    { promptIds, lanes, maxTokens: 5 },
    {
      position: () => {},
      token: (token, distribution) => logits[token.lane]!.push(distribution.logits.slice()),
    },
  );
  return { logits, ids: answers.map(({ ids }) => ids) };
}

function worst(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  return Math.max(...a.map((values, at) => largestDifference(values, b[at]!)));
}

/** How far the engine is from what it should give. Output norms are relative. */
export interface EngineDeviation {
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
export async function measureEngine(folder: string, opened: Opened): Promise<EngineDeviation> {
  const expected = readExpected(folder);
  const { ids, scale } = expected;
  expect(opened.model.neurons.layers).toHaveLength(expected.layers.length);
  const plain = await readLast(opened, ids);
  const steered = await readLast(opened, ids, scale);
  const lanes = [lane(), lane([...scale]), lane([{ layer: 0, neuron: 3, factor: 5 }], { scope: 'answer' })];
  const together = await greedyLogits(opened, ids, lanes);
  let apart = 0;
  let atOnce = 0;
  for (const [row, one] of lanes.entries()) {
    const alone = await greedyLogits(opened, ids, [one]);
    apart = Math.max(apart, worst(alone.logits[0]!, together.logits[row]!));
    const answerIds = together.ids[row]!;
    const input = {
      promptIds: ids,
      answerIds,
      lanes: [one],
      capture: [0],
      logits: answerIds.map((_, at) => ids.length - 1 + at),
    };
    const read: Float32Array[] = [];
    const listener = {
      logits: (_lane: number, _at: number, logits: Float32Array) => read.push(logits.slice()),
    };
    await readSequence(opened.model, opened.io, input, {
      logits: (...args) => void listener.logits(...args),
    });
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
