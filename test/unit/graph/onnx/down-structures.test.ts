import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { attr, node, rawTensor } from '../../../../src/graph/onnx/builders.ts';
import { findDownProjections } from '../../../../src/graph/onnx/down-projections.ts';
import { DataType } from '../../../../src/graph/onnx/model.ts';
import { FunctionProtoSchema } from '../../../../src/graph/onnx/onnx_pb.ts';
import { floatToHalf } from '../../../../src/lib/bytes/half.ts';
import { type Expectation, expectEdited } from '../../../support/edited-graph.ts';
import {
  codes,
  integers,
  matrix,
  type Parts,
  push,
  rmsNorm,
  sizes,
  tinyModel,
  vector,
  weights,
} from '../../../support/onnx-graphs.ts';

const { hidden, width } = sizes;
const contrib = { domain: 'com.microsoft' };

/** A model of one layer whose down projection is spelled by `spell`, from z to the value that is named. */
function withDown(spell: (parts: Parts, z: string) => string, opset?: number) {
  return tinyModel((parts, stream) => {
    const norm = rmsNorm(parts, stream, 'norm');
    push(
      parts,
      node('MatMul', [norm, matrix(parts, 'wup', hidden, width)], ['up']),
      node('Relu', ['up'], ['z']),
    );
    push(parts, node('Add', [spell(parts, 'z'), stream], ['after']));
    return 'after';
  }, opset);
}

