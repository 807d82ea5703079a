import { create } from '@bufbuild/protobuf';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  decodeModel,
  encodeModel,
  type ModelProto,
  type TensorProto,
} from '../../../../src/graph/onnx/model.ts';
import {
  AttributeProtoSchema,
  GraphProtoSchema,
  NodeProtoSchema,
  TensorProtoSchema,
} from '../../../../src/graph/onnx/onnx_pb.ts';
import { EngineError } from '../../../../src/lib/errors.ts';
import { dataPath, type ModelFiles } from '../../../../src/model/onnx-files.ts';
import { openOnnx } from '../../../../src/model/open-onnx.ts';
import { nativeRuntime } from '../../../../src/model/runtime/native.ts';
import { nodeWasmRuntime } from '../../../../src/model/runtime/wasm-node.ts';
import { fixtureFiles } from '../../../support/onnx-engine.ts';
import { readFixture } from '../../../support/onnx-fixtures.ts';

const FOLDER = 'test/fixtures/onnx/llama/optimum-external-data-2files';
const BLOCKS = 'test/fixtures/onnx/llama/genai-int4-asym';
const BNB4 = 'test/fixtures/onnx/llama/tjs-bnb4';
const runtime = nativeRuntime(1);
const MEGABYTE = 2 ** 20;

function filesOf(folder: string, graph: Uint8Array): ModelFiles {
  const files = fixtureFiles(folder);
  return { ...files, read: async (path) => (path === 'model.onnx' ? graph : files.read(path)) };
}

async function errorOf(folder: string, graph: Uint8Array, dense: boolean): Promise<unknown> {
  const options = dense ? { dequantise: { budget: 2 ** 33 } } : {};
  try {
    const { session } = await openOnnx(filesOf(folder, graph), dense ? nodeWasmRuntime(1) : runtime, options);
    await session.release();
    return new EngineError('internal', 'It was opened.');
  } catch (error) {
    return error;
  }
}

/** Opens an export with another graph. Anything but a sentence fails the test, and so does more memory or time than is due. */
async function refusal(folder: string, graph: Uint8Array, dense = false): Promise<string> {
  const whole = graph.length + readFixture(folder).external.reduce((sum, { data }) => sum + data.length, 0);
  const started = performance.now();
  const before = process.memoryUsage.rss();
  const error = await errorOf(folder, graph, dense);
  expect(performance.now() - started).toBeLessThan(2000 + (2000 * whole) / MEGABYTE);
  expect(process.memoryUsage.rss() - before).toBeLessThan(64 * MEGABYTE + 20 * whole);
  if (!(error instanceof EngineError)) throw error;
  return error.message;
}

function edited(folder: string, edit: (model: ModelProto) => void): Uint8Array {
  const model = decodeModel(readFixture(folder).bytes);
  edit(model);
  return encodeModel(model);
}

const external = ({ graph }: ModelProto): TensorProto =>
  graph!.initializer.find(({ externalData }) => externalData.length > 0)!;

function place(model: ModelProto, key: string, value: string): void {
  const tensor = external(model);
  const entry = tensor.externalData.find((each) => each.key === key);
  if (entry) entry.value = value;
  else tensor.externalData.push({ ...tensor.externalData[0]!, key, value });
}

/** The first model that a runtime opens pays for what it takes once. */
beforeAll(async () => {
  for (const dense of [false, true])
    for (const folder of [FOLDER, BLOCKS, BNB4])
      expect(await errorOf(folder, readFixture(folder).bytes, dense)).toMatchObject({
        message: 'It was opened.',
      });
});

