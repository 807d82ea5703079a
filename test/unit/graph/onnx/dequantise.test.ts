import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import {
  attr,
  floatTensor,
  graph,
  model,
  node,
  rawTensor,
  valueInfo,
} from '../../../../src/graph/onnx/builders.ts';
import { graphDemands } from '../../../../src/graph/onnx/demands.ts';
import { dequantise } from '../../../../src/graph/onnx/dequantise.ts';
import { instrument } from '../../../../src/graph/onnx/instrument.ts';
import {
  DataType,
  decodeModel,
  encodeModel,
  type ModelProto,
  type NodeProto,
} from '../../../../src/graph/onnx/model.ts';
import type { ExternalData } from '../../../../src/graph/onnx/types.ts';
import { largestDifference } from '../../../support/differences.ts';
import { neuronFeeds, numbers, promptFeeds } from '../../../support/feeds.ts';
import { readExpected, readFixture, supportedFixtures } from '../../../support/onnx-fixtures.ts';

const everything = { budget: Number.POSITIVE_INFINITY };

const quantisedProducts = [
  'MatMulNBits',
  'MatMulBnb4',
  'MatMulInteger',
  'MatMulIntegerToFloat',
  'DynamicQuantizeLinear',
  'DynamicQuantizeMatMul',
];

const operators = ({ graph }: ModelProto) => graph?.node.map(({ opType }) => opType) ?? [];

/** Logits, z and output norms of the last position, of the graph as it stands. */
async function read(folder: string, model: ModelProto, external: readonly ExternalData[]) {
  const { ids, headSize, scale } = readExpected(folder);
  const { model: edited, graph } = instrument(model, external);
  const session = await ort.InferenceSession.create(edited.proto, {
    externalData: [...edited.externalData],
    logSeverityLevel: 3,
    intraOpNumThreads: 1,
    // Optimised, a dequantisation and its product become one operator, which rounds activations.
    graphOptimizationLevel: 'disabled',
  });
  const last = [ids.length - 1];
  const feeds = promptFeeds(session, { ids, lanes: 1, headSize });
  const names = ['logits', graph.activations, graph.outputNorms];
  const scales = graph.layers.map(({ width }) => new Float32Array(width).fill(1));
  const run = async () => {
    const neurons = neuronFeeds(session, 1, scales, { capture: last, logits: last });
    const output = await session.run({ ...feeds, ...neurons }, names);
    return names.map((name) => Float32Array.from(numbers(output[name])));
  };
  const [logits, z, outNorms] = await run();
  for (const { layer, neuron, factor } of scale) scales[layer][neuron] = factor;
  const [scaled] = await run();
  await session.release();
  return { logits, z, outNorms, scaled, norms: graph.layers.map(({ columnNorms }) => columnNorms) };
}

/** The graph without the hint that activations may be rounded to 8 bits. */
function exact(model: ModelProto): ModelProto {
  for (const each of model.graph?.node ?? [])
    each.attribute = each.attribute.filter(({ name }) => name !== 'accuracy_level');
  return model;
}

const folderOf = (path: string) => `test/fixtures/onnx/${path}`;

async function both(path: string) {
  const { bytes, external } = readFixture(folderOf(path));
  const { model, externalData, ...counts } = dequantise(decodeModel(bytes), external, everything);
  const [found, before] = [
    await read(folderOf(path), model, externalData),
    await read(folderOf(path), exact(decodeModel(bytes)), external),
  ];
  return { model, counts, found, before };
}

const blocks4 = '4-bit blocks';

