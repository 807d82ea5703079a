import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { attr, floatTensor, node, rawTensor } from '../../../../src/graph/onnx/builders.ts';
import { instrument } from '../../../../src/graph/onnx/instrument.ts';
import { DataType, decodeModel, encodeModel, type ModelProto } from '../../../../src/graph/onnx/model.ts';
import type { ExternalData } from '../../../../src/graph/onnx/types.ts';
import { largestDifference } from '../../../support/differences.ts';
import { neuronFeeds, numbers, promptFeeds } from '../../../support/feeds.ts';
import { expectFaithful, openSession, readExpected, readFixture } from '../../../support/onnx-fixtures.ts';
import { matrix, type Parts, plainLayer, sizes, tinyModel, weights } from '../../../support/onnx-graphs.ts';

const folder = (variant: string) => `test/fixtures/onnx/${variant}`;

describe('instrumented exports', () => {
  const variants = [
    'gemma2/genai-int4',
    'gemma3/tjs-q4f16',
    'gpt2/optimum-O2',
    'gpt2/optimum-fp32',
    'gpt2/ort-extended-q8',
    'gpt2/tjs-q8',
    'lfm2/genai-int4',
    'llama/genai-fp32-fused-gate-up',
    'llama/genai-int4-asym',
    'llama/genai-int4-qdq',
    'llama/tjs-bnb4',
    'llama/tjs-q8',
    'nemotron/genai-int4',
    'opt/optimum-fp32',
    'phi/genai-int4',
    'phi3/genai-int4-webgpu',
    'qwen2/genai-int4-webgpu-graph',
    'qwen3/genai-int4-k_quant_mixed',
  ];
  for (const variant of variants) {
    it(`compute what they should (${variant})`, () => expectFaithful(folder(variant)));
  }
});

interface Run {
  readonly logits: Float64Array;
  readonly z: Float64Array;
  readonly outNorm: Float64Array;
}

/** Runs an instrumented model on 5 tokens; `scales[lane][layer]` multiply the neurons, all ones if left out. */
async function run(
  model: ModelProto | Uint8Array,
  external: ExternalData[] = [],
  options: {
    scales?: Float32Array[][];
    maxConcatInputs?: number;
    ids?: readonly number[];
    headSize?: number;
  } = {},
): Promise<Run> {
  const { scales, maxConcatInputs, ids = [3, 1, 4, 1, 5], headSize = 1 } = options;
  const { model: edited, graph } = instrument(model, external, { maxConcatInputs });
  const session = await openSession(edited);
  const lanes = scales?.length ?? 1;
  const ones = graph.layers.map(({ width }) => new Float32Array(width).fill(1));
  const all = ids.map((_, at) => at);
  const feeds = {
    ...promptFeeds(session, { ids, lanes, headSize }),
    ...neuronFeeds(session, lanes, ones, { capture: all, logits: all }),
  };
  for (const { layer, width, scaleInput } of graph.layers) {
    const values = Float32Array.from({ length: lanes * width }, (_, at) => {
      return scales?.[Math.floor(at / width)]?.[layer]?.[at % width] ?? 1;
    });
    feeds[scaleInput] = new ort.Tensor('float32', values, [lanes, 1, width]);
  }
  const outputs = await session.run(feeds);
  await session.release();
  return {
    logits: numbers(outputs.logits!),
    z: numbers(outputs.neuron_z!),
    outNorm: numbers(outputs.neuron_out_norm!),
  };
}

async function runPlain(model: ModelProto, ids = [3, 1, 4, 1, 5]): Promise<Float64Array> {
  const session = await openSession({ proto: encodeModel(model), externalData: [] });
  const outputs = await session.run(promptFeeds(session, { ids, lanes: 1, headSize: 1 }), ['logits']);
  await session.release();
  return numbers(outputs.logits!);
}

