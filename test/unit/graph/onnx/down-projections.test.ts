import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { attr, floatTensor, node, valueInfo } from '../../../../src/graph/onnx/builders.ts';
import { detectDownProjections, findDownProjections } from '../../../../src/graph/onnx/down-projections.ts';
import { DataType, decodeModel, type ModelProto } from '../../../../src/graph/onnx/model.ts';
import { AttributeProtoSchema, GraphProtoSchema } from '../../../../src/graph/onnx/onnx_pb.ts';
import { EngineError } from '../../../../src/lib/errors.ts';
import { readFixture, supportedFixtures } from '../../../support/onnx-fixtures.ts';
import { anonymise, matrix, type Parts, plainLayer, sizes, tinyModel } from '../../../support/onnx-graphs.ts';

const { hidden, width } = sizes;

function found(model: ModelProto): string[] {
  return findDownProjections(model).map(({ node: name, op }) => `${op} ${name}`);
}

describe('findDownProjections', () => {
  it('finds one a layer, in order, with sizes', () => {
    const tiny = tinyModel((parts, stream) => plainLayer(parts, plainLayer(parts, stream, 0), 1));
    expect(findDownProjections(tiny)).toEqual([
      { layer: 0, width, hidden, node: 'l0.down', op: 'MatMul' },
      { layer: 1, width, hidden, node: 'l1.down', op: 'MatMul' },
    ]);
  });

  for (const variant of supportedFixtures()) {
    it(`does not need names (${variant})`, () => {
      const { bytes } = readFixture(`test/fixtures/onnx/${variant}`);
      const named = decodeModel(bytes);
      const nameless = decodeModel(bytes);
      anonymise(nameless);
      /** Which nodes of the graph project down, and their sizes. */
      const places = (model: ModelProto) =>
        detectDownProjections(model).layers.map(({ layer, width: w, hidden: h, projection }) => [
          layer,
          model.graph!.node.indexOf(projection.node),
          w,
          h,
        ]);
      expect(places(nameless)).toEqual(places(named));
    });
  }

  it('knows gated and activated inputs in many spellings', () => {
    const spellings: Record<string, (parts: Parts, up: string, gate: string) => string> = {
      silu: (parts, up, gate) => {
        parts.nodes.push(
          node('Sigmoid', [gate], ['s']),
          node('Mul', [gate, 's'], ['a']),
          node('Mul', ['a', up], ['z']),
        );
        return 'z';
      },
      swish: (parts, up, gate) => {
        parts.nodes.push(node('Swish', [gate], ['a']), node('Mul', [up, 'a'], ['z']));
        return 'z';
      },
      'quick gelu': (parts, up, gate) => {
        parts.nodes.push(
          node('QuickGelu', [gate], ['a'], {}, { domain: 'com.microsoft' }),
          node('Mul', ['a', up], ['z']),
        );
        return 'z';
      },
      'erf gelu': (parts, up) => {
        const half = floatTensor('half', [], [0.5]);
        parts.tensors.push(half, floatTensor('root', [], [Math.SQRT2]), floatTensor('one', [], [1]));
        parts.nodes.push(
          node('Div', [up, 'root'], ['d']),
          node('Erf', ['d'], ['e']),
          node('Add', ['e', 'one'], ['f']),
          node('Mul', [up, 'f'], ['g']),
          node('Mul', ['g', 'half'], ['z']),
        );
        return 'z';
      },
      'squared relu': (parts, up) => {
        parts.nodes.push(node('Relu', [up], ['r']), node('Mul', ['r', 'r'], ['z']));
        return 'z';
      },
      'casts between': (parts, up, gate) => {
        parts.nodes.push(
          node('Cast', [gate], ['c'], { to: attr.int(DataType.FLOAT) }),
          node('Gelu', ['c'], ['a']),
          node('Mul', ['a', up], ['m']),
          node('Cast', ['m'], ['z'], { to: attr.int(DataType.FLOAT) }),
        );
        return 'z';
      },
    };
    for (const [name, spell] of Object.entries(spellings)) {
      const tiny = tinyModel((parts, stream) => {
        parts.tensors.push(floatTensor('norm.weight', [hidden], new Float32Array(hidden).fill(1)));
        parts.nodes.push(
          node('SimplifiedLayerNormalization', [stream, 'norm.weight'], ['n']),
          node('MatMul', ['n', matrix(parts, 'gate.weight', hidden, width)], ['gate']),
          node('MatMul', ['n', matrix(parts, 'up.weight', hidden, width)], ['up']),
        );
        const z = spell(parts, 'up', 'gate');
        parts.nodes.push(
          node('MatMul', [z, matrix(parts, 'down.weight', width, hidden)], ['down']),
          node('Add', ['down', stream], ['out']),
        );
        return 'out';
      });
      expect(found(tiny), name).toEqual(['MatMul down']);
    }
  });

  it('takes weights behind Transpose and with transB', () => {
    const tiny = tinyModel((parts, stream) => {
      const first = plainLayer(parts, stream, 0);
      const second = plainLayer(parts, first, 1);
      const [down0, down1] = parts.nodes.filter(({ name }) => name.endsWith('.down'));
      parts.nodes.splice(
        parts.nodes.indexOf(down0!),
        0,
        node('Transpose', [matrix(parts, 'w0', hidden, width)], ['w0t'], { perm: attr.ints([1, 0]) }),
      );
      down0!.input = ['l0.z', 'w0t'];
      const fused = node('FusedMatMul', ['l1.z', matrix(parts, 'w1', hidden, width)], ['l1.down'], {
        transB: attr.int(1),
      });
      parts.nodes[parts.nodes.indexOf(down1!)] = fused;
      return second;
    });
    expect(found(tiny)).toEqual(['MatMul l0.down', 'FusedMatMul l1.down']);
  });
});