describe('weights of an export as dense float32', () => {
  test.each([
    ['gemma2/genai-int4', blocks4, 1e-4],
    ['llama/genai-int4-asym', blocks4, 1e-4],
    ['llama/genai-int4-qdq', '4-bit integers', 1e-4],
    ['llama/tjs-bnb4', '4-bit NF4', 1e-4],
    ['lfm2/genai-int4', blocks4, 1e-4],
    ['nemotron/genai-int4', blocks4, 1e-4],
    ['phi/genai-int4', blocks4, 1e-4],
    ['qwen3/genai-int4-k_quant_mixed', '4-bit blocks, 8-bit blocks', 1e-4],
    // These round what stands between the products to float16.
    ['gemma3/tjs-q4f16', blocks4, 5e-3],
  ])('%s computes what it did', async (path, were, tolerance) => {
    const { model, counts, found, before } = await both(path);
    expect(counts).toMatchObject({ were, kept: 0 });
    expect(counts.dense).toBeGreaterThan(7);
    for (const operator of quantisedProducts) expect(operators(model)).not.toContain(operator);
    for (const key of ['logits', 'scaled', 'z', 'outNorms'] as const)
      expect(largestDifference(found[key], before[key]), key).toBeLessThan(tolerance);
    found.norms.forEach((norms, layer) => {
      expect(largestDifference(norms, before.norms[layer])).toBeLessThan(1e-5);
    });
  });

  test.each(['llama/tjs-q8', 'gpt2/tjs-q8', 'gpt2/ort-extended-q8'])(
    '%s no longer rounds activations',
    async (path) => {
      const { model, counts, found, before } = await both(path);
      expect(counts).toMatchObject({ were: '8-bit integers', kept: 0 });
      expect(graphDemands(model).roundsAcrossRows).toBe(false);
      for (const operator of quantisedProducts) expect(operators(model)).not.toContain(operator);
      found.norms.forEach((norms, layer) => {
        expect(largestDifference(norms, before.norms[layer])).toBeLessThan(1e-5);
      });
      // The difference is the rounding of activations; that weights are exact is tested below.
      expect(largestDifference(found.logits, before.logits)).toBeLessThan(0.3);
      expect(largestDifference(found.z, before.z)).toBeLessThan(0.1);
    },
  );

  const [k, n] = [16, 6];
  const codes = Uint8Array.from({ length: k * n }, (_, i) => (i * 37) % 251);
  const bias = Float32Array.from({ length: n }, (_, i) => i - 2);
  const scales = Float32Array.from({ length: n }, (_, i) => 0.01 * (i + 1));
  const zeros = Uint8Array.from({ length: n }, (_, i) => 100 + i);
  const weights = [
    rawTensor('w', DataType.UINT8, [k, n], codes),
    floatTensor('s', [n], scales),
    rawTensor('o', DataType.UINT8, [n], zeros),
    floatTensor('b', [n], bias),
  ];
  const rounded = node('DynamicQuantizeLinear', ['x'], ['q', 'xs', 'xo']);
  const microsoft = { domain: 'com.microsoft' };

  test.each<[string, NodeProto[]]>([
    [
      'MatMulInteger',
      [
        rounded,
        node('MatMulInteger', ['q', 'w', 'xo', 'o'], ['p']),
        node('Cast', ['p'], ['f'], { to: attr.int(DataType.FLOAT) }),
        node('Mul', ['xs', 's'], ['ss']),
        node('Mul', ['f', 'ss'], ['m']),
        node('Add', ['m', 'b'], ['y']),
      ],
    ],
    [
      'MatMulIntegerToFloat',
      [rounded, node('MatMulIntegerToFloat', ['q', 'w', 'xs', 's', 'xo', 'o', 'b'], ['y'], {}, microsoft)],
    ],
    [
      'DynamicQuantizeMatMul',
      [node('DynamicQuantizeMatMul', ['x', 'w', 's', 'o', 'b'], ['y'], {}, microsoft)],
    ],
  ])('%s gives the same for activations that rounding leaves as they are', async (_, nodes) => {
    // From 0 to 255 in whole numbers: the step is 1.
    const x = Float32Array.from({ length: k }, (__, i) => 17 * i);
    const content = graph('one', {
      nodes,
      inputs: [valueInfo('x', DataType.FLOAT, [1, k])],
      outputs: [valueInfo('y', DataType.FLOAT, [1, n])],
      initializers: weights,
    });
    const before = model(content, { '': 17, 'com.microsoft': 1 });
    const after = dequantise(before, [], everything);
    expect(after).toMatchObject({ dense: 1, kept: 0, were: '8-bit integers' });
    expect(operators(after.model)).toEqual(['FusedMatMul', 'Add']);
    const run = async (proto: ModelProto, externalData: readonly ExternalData[]) => {
      const options = { externalData: [...externalData] };
      const session = await ort.InferenceSession.create(encodeModel(proto), options);
      const { y } = await session.run({ x: new ort.Tensor('float32', x, [1, k]) });
      await session.release();
      return y.data as Float32Array;
    };
    const [found, wanted] = [await run(after.model, after.externalData), await run(before, [])];
    expect(largestDifference(found, wanted)).toBeLessThan(1e-3);
    const last =
      bias[5] + scales[5] * x.reduce((sum, value, row) => sum + value * (codes[row * n + 5] - 105), 0);
    expect(found[5]).toBeCloseTo(last, 2);
  });

  test('half precision stays that of inputs and outputs', () => {
    const { bytes, external } = readFixture(folderOf('phi3/genai-int4-webgpu'));
    const { model, dense } = dequantise(decodeModel(bytes), external, everything);
    const products = model.graph?.node.filter(({ opType }) => opType === 'FusedMatMul') ?? [];
    expect(products).toHaveLength(dense);
    const casts = model.graph?.node.filter(({ opType, output }) =>
      products.some(({ input }) => opType === 'Cast' && input[0] === output[0]),
    );
    expect(casts).toHaveLength(dense);
    const half = products.every(({ output: [float] }) =>
      model.graph?.node.some(
        ({ opType, input, attribute }) =>
          opType === 'Cast' && input[0] === float && Number(attribute[0].i) === DataType.FLOAT16,
      ),
    );
    expect(half).toBe(true);
  });

  test('beyond the budget the rest is kept, and computes as before', async () => {
    const path = 'llama/genai-int4-asym';
    const { bytes, external } = readFixture(folderOf(path));
    const before = exact(decodeModel(bytes));
    const budget = 4 * 64 * 320;
    const { model, externalData, ...counts } = dequantise(before, external, { budget });
    expect(counts.dense).toBeGreaterThan(0);
    expect(counts.kept).toBeGreaterThan(0);
    const made = externalData.filter(({ path: file }) => !external.some((old) => old.path === file));
    expect(made.reduce((sum, { data }) => sum + data.byteLength, 0)).toBeLessThanOrEqual(budget);
    expect(operators(model).filter((operator) => operator === 'MatMulNBits')).toHaveLength(counts.kept);
    const [found, wanted] = [
      await read(folderOf(path), model, externalData),
      await read(folderOf(path), before, external),
    ];
    expect(largestDifference(found.logits, wanted.logits)).toBeLessThan(1e-4);
    expect(dequantise(before, external, { budget: 0 })).toMatchObject({ model: before, dense: 0 });
  });

  test('no weight is left that nothing reads, and float exports stay as they are', () => {
    for (const path of supportedFixtures()) {
      const { bytes, external } = readFixture(folderOf(path));
      const before = decodeModel(bytes);
      const { model, were, dense } = dequantise(before, external, everything);
      if (were === '') {
        expect(model).toBe(before);
        continue;
      }
      expect(dense).toBeGreaterThan(0);
      const reads = new Set(model.graph?.node.flatMap(({ input }) => input));
      expect(model.graph?.initializer.filter(({ name }) => !reads.has(name))).toEqual([]);
    }
  });
});