describe('weights in data files', () => {
  it.each([
    ['offset', '-1'],
    ['offset', '1.5'],
    ['offset', '0x10'],
    ['offset', 'NaN'],
    ['offset', '99999999999999999999'],
    ['offset', '9007199254740991'],
    ['offset', ''],
    ['length', '-4'],
    ['length', '1'],
    ['length', '1e3'],
    ['length', '9007199254740991'],
  ])('are refused at the %s "%s"', async (key, value) => {
    const said = await refusal(
      FOLDER,
      edited(FOLDER, (model) => place(model, key, value)),
    );
    expect(said).toMatch(/The weight ".*" does not fit its data|the weight ".*" lies at byte/);
  });

  it.each([
    ['/etc/passwd', /is no file beside it/],
    ['C:\\model.data', /is no file beside it/],
    ['file:///etc/passwd', /is no file beside it/],
    ['\\\\host\\share', /is no file beside it/],
    ['../../../etc/passwd', /outside of its folder/],
    ['a/../../secret', /outside of its folder/],
    ['not-there.data', /lacks the model's data file not-there\.data/],
    ['\u001b[31mred\n', /lacks the model's data file ␛/],
  ])('are refused in %j', async (location, message) => {
    expect(
      await refusal(
        FOLDER,
        edited(FOLDER, (model) => place(model, 'location', location)),
      ),
    ).toMatch(message);
  });

  it('may lie in a folder beside', () => {
    const files = { ...fixtureFiles(FOLDER), list: () => ['onnx/model.onnx', 'data/w.data'] };
    expect(dataPath(files, 'onnx/model.onnx', '../data/w.data')).toBe('data/w.data');
  });

  it('may not lie on one another many times over', async () => {
    const graph = edited(FOLDER, (model) => {
      const like = external(model);
      for (let i = 0; i < 20_000; i++)
        model.graph!.initializer.push(create(TensorProtoSchema, { ...like, name: `again.${i}` }));
    });
    expect(await refusal(FOLDER, graph)).toMatch(/so many lie on one another/);
  });
});

describe('weights', () => {
  const changed = (change: (tensor: TensorProto) => void) =>
    edited(FOLDER, (model) => change(external(model)));

  it.each<[string, (tensor: TensorProto) => void, RegExp]>([
    ['of a negative size', (tensor) => void tensor.dims.splice(0, 1, -4n), /has the shape -4/],
    ['of sizes beyond numbers', (tensor) => void tensor.dims.push(2n ** 62n), /has the shape/],
    [
      'of more elements than there are',
      (tensor) => void tensor.dims.splice(0, 1, 2n ** 31n),
      /does not fit its data/,
    ],
    [
      'of an unknown type',
      (tensor) => void Object.assign(tensor, { dataType: 99 }),
      /element type 99, which is not known/,
    ],
    [
      'of no type',
      (tensor) => void Object.assign(tensor, { dataType: 0 }),
      /element type 0, which is not known/,
    ],
  ])('%s are refused', async (_, change, message) => {
    expect(await refusal(FOLDER, changed(change))).toMatch(message);
  });

  it.each([
    [BLOCKS, 'MatMulNBits', 'K'],
    [BLOCKS, 'MatMulNBits', 'N'],
    [BLOCKS, 'MatMulNBits', 'block_size'],
    [BLOCKS, 'MatMulNBits', 'bits'],
    [BNB4, 'MatMulBnb4', 'K'],
    [BNB4, 'MatMulBnb4', 'N'],
    [BNB4, 'MatMulBnb4', 'block_size'],
  ])('of %s whose node %s has another %s are refused', async (folder, opType, name) => {
    for (const value of [0n, -1n, 3n, 20_000n, 2n ** 31n, 2n ** 62n]) {
      const graph = edited(folder, (model) => {
        for (const node of model.graph!.node)
          for (const attribute of node.attribute)
            if (node.opType === opType && attribute.name === name) attribute.i = value;
      });
      for (const dense of [false, true])
        expect(await refusal(folder, graph, dense)).not.toBe('It was opened.');
    }
  });
});

describe('graphs', () => {
  it.each<[string, (model: ModelProto) => void, RegExp]>([
    [
      'whose nodes wait for each other',
      ({ graph }) => {
        const [first] = graph!.node;
        first!.input[0] = graph!.node.at(-1)!.output[0]!;
      },
      /wait for each other in a circle|twice/,
    ],
    [
      'that make a value twice',
      ({ graph }) => void graph!.node.push(create(NodeProtoSchema, { ...graph!.node[0]!, name: 'again' })),
      /makes the value ".*" twice/,
    ],
    [
      'with a weight twice',
      ({ graph }) => void graph!.initializer.push(graph!.initializer[0]!),
      /has the weight ".*" twice/,
    ],
    [
      'with a node of far too many inputs',
      ({ graph }) => void Object.assign(graph!.node[3]!, { input: Array(200_000).fill('x') }),
      /has 200000 inputs, outputs or attributes/,
    ],
    [
      'with a node of far too many attributes',
      ({ graph }) =>
        void Object.assign(graph!.node[3]!, {
          attribute: Array.from({ length: 20_000 }, (_, i) =>
            create(AttributeProtoSchema, { name: `a${i}` }),
          ),
        }),
      /has 20000 inputs, outputs or attributes/,
    ],
    [
      'nested in graphs',
      ({ graph }) => {
        let inner = create(GraphProtoSchema, {});
        for (let depth = 0; depth < 60; depth++) {
          const attribute = create(AttributeProtoSchema, { name: 'body', g: inner });
          inner = create(GraphProtoSchema, {
            node: [create(NodeProtoSchema, { opType: 'If', attribute: [attribute] })],
          });
        }
        graph!.node.push(...inner.node);
      },
      /not a whole ONNX file/,
    ],
  ])('%s are refused', async (_, edit, message) => {
    expect(await refusal(FOLDER, edited(FOLDER, edit))).toMatch(message);
  });

  /** A field of the graph (number 7 of the model) that holds `count` times the same bytes. */
  function crowded(one: readonly number[], count: number): Uint8Array {
    const length = one.length * count;
    const head = [
      0x3a,
      ...[0, 7, 14, 21, 28].map((shift) => ((length >>> shift) & 127) | (shift < 28 ? 128 : 0)),
    ];
    const bytes = new Uint8Array(head.length + length);
    bytes.set(head);
    for (let i = 0; i < count; i++) bytes.set(one, head.length + i * one.length);
    return bytes;
  }

  it.each([
    ['empty nodes', [0x0a, 0x00]],
    ['empty weights', [0x2a, 0x00]],
    ['empty inputs', [0x5a, 0x00]],
    ['fields that no model has', [0xf8, 0x07, 0x01]],
    ['weights of 64-bit numbers', [0x2a, 0x0a, 0x3a, 0x08, 1, 1, 1, 1, 1, 1, 1, 1]],
    ['sizes of weights', [0x2a, 0x0a, 0x0a, 0x08, 1, 1, 1, 1, 1, 1, 1, 1]],
  ])('of nothing but %s are refused', async (_, one) => {
    const graph = crowded(one, Math.ceil((4 * MEGABYTE) / one.length));
    expect(await refusal(FOLDER, graph)).toMatch(/far more parts than a model of its size/);
  });

  it.each([
    ['a length beyond the file', [0x3a, 0xff, 0xff, 0xff, 0x7f]],
    ['a length beyond numbers', [0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]],
    ['groups', Array(1000).fill(0x0b)],
    ['a wire type that there is not', [0x0f]],
  ])('with %s are refused', async (_, bytes) => {
    expect(await refusal(FOLDER, Uint8Array.from(bytes))).toMatch(/not a whole ONNX file/);
  });
});
