import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { externalTensor, floatTensor, node, rawTensor } from '../../../../src/graph/onnx/builders.ts';
import { DataType, type TensorProto } from '../../../../src/graph/onnx/model.ts';
import { TensorProtoSchema } from '../../../../src/graph/onnx/onnx_pb.ts';
import type { Projection } from '../../../../src/graph/onnx/projections.ts';
import { tensorValues } from '../../../../src/graph/onnx/tensor-data.ts';
import type { Weight } from '../../../../src/graph/onnx/weight.ts';
import { columnNorms } from '../../../../src/graph/onnx/weights.ts';
import { floatToBfloat16, floatToHalf } from '../../../../src/lib/bytes/half.ts';
import { EngineError } from '../../../../src/lib/errors.ts';
import { weights } from '../../../support/onnx-graphs.ts';

function projection(weight: Weight, inputs: number, outputs: number, alpha = 1): Projection {
  const own = node('MatMul', ['x', 'w'], ['y']);
  return {
    node: own,
    entry: own,
    users: [],
    activation: 'x',
    output: 'y',
    alpha,
    inputs,
    outputs,
    weight,
    type: 1,
  };
}

/** Norms over the outputs of a dense weight [inputs, outputs] given by a function. */
function norms(inputs: number, outputs: number, value: (input: number, output: number) => number): number[] {
  return Array.from({ length: inputs }, (_, input) =>
    Math.hypot(...Array.from({ length: outputs }, (_, output) => value(input, output))),
  );
}

function expectClose(found: ArrayLike<number>, wanted: readonly number[]): void {
  expect(found.length).toBe(wanted.length);
  wanted.forEach((value, at) => {
    expect(Math.abs(found[at]! - value)).toBeLessThanOrEqual(1e-6 * value + 1e-12);
  });
}

const bytes = (count: number, seed: number) =>
  Uint8Array.from(weights(count, seed), (value) => Math.floor((value + 1) * 128));

describe('tensorValues', () => {
  const values = [0, 1, -2, 0.5];
  const raw = (type: DataType, data: ArrayBufferView) =>
    rawTensor('t', type, [4], new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength));
  const cases: [string, TensorProto, number[]][] = [
    ['float32', floatTensor('t', [4], values), values],
    ['float64', raw(DataType.DOUBLE, new Float64Array(values)), values],
    ['float16', raw(DataType.FLOAT16, floatToHalf(new Float32Array(values))), values],
    ['bfloat16', raw(DataType.BFLOAT16, floatToBfloat16(new Float32Array(values))), values],
    ['int64', raw(DataType.INT64, BigInt64Array.of(1n, -2n, 3n, 4n)), [1, -2, 3, 4]],
    ['int8', raw(DataType.INT8, Int8Array.of(1, -2, 127, -128)), [1, -2, 127, -128]],
    ['uint8', raw(DataType.UINT8, Uint8Array.of(1, 254, 127, 128)), [1, 254, 127, 128]],
    ['int4', raw(DataType.INT4, Uint8Array.of(0xf1, 0x87)), [1, -1, 7, -8]],
    ['uint4', raw(DataType.UINT4, Uint8Array.of(0xf1, 0x87)), [1, 15, 7, 8]],
    [
      'float_data',
      create(TensorProtoSchema, { dims: [4n], dataType: DataType.FLOAT, floatData: values }),
      values,
    ],
    [
      'float16 in int32_data',
      create(TensorProtoSchema, { dims: [2n], dataType: DataType.FLOAT16, int32Data: [0x3c00, 0xc000] }),
      [1, -2],
    ],
    [
      'int8 in int32_data',
      create(TensorProtoSchema, { dims: [2n], dataType: DataType.INT8, int32Data: [-3, 4] }),
      [-3, 4],
    ],
  ];
  for (const [name, tensor, wanted] of cases) {
    it(`reads ${name}`, () => {
      expect(Array.from(tensorValues(tensor, []))).toEqual(wanted);
    });
  }

  it('reads from a data file at an unaligned offset', () => {
    const data = new Uint8Array(19);
    data.set(new Uint8Array(new Float32Array([1.5, -2.5, 3]).buffer), 5);
    const tensor = externalTensor('t', DataType.FLOAT, [3], 'weights.bin', 5, 12);
    expect(Array.from(tensorValues(tensor, [{ path: 'weights.bin', data }]))).toEqual([1.5, -2.5, 3]);
  });

  it('names a missing data file, and a tensor that its data do not fit', () => {
    const tensor = externalTensor('layer.weight', DataType.FLOAT, [3], 'weights.bin', 8, 12);
    expect(() => tensorValues(tensor, [])).toThrow(/"weights.bin" is missing/);
    const file = { path: 'weights.bin', data: new Uint8Array(16) };
    expect(() => tensorValues(tensor, [file])).toThrow(/"layer.weight" does not fit/);
    const huge = rawTensor('huge', DataType.FLOAT, [2 ** 40, 2 ** 40], new Uint8Array(4));
    expect(() => tensorValues(huge, [])).toThrow(EngineError);
    const negative = externalTensor('negative', DataType.FLOAT, [-1], 'weights.bin', 0, 4);
    expect(() => tensorValues(negative, [file])).toThrow(EngineError);
  });
});