describe('models that are refused', () => {
  function refusal(model: ModelProto): string {
    try {
      findDownProjections(model);
    } catch (thrown) {
      if (thrown instanceof EngineError) return `${thrown.code}: ${thrown.message}`;
      throw thrown;
    }
    return 'accepted';
  }

  it('experts that run for some tokens', () => {
    const { bytes } = readFixture('test/fixtures/onnx/qwen3_moe/optimum-fp32');
    expect(refusal(decodeModel(bytes))).toMatch(/unsupported-model: .*mixture of experts/);
  });

  it('experts in one fused operator beside dense layers', () => {
    const tiny = tinyModel((parts, stream) => {
      const out = plainLayer(parts, stream, 0);
      parts.nodes.push(node('QMoE', [out], ['experts'], {}, { domain: 'com.microsoft' }));
      return 'experts';
    });
    expect(refusal(tiny)).toMatch(/mixture of experts/);
  });

  it('layers inside If branches', () => {
    const tiny = tinyModel((_parts, stream) => stream);
    const branch = create(AttributeProtoSchema, {
      name: 'then_branch',
      type: 5,
      g: create(GraphProtoSchema),
    });
    tiny.graph!.node.unshift({ ...node('If', ['use_cache'], ['out']), attribute: [branch] });
    expect(refusal(tiny)).toMatch(/If branches/);
  });

  it('graphs without weights', () => {
    const tiny = tinyModel((parts, stream) => plainLayer(parts, stream, 0));
    tiny.graph!.input.push(
      ...tiny.graph!.initializer.map(({ name }) => valueInfo(name, DataType.FLOAT, ['a', 'b'])),
    );
    tiny.graph!.initializer = [];
    expect(refusal(tiny)).toMatch(/no weights/);
  });

  it('graphs without MLPs', () => {
    expect(refusal(tinyModel((_parts, stream) => stream))).toMatch(/No MLP/);
  });

  it('graphs in which some layers are not understood', () => {
    const tiny = tinyModel((parts, stream) => plainLayer(parts, stream, 0));
    for (const layer of [0, 1]) {
      tiny.graph!.input.push(
        valueInfo(`past_key_values.${layer}.key`, DataType.FLOAT, ['batch', 1, 'past', 4]),
      );
    }
    expect(refusal(tiny)).toMatch(/only 1 of 2 layers/);
  });
});