describe('how the down projection is written', () => {
  const down: Expectation = { down: 'down', z: 'z', out: 'down' };

  it('MatMul and a bias that stands first', () =>
    expectEdited(
      withDown((parts, z) => {
        push(
          parts,
          node('MatMul', [z, matrix(parts, 'wdown', width, hidden)], ['down']),
          node('Add', [vector(parts, 'bias', weights(hidden, 8)), 'down'], ['biased']),
        );
        return 'biased';
      }),
      [down],
    ));

  for (const transB of [0, 1]) {
    it(`Gemm between Reshapes with transB ${transB} and a bias`, async () => {
      const model = withDown((parts, z) => {
        const dims: [number, number] = transB ? [hidden, width] : [width, hidden];
        push(
          parts,
          node('Reshape', [z, integers(parts, 'flat', [-1, width])], ['rows']),
          node(
            'Gemm',
            ['rows', matrix(parts, 'wdown', ...dims), vector(parts, 'bias', new Float32Array(hidden))],
            ['gemm'],
            { transB: attr.int(transB) },
            { name: 'down' },
          ),
          node('Shape', [z], ['shape']),
          node('Slice', ['shape', integers(parts, 'from', [0]), integers(parts, 'to', [2])], ['front']),
          node('Concat', ['front', integers(parts, 'hidden', [hidden])], ['full'], { axis: attr.int(0) }),
          node('Reshape', ['gemm', 'full'], ['unfolded']),
        );
        return 'unfolded';
      });
      await expectEdited(model, [{ down: 'down', z: 'z', out: 'gemm' }]);
    });
  }

  it('half precision between casts', () =>
    expectEdited(
      withDown((parts, z) => {
        const values = floatToHalf(weights(width * hidden, 9));
        parts.tensors.push(
          rawTensor('wdown', DataType.FLOAT16, [width, hidden], new Uint8Array(values.buffer)),
        );
        push(
          parts,
          node('Cast', [z], ['half'], { to: attr.int(DataType.FLOAT16) }),
          node('MatMul', ['half', 'wdown'], ['down']),
          node('Cast', ['down'], ['full'], { to: attr.int(DataType.FLOAT) }),
        );
        return 'full';
      }),
      [{ down: 'down', z: 'half', out: 'down', zType: DataType.FLOAT16 }],
      5e-3,
    ));

  it('weights stored in half precision and cast', () =>
    expectEdited(
      withDown((parts, z) => {
        const values = floatToHalf(weights(width * hidden, 9));
        parts.tensors.push(
          rawTensor('wdown', DataType.FLOAT16, [width, hidden], new Uint8Array(values.buffer)),
        );
        push(
          parts,
          node('Cast', ['wdown'], ['weight'], { to: attr.int(DataType.FLOAT) }),
          node('MatMul', [z, 'weight'], ['down']),
        );
        return 'down';
      }),
      [down],
    ));

  const quantized: Record<string, (parts: Parts) => string> = {
    'one scale a column': (parts) => {
      parts.tensors.push(rawTensor('q', DataType.UINT8, [width, hidden], codes(width * hidden)));
      parts.tensors.push(rawTensor('zero', DataType.UINT8, [hidden], codes(hidden)));
      const scale = vector(
        parts,
        'scale',
        Float32Array.from({ length: hidden }, (_, at) => 0.01 * (at + 1)),
      );
      push(parts, node('DequantizeLinear', ['q', scale, 'zero'], ['weight'], { axis: attr.int(1) }));
      return 'weight';
    },
    'blocks of a column': (parts) => {
      parts.tensors.push(rawTensor('q', DataType.UINT8, [width, hidden], codes(width * hidden)));
      const scale = vector(parts, 'scale', weights(2 * hidden, 3).map(Math.abs), [2, hidden]);
      const zero = rawTensor('zero', DataType.UINT8, [2, hidden], new Uint8Array(2 * hidden).fill(128));
      parts.tensors.push(zero);
      push(
        parts,
        node('DequantizeLinear', ['q', scale, 'zero'], ['weight'], {
          axis: attr.int(0),
          block_size: attr.int(width / 2),
        }),
      );
      return 'weight';
    },
    'blocks of a row, transposed': (parts) => {
      parts.tensors.push(rawTensor('q', DataType.UINT8, [hidden, width], codes(width * hidden)));
      const scale = vector(parts, 'scale', weights(2 * hidden, 3).map(Math.abs), [hidden, 2]);
      const zero = rawTensor('zero', DataType.UINT8, [hidden, 2], new Uint8Array(2 * hidden).fill(128));
      parts.tensors.push(zero);
      push(
        parts,
        node('DequantizeLinear', ['q', scale, 'zero'], ['rows'], {
          axis: attr.int(1),
          block_size: attr.int(width / 2),
        }),
        node('Transpose', ['rows'], ['weight'], { perm: attr.ints([1, 0]) }),
      );
      return 'weight';
    },
    'rounded when the graph runs': (parts) => {
      parts.tensors.push(rawTensor('zero', DataType.UINT8, [], Uint8Array.of(128)));
      const scale = vector(parts, 'scale', [0.01], []);
      push(
        parts,
        node('QuantizeLinear', [matrix(parts, 'wdown', width, hidden), scale, 'zero'], ['q']),
        node('DequantizeLinear', ['q', scale, 'zero'], ['weight']),
      );
      return 'weight';
    },
  };
  for (const [name, weight] of Object.entries(quantized)) {
    it(`DequantizeLinear and MatMul: ${name}`, () =>
      expectEdited(
        withDown((parts, z) => {
          push(parts, node('MatMul', [z, weight(parts)], ['down']));
          return 'down';
        }),
        [down],
        1e-4,
      ));
  }

  for (const bits of [4, 8]) {
    it(`MatMulNBits of ${bits} bits, the last block not full`, () =>
      expectEdited(
        withDown((parts, z) => {
          const bytes = (16 * bits) / 8;
          parts.tensors.push(rawTensor('q', DataType.UINT8, [hidden, 1, bytes], codes(hidden * bytes)));
          const scale = vector(
            parts,
            'scale',
            weights(hidden, 3).map((value) => Math.abs(value) / 2 ** bits),
          );
          const attributes = {
            K: attr.int(width),
            N: attr.int(hidden),
            bits: attr.int(bits),
            block_size: attr.int(16),
          };
          push(parts, node('MatMulNBits', [z, 'q', scale], ['down'], attributes, contrib));
          return 'down';
        }),
        [down],
      ));
  }

  it('MatMulNBits whose scales are cast and whose zero points are packed', () =>
    expectEdited(
      withDown((parts, z) => {
        const halves = floatToHalf(weights(hidden, 3).map((value) => Math.abs(value) / 16));
        parts.tensors.push(
          rawTensor('q', DataType.UINT8, [hidden, 1, 8], codes(hidden * 8)),
          rawTensor('half', DataType.FLOAT16, [hidden], new Uint8Array(halves.buffer)),
          rawTensor('zero', DataType.UINT8, [hidden], codes(hidden)),
        );
        push(
          parts,
          node('Cast', ['half'], ['scale'], { to: attr.int(DataType.FLOAT) }),
          node(
            'MatMulNBits',
            [z, 'q', 'scale', 'zero'],
            ['down'],
            { K: attr.int(width), N: attr.int(hidden), bits: attr.int(4), block_size: attr.int(16) },
            contrib,
          ),
        );
        return 'down';
      }),
      [down],
    ));

  const rescales: Record<string, (parts: Parts) => string> = {
    'the product of both': (parts) => {
      push(
        parts,
        node('Mul', ['w.scale', 'z.scale'], ['scales']),
        node('Mul', ['scales', 'float'], ['down']),
      );
      return 'down';
    },
    "the weight's first": (parts) => {
      push(parts, node('Mul', ['float', 'w.scale'], ['half']), node('Mul', ['half', 'z.scale'], ['down']));
      return 'down';
    },
    "the activations' first": (parts) => {
      push(parts, node('Mul', ['z.scale', 'float'], ['half']), node('Mul', ['w.scale', 'half'], ['down']));
      return 'down';
    },
  };
  for (const [name, rescale] of Object.entries(rescales)) {
    it(`MatMulInteger, rescaled by ${name}`, () =>
      expectEdited(
        withDown((parts, z) => {
          parts.tensors.push(
            rawTensor('w.q', DataType.UINT8, [width, hidden], codes(width * hidden)),
            rawTensor('w.zero', DataType.UINT8, [], Uint8Array.of(128)),
          );
          vector(parts, 'w.scale', [0.01], []);
          push(
            parts,
            node('DynamicQuantizeLinear', [z], ['z.q', 'z.scale', 'z.zero']),
            node('MatMulInteger', ['z.q', 'w.q', 'z.zero', 'w.zero'], ['int']),
            node('Cast', ['int'], ['float'], { to: attr.int(DataType.FLOAT) }),
          );
          return rescale(parts);
        }),
        [{ ...down, down: 'int' }],
      ));
  }
});