describe('columnNorms', () => {
  const w = weights(5 * 3, 9);

  it('of a dense weight, as stored and transposed, with a factor', () => {
    const straight = { form: 'matrix', tensor: floatTensor('w', [5, 3], w), transposed: false } as const;
    expectClose(
      columnNorms(projection(straight, 5, 3), []),
      norms(5, 3, (i, o) => w[i * 3 + o]!),
    );
    const flipped = { form: 'matrix', tensor: floatTensor('w', [3, 5], w), transposed: true } as const;
    expectClose(
      columnNorms(projection(flipped, 5, 3, -2), []),
      norms(5, 3, (i, o) => 2 * w[o * 5 + i]!),
    );
  });

  it('sums squares in double precision', () => {
    const tensor = floatTensor('w', [1, 4097], new Float32Array(4097).fill(1e-4));
    tensor.rawData.set(new Uint8Array(new Float32Array([1]).buffer));
    const found = columnNorms(projection({ form: 'matrix', tensor, transposed: false }, 1, 4097), [])[0]!;
    expect(found).toBe(Math.fround(Math.sqrt(1 + 4096 * Math.fround(1e-4) ** 2)));
  });

  const q = bytes(6 * 4, 3);
  const tensor = rawTensor('q', DataType.UINT8, [6, 4], q);
  const zero = rawTensor('zero', DataType.UINT8, [1], Uint8Array.of(130));
  const layouts: [string, number, number, TensorProto, (row: number, column: number) => number][] = [
    ['one scale', 1, 0, floatTensor('s', [1], [0.25]), () => 0],
    ['a scale a column', 1, 0, floatTensor('s', [4], weights(4, 5)), (_, column) => column],
    ['a scale a row', 0, 0, floatTensor('s', [6], weights(6, 5)), (row) => row],
    ['axis counted from the end', -1, 0, floatTensor('s', [4], weights(4, 5)), (_, column) => column],
    [
      'blocks of rows',
      0,
      3,
      floatTensor('s', [2, 4], weights(8, 5)),
      (row, column) => Math.floor(row / 3) * 4 + column,
    ],
    [
      'blocks of columns',
      1,
      2,
      floatTensor('s', [6, 2], weights(12, 5)),
      (row, column) => row * 2 + Math.floor(column / 2),
    ],
  ];
  for (const [name, axis, blockSize, scales, at] of layouts) {
    it(`of quantised weights with ${name}`, () => {
      const s = tensorValues(scales, []);
      const value = (row: number, column: number) => (q[row * 4 + column]! - 130) * s[at(row, column)]!;
      const quantization = { scales, zeroPoints: zero, axis, blockSize };
      const straight = { form: 'matrix', tensor, transposed: false, quantization } as const;
      expectClose(columnNorms(projection(straight, 6, 4), []), norms(6, 4, value));
      const flipped = { ...straight, transposed: true };
      expectClose(
        columnNorms(projection(flipped, 4, 6), []),
        norms(4, 6, (i, o) => value(o, i)),
      );
    });
  }

  for (const bits of [2, 4, 8]) {
    for (const withZeros of [false, true]) {
      it(`of MatMulNBits with ${bits} bits ${withZeros ? 'and zero points' : ''}`, () => {
        const [inputs, outputs, blockSize] = [40, 3, 16];
        const perRow = 3;
        const codes = bytes(outputs * perRow * 16, 7).map((code) => code & (2 ** bits - 1));
        const packed = new Uint8Array((codes.length * bits) / 8);
        codes.forEach((code, at) => {
          packed[(at * bits) >> 3]! |= code << ((at * bits) & 7);
        });
        const zeros = bytes(outputs * perRow, 11).map((code) => code & (2 ** bits - 1));
        const zeroBytes = Math.ceil((perRow * bits) / 8);
        const packedZeros = new Uint8Array(outputs * zeroBytes);
        zeros.forEach((code, at) => {
          const block = at % perRow;
          packedZeros[Math.floor(at / perRow) * zeroBytes + ((block * bits) >> 3)]! |=
            code << ((block * bits) & 7);
        });
        const scales = weights(outputs * perRow, 13);
        const weight = {
          form: 'blocks',
          tensor: rawTensor('b', DataType.UINT8, [outputs, perRow, (blockSize * bits) / 8], packed),
          scales: floatTensor('s', [outputs * perRow], scales),
          zeroPoints: withZeros
            ? rawTensor('z', DataType.UINT8, [packedZeros.length], packedZeros)
            : undefined,
          bits,
          blockSize,
        } as const;
        const wanted = norms(inputs, outputs, (i, o) => {
          const block = o * perRow + Math.floor(i / blockSize);
          return (
            (codes[o * perRow * 16 + i]! - (withZeros ? zeros[block]! : 2 ** (bits - 1))) * scales[block]!
          );
        });
        expectClose(columnNorms(projection(weight, inputs, outputs), []), wanted);
      });
    }
  }

  it('of MatMulBnb4 with FP4 codes', () => {
    const table = [0, 1 / 192, 2 / 3, 1, 1 / 3, 1 / 2, 1 / 6, 1 / 4];
    const packed = bytes(12, 17);
    const maxima = [2, 3];
    const weight = {
      form: 'bnb4',
      tensor: rawTensor('b', DataType.UINT8, [12], packed),
      maxima: floatTensor('m', [2], maxima),
      blockSize: 16,
      code: 'fp4',
    } as const;
    const wanted = norms(6, 4, (i, o) => {
      const at = o * 6 + i;
      const code = at % 2 === 0 ? packed[at >> 1]! >> 4 : packed[at >> 1]! & 15;
      return table[code & 7]! * maxima[Math.floor(at / 16)]!;
    });
    expectClose(columnNorms(projection(weight, 6, 4), []), wanted);
  });

  it('refuses scales and blocks that do not cover the weight', () => {
    const few = { scales: floatTensor('s', [3], [1, 1, 1]), axis: 1, blockSize: 0 };
    const matrix = { form: 'matrix', tensor, transposed: false, quantization: few } as const;
    expect(() => columnNorms(projection(matrix, 6, 4), [])).toThrow(/too few scales/);
    const blocks = {
      form: 'blocks',
      tensor,
      scales: floatTensor('s', [1], [1]),
      bits: 4,
      blockSize: 16,
    } as const;
    expect(() => columnNorms(projection(blocks, 2 ** 40, 3), [])).toThrow(EngineError);
    expect(() => columnNorms(projection({ ...blocks, bits: 3 }, 6, 4), [])).toThrow(/3 bits/);
  });
});