describe('the edit', () => {
  const { bytes, external } = readFixture(folder('llama/genai-fp32-fused-gate-up'));
  const { ids, headSize } = readExpected(folder('llama/genai-fp32-fused-gate-up'));

  it('keeps lanes apart: a steered lane changes only itself', async () => {
    const baseline = await run(bytes, external, { ids, headSize });
    const steered = Float32Array.from({ length: 160 }, (_, at) => at % 4);
    const ones = new Float32Array(160).fill(1);
    const lanes = await run(bytes, external, {
      ids,
      headSize,
      scales: [
        [ones, ones],
        [steered, ones],
        [ones, ones],
      ],
    });
    const size = baseline.logits.length;
    expect(largestDifference(lanes.logits.subarray(0, size), baseline.logits)).toBeLessThan(1e-5);
    expect(largestDifference(lanes.logits.subarray(2 * size), baseline.logits)).toBeLessThan(1e-5);
    expect(largestDifference(lanes.logits.subarray(size, 2 * size), baseline.logits)).toBeGreaterThan(0.1);
    const width = baseline.z.length;
    const firstLayer = (z: Float64Array) => z.filter((_, at) => at % 320 < 160);
    const steeredZ = lanes.z.subarray(width, 2 * width);
    expect(largestDifference(firstLayer(steeredZ), firstLayer(baseline.z))).toBeLessThan(1e-5);
  });

  it('shuts a layer off at scale 0, with finite values', async () => {
    const zero = new Float32Array(160);
    const off = await run(bytes, external, { ids, headSize, scales: [[zero, zero]] });
    expect(off.logits.every(Number.isFinite)).toBe(true);
    expect(Math.max(...off.outNorm)).toBe(0);
  });

  it('copies no weights: large ones point into the file that was given', () => {
    const whole = readFixture(folder('gpt2/optimum-fp32')).bytes;
    const { model } = instrument(whole, []);
    expect(model.externalData).toHaveLength(1);
    expect(model.externalData[0]!.data).toBe(whole);
    expect(model.proto.byteLength).toBeLessThan(whole.byteLength / 3);
    const tensors = decodeModel(model.proto).graph!.initializer;
    expect(tensors.every(({ rawData }) => rawData.byteLength < 1024)).toBe(true);
  });

  it('points right into a file that starts inside a larger buffer', async () => {
    const whole = readFixture(folder('gpt2/optimum-fp32')).bytes;
    const larger = new Uint8Array(whole.byteLength + 7);
    larger.set(whole, 7);
    const [inside, alone] = [await run(larger.subarray(7)), await run(whole)];
    expect(inside.logits).toEqual(alone.logits);
  });

  it('passes data files through and leaves the model that it was given as it was', () => {
    const model = decodeModel(bytes);
    const before = encodeModel(model);
    const result = instrument(model, external);
    expect(encodeModel(model)).toEqual(before);
    expect(result.model.externalData).toEqual(external);
    expect(result.model.externalData[0]!.data).toBe(external[0]!.data);
  });

  it('keeps metadata and unknown fields', () => {
    const model = decodeModel(Uint8Array.from([...bytes, 0xa2, 0x01, 0x03, 1, 2, 3]));
    model.metadataProps = [{ $typeName: 'onnx.StringStringEntryProto', key: 'licence', value: 'MIT' }];
    const edited = decodeModel(instrument(model, external).model.proto);
    expect(edited.metadataProps.map(({ key, value }) => `${key} ${value}`)).toEqual(['licence MIT']);
    expect(edited.$unknown?.map(({ no }) => no)).toEqual([20]);
  });

  it('takes known column norms, and refuses those that do not fit', () => {
    const columnNorms = [new Float32Array(160).fill(2), new Float32Array(160).fill(3)];
    const { graph } = instrument(bytes, external, { columnNorms });
    expect(graph.layers.map((layer) => layer.columnNorms)).toEqual(columnNorms);
    expect(() => instrument(bytes, external, { columnNorms: columnNorms.slice(1) })).toThrow(/Layer 1/);
  });

  it('names missing data files and graphs that were edited before', () => {
    expect(() => instrument(bytes, [])).toThrow(/model.onnx.data is missing/);
    const { model } = instrument(bytes, external);
    expect(() => instrument(model.proto, model.externalData)).toThrow(/already/);
  });

  it('never joins more values at once than allowed', () => {
    const deep = tinyModel((parts, stream) => {
      let last = stream;
      for (let layer = 0; layer < 20; layer++) last = plainLayer(parts, last, layer);
      return last;
    });
    for (const maxConcatInputs of [2, 3, 7, 100]) {
      const edited = decodeModel(instrument(deep, [], { maxConcatInputs }).model.proto);
      const joins = edited
        .graph!.node.filter(({ opType }) => opType === 'Concat')
        .map(({ input }) => input.length);
      expect(Math.max(...joins)).toBeLessThanOrEqual(maxConcatInputs);
    }
  });
});

