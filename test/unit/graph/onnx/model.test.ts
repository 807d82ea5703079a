import { describe, expect, it } from 'vitest';
import {
  attr,
  externalTensor,
  floatTensor,
  graph,
  int64Tensor,
  model,
  node,
  valueInfo,
} from '../../../../src/graph/onnx/builders.ts';
import {
  DataType,
  decodeModel,
  encodeModel,
  intAttribute,
  opsetVersion,
} from '../../../../src/graph/onnx/model.ts';
import { EngineError } from '../../../../src/lib/errors.ts';
import { readBytes } from '../../../support/onnx-fixtures.ts';

const fixture = readBytes('test/fixtures/onnx/llama/tjs-q8/model.onnx');

function small(weights: Float32Array) {
  return model(
    graph('g', {
      nodes: [
        node('MatMul', ['x', 'w'], ['y'], {}, { name: 'product' }),
        node('Cast', ['y'], ['z'], { to: attr.int(10) }),
      ],
      inputs: [valueInfo('x', DataType.FLOAT, ['batch', 4])],
      outputs: [valueInfo('z', DataType.FLOAT16, ['batch', 2])],
      initializers: [floatTensor('w', [4, weights.length / 4], weights), int64Tensor('axes', [1], [-1])],
    }),
    { '': 21, 'com.microsoft': 1 },
  );
}

describe('decodeModel and encodeModel', () => {
  /** Byte ranges of all raw data, relative to the file; undefined for data that are not inside it. */
  function places(file: Uint8Array) {
    const tensors = decodeModel(file).graph!.initializer.filter(({ rawData }) => rawData.byteLength > 0);
    return tensors.map(({ name, rawData }) => {
      const start = rawData.buffer === file.buffer ? rawData.byteOffset - file.byteOffset : undefined;
      return { name, start, length: rawData.byteLength };
    });
  }

  it('gives raw data as views of the file', () => {
    const found = places(fixture);
    expect(found.length).toBeGreaterThan(30);
    expect(found.every(({ start }) => start !== undefined && start > 0)).toBe(true);
  });

  it('gives the right views of a file that starts inside a larger buffer', () => {
    const larger = new Uint8Array(fixture.byteLength + 26);
    larger.set(fixture, 13);
    expect(places(larger.subarray(13, 13 + fixture.byteLength))).toEqual(places(fixture));
  });

  it('decodes a file of 100 MB without copying it', () => {
    const bytes = encodeModel(small(new Float32Array(25_000_000)));
    const before = process.memoryUsage().arrayBuffers;
    const tensor = decodeModel(bytes).graph!.initializer[0]!;
    expect(tensor.rawData.byteLength).toBe(100_000_000);
    expect(tensor.rawData.buffer).toBe(bytes.buffer);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000);
  });

  it('keeps fields that the schema does not name, in the model and in a node', () => {
    const bytes = encodeModel(small(new Float32Array(8)));
    // Field 20 (training_info) of ModelProto, 3 bytes; then a second copy of the graph field merges into the first.
    const training = [0xa2, 0x01, 0x03, 1, 2, 3];
    // GraphProto.node (field 1) with NodeProto field 10 (device_configurations), which is not in the schema.
    const device = [0x3a, 9, 0x0a, 7, 0x22, 1, 0x41, 0x52, 2, 0x0a, 0];
    const grown = decodeModel(Uint8Array.from([...bytes, ...training, ...device]));
    const again = decodeModel(encodeModel(grown));
    expect(again.$unknown).toEqual(grown.$unknown);
    expect(again.$unknown?.[0]?.no).toBe(20);
    expect(again.graph!.node.at(-1)!.opType).toBe('A');
    expect(again.graph!.node.at(-1)!.$unknown?.[0]?.no).toBe(10);
  });

  it('round-trips a real export byte for byte in content', () => {
    const decoded = decodeModel(fixture);
    expect(decodeModel(encodeModel(decoded))).toEqual(decoded);
  });

  it('round-trips built models', () => {
    const built = decodeModel(encodeModel(small(Float32Array.from({ length: 8 }, (_, at) => at))));
    const [product, cast] = built.graph!.node;
    expect(product).toMatchObject({ opType: 'MatMul', name: 'product', input: ['x', 'w'], output: ['y'] });
    expect(intAttribute(cast!, 'to', 0)).toBe(10);
    expect(intAttribute(cast!, 'saturate', 7)).toBe(7);
    expect(opsetVersion(built)).toBe(21);
    expect(opsetVersion(built, 'com.microsoft')).toBe(1);
    expect(opsetVersion(built, 'ai.example')).toBe(0);
    expect(built.graph!.input[0]!.type!.value.value!.shape!.dim.map(({ value }) => value.value)).toEqual([
      'batch',
      4n,
    ]);
  });

  it('builds tensors that point into data files', () => {
    const tensor = externalTensor('w', DataType.FLOAT16, [2, 3], 'w.bin', 40, 12);
    expect(tensor.dataLocation).toBe(1);
    expect(tensor.externalData.map(({ key, value }) => `${key}=${value}`)).toEqual([
      'location=w.bin',
      'offset=40',
      'length=12',
    ]);
  });
});

describe('files that are no model', () => {
  const text = (value: string) => new TextEncoder().encode(value);
  const cases: [string, Uint8Array, RegExp][] = [
    ['an empty file', new Uint8Array(0), /empty/],
    ['a web page', text('\n<!DOCTYPE html><html><body>Not found</body></html>'), /web page/],
    ['a Git LFS pointer', text('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n'), /LFS/],
    ['a truncated file', fixture.subarray(0, fixture.byteLength - 1000), /truncated/],
    ['a JSON file', text('{"model_type": "llama", "hidden_size": 64}'), /ONNX/],
    ['a message without a graph', Uint8Array.from([8, 8]), /no ONNX graph/],
  ];
  for (const [name, bytes, message] of cases) {
    it(`refuses ${name}`, () => {
      expect(() => decodeModel(bytes)).toThrow(EngineError);
      expect(() => decodeModel(bytes)).toThrow(message);
    });
  }
});