describe('structures that are refused', () => {
  it('adapters beside the down projection, whose neurons a scale would not reach', () => {
    const model = withDown((parts, z) => {
      push(
        parts,
        node('MatMul', [z, matrix(parts, 'wdown', width, hidden)], ['down']),
        node('MatMul', [z, matrix(parts, 'lora.a', width, 2)], ['low']),
        node('MatMul', ['low', matrix(parts, 'lora.b', 2, hidden)], ['extra']),
        node('Add', ['down', 'extra'], ['sum']),
      );
      return 'sum';
    });
    expect(() => findDownProjections(model)).toThrow(/adapter \(LoRA\)/);
  });

  it('products of 8-bit integers, which never are activations in floating point', () => {
    const model = withDown((parts, z) => {
      parts.tensors.push(
        rawTensor('q.zero', DataType.UINT8, [], Uint8Array.of(128)),
        rawTensor('w.q', DataType.UINT8, [width, hidden], codes(width * hidden)),
      );
      const scale = vector(parts, 'scale', [0.05], []);
      push(
        parts,
        node('QuantizeLinear', [z, scale, 'q.zero'], ['z.q']),
        node('QLinearMatMul', ['z.q', scale, 'q.zero', 'w.q', scale, 'q.zero', scale, 'q.zero'], ['product']),
        node('DequantizeLinear', ['product', scale, 'q.zero'], ['down']),
      );
      return 'down';
    });
    expect(() => findDownProjections(model)).toThrow(/8-bit integers throughout/);
  });

  it('layers inside functions of the model', () => {
    const model = withDown((parts, z) => {
      push(parts, node('Mlp', [z], ['down'], {}, { domain: 'local' }));
      return 'down';
    });
    model.functions.push(create(FunctionProtoSchema, { name: 'Mlp', domain: 'local' }));
    expect(() => findDownProjections(model)).toThrow(/inside functions/);
  });
});