describe('unusual graphs', () => {
  it('captures layers in order through any tree of Concats', async () => {
    const deep = tinyModel((parts, stream) => {
      let last = stream;
      for (let layer = 0; layer < 9; layer++) last = plainLayer(parts, last, layer);
      return last;
    });
    const [narrow, wide] = [
      await run(deep, [], { maxConcatInputs: 2 }),
      await run(deep, [], { maxConcatInputs: 99 }),
    ];
    expect(narrow).toEqual(wide);
    expect(narrow.z).toHaveLength(5 * 9 * sizes.width);
    expect(narrow.logits).toEqual(await runPlain(deep));
  });

  it('works in an operator set before ReduceL2 took its axes as an input', async () => {
    const old = tinyModel((parts, stream) => plainLayer(parts, stream, 0), 17);
    const recent = tinyModel((parts, stream) => plainLayer(parts, stream, 0), 21);
    expect(await run(old)).toEqual(await run(recent));
  });

  it('refuses operator sets that are too old', () => {
    const old = tinyModel((parts, stream) => plainLayer(parts, stream, 0), 9);
    expect(() => instrument(old, [])).toThrow(/older than 11/);
  });

  it('handles activations whose rank cannot be told', async () => {
    const unknown = (parts: Parts, stream: string) => {
      parts.nodes.push(
        node('Shape', [stream], ['shape']),
        node('Identity', ['shape'], ['same_shape']),
        node('Reshape', [stream, 'same_shape'], ['hazy']),
      );
      return plainLayer(parts, 'hazy', 0);
    };
    const hazy = tinyModel(unknown);
    const clear = tinyModel((parts, stream) => plainLayer(parts, stream, 0));
    expect(await run(hazy)).toEqual(await run(clear));
  });

  it('scales only the down projection where others read the same quantised activations', async () => {
    const { hidden, width } = sizes;
    const shared = tinyModel((parts, stream) => {
      const out = plainLayer(parts, stream, 0);
      const codes = Uint8Array.from(weights(width * hidden, 1), (value) => 128 + Math.round(value * 100));
      parts.tensors.push(
        rawTensor('down.q', DataType.UINT8, [width, hidden], codes),
        rawTensor('down.zero', DataType.UINT8, [], Uint8Array.of(128)),
        floatTensor('down.scale', [], [0.01]),
      );
      const at = parts.nodes.findIndex(({ name }) => name === 'l0.down');
      parts.nodes.splice(
        at,
        2,
        node('DynamicQuantizeLinear', ['l0.z'], ['z.q', 'z.scale', 'z.zero']),
        node('DequantizeLinear', ['z.q', 'z.scale', 'z.zero'], ['z.again']),
        node('MatMul', ['z.again', matrix(parts, 'side.weight', width, hidden)], ['side']),
        node('MatMulInteger', ['z.q', 'down.q', 'z.zero', 'down.zero'], ['down.int']),
        node('Cast', ['down.int'], ['down.float'], { to: attr.int(DataType.FLOAT) }),
        node('Mul', ['z.scale', 'down.scale'], ['down.scales']),
        node('Mul', ['down.float', 'down.scales'], ['l0.down']),
        node('Add', ['l0.down', 'side'], ['both']),
        node('Add', [stream, 'both'], [out]),
      );
      return out;
    });
    const zero = new Float32Array(width);
    const off = await run(shared, [], { scales: [[zero]] });
    const on = await run(shared);
    expect(largestDifference(on.logits, await runPlain(shared))).toBeLessThan(1e-6);
    expect(Math.max(...off.outNorm)).toBe(0);
    expect(Math.max(...on.outNorm)).toBeGreaterThan(0);
    expect(off.z).toEqual(on.z);
    const withoutDown = decodeModel(encodeModel(shared));
    const add = withoutDown.graph!.node.find(({ output }) => output[0] === 'both')!;
    add.input = ['side', 'side.zeros'];
    withoutDown.graph!.initializer.push(floatTensor('side.zeros', [1], [0]));
    expect(largestDifference(off.logits, await runPlain(withoutDown))).toBeLessThan(1e-6);
  });

  it('finds the head behind soft-capping and picks its positions', async () => {
    const capped = tinyModel((parts, stream) => plainLayer(parts, stream, 0));
    const nodes = capped.graph!.node;
    Object.assign(nodes.at(-1)!, { name: 'head', output: ['raw'] });
    nodes.push(
      node('Div', ['raw', 'cap'], ['divided']),
      node('Tanh', ['divided'], ['curved']),
      node('Mul', ['curved', 'cap'], ['logits']),
    );
    nodes.unshift(node('Constant', [], ['cap'], { value_float: attr.float(30) }));
    const edited = decodeModel(instrument(capped, []).model.proto).graph!;
    const pick = edited.node.find(({ input }) => input.includes('logit_positions'));
    expect(pick?.input[0]).toBe('final');
    expect((await run(capped)).logits).toEqual(await runPlain(capped));
  });

  it('picks the logits themselves where no head is found', async () => {
    const odd = tinyModel((parts, stream) => plainLayer(parts, stream, 0));
    Object.assign(odd.graph!.node.at(-1)!, { name: 'head', output: ['raw'] });
    odd.graph!.node.push(node('Softmax', ['raw'], ['logits'], { axis: attr.int(-1) }));
    const edited = decodeModel(instrument(odd, []).model.proto).graph!;
    expect(edited.node.find(({ input }) => input.includes('logit_positions'))?.output).toEqual(['logits']);
    expect((await run(odd)).logits).toEqual(await runPlain(odd));
  });
});
