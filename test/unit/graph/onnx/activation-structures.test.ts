import { describe, it } from 'vitest';
import { attr, int64Tensor, node, rawTensor } from '../../../../src/graph/onnx/builders.ts';
import { DataType } from '../../../../src/graph/onnx/model.ts';
import { expectEdited, layerOf } from '../../../support/edited-graph.ts';
import {
  integers,
  matrix,
  mlp,
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

/** A model of one pre-norm layer without attention. */
function oneLayer(act: (parts: Parts, up: string, n: (part: string) => string) => void) {
  return tinyModel((parts, stream) => {
    const down = mlp(parts, rmsNorm(parts, stream, 'norm'), 'm', (up, n) => act(parts, up, n));
    push(parts, node('Add', [stream, down], ['after']));
    return 'after';
  });
}

describe('what makes the activations', () => {
  const gate = (parts: Parts) =>
    push(parts, node('MatMul', ['norm', matrix(parts, 'wgate', hidden, width)], ['gate']));

  const spellings: Record<string, Parameters<typeof oneLayer>[0]> = {
    'ReLU by Max': (parts, up, n) => push(parts, node('Max', [up, vector(parts, 'zero', [0], [])], [n('z')])),
    'ReLU by Where': (parts, up, n) =>
      push(
        parts,
        node('Greater', [up, vector(parts, 'zero', [0], [])], [n('positive')]),
        node('Where', [n('positive'), up, 'zero'], [n('z')]),
      ),
    'ReLU by Where and zeros like the input': (parts, up, n) =>
      push(
        parts,
        node('Shape', [up], [n('shape')]),
        node('ConstantOfShape', [n('shape')], [n('zeros')]),
        node('Greater', [up, n('zeros')], [n('positive')]),
        node('Where', [n('positive'), up, n('zeros')], [n('z')]),
      ),
    ReLU6: (parts, up, n) =>
      push(
        parts,
        node('Clip', [up, vector(parts, 'low', [0], []), vector(parts, 'high', [6], [])], [n('z')]),
      ),
    'leaky ReLU by PRelu': (parts, up, n) =>
      push(parts, node('PRelu', [up, vector(parts, 'slope', [0.1])], [n('z')])),
    'squared ReLU by Pow': (parts, up, n) =>
      push(
        parts,
        node('Relu', [up], [n('r')]),
        node('Pow', [n('r'), vector(parts, 'two', [2], [])], [n('z')]),
      ),
    'square of the product alone': (parts, up, n) => push(parts, node('Mul', [up, up], [n('z')])),
    'GELU by tanh': (parts, up, n) =>
      push(
        parts,
        node('Mul', [up, up], [n('2')]),
        node('Mul', [n('2'), up], [n('3')]),
        node('Mul', [n('3'), vector(parts, 'c', [0.044715], [])], [n('c3')]),
        node('Add', [up, n('c3')], [n('sum')]),
        node('Mul', [n('sum'), vector(parts, 'root', [Math.sqrt(2 / Math.PI)], [])], [n('arg')]),
        node('Tanh', [n('arg')], [n('t')]),
        node('Add', [n('t'), vector(parts, 'one', [1], [])], [n('t1')]),
        node('Mul', [up, n('t1')], [n('u')]),
        node('Mul', [vector(parts, 'half', [0.5], []), n('u')], [n('z')]),
      ),
    'BiasGelu with the bias of the up projection': (parts, up, n) =>
      push(parts, node('BiasGelu', [up, vector(parts, 'bias', weights(width, 3))], [n('z')], {}, contrib)),
    'QuickGelu as SiLU, gated': (parts, up, n) => {
      gate(parts);
      push(
        parts,
        node('QuickGelu', ['gate'], [n('a')], { alpha: attr.float(1) }, contrib),
        node('Mul', [n('a'), up], [n('z')]),
      );
    },
    'biases before and behind, in either order': (parts, up, n) => {
      gate(parts);
      push(
        parts,
        node('Add', [vector(parts, 'bias.gate', weights(width, 4)), 'gate'], [n('g')]),
        node('Add', [up, vector(parts, 'bias.up', weights(width, 5))], [n('u')]),
        node('Sigmoid', [n('g')], [n('s')]),
        node('Mul', [n('s'), n('g')], [n('a')]),
        node('Mul', [n('a'), n('u')], [n('z')]),
      );
    },
    'a gate without an activation function': (parts, up, n) => {
      gate(parts);
      push(parts, node('Mul', [up, 'gate'], [n('z')]));
    },
    'a norm before the down projection': (parts, up, n) => {
      push(parts, node('Relu', [up], [n('r')]));
      rmsNorm(parts, n('r'), n('z'), width);
    },
    'a factor a neuron behind the activation': (parts, up, n) =>
      push(
        parts,
        node('Relu', [up], [n('r')]),
        node('Mul', [n('r'), vector(parts, 'factors', weights(width, 6))], [n('z')]),
      ),
    'casts to half precision and back': (parts, up, n) =>
      push(
        parts,
        node('Cast', [up], [n('h')], { to: attr.int(DataType.FLOAT16) }),
        node('Sigmoid', [n('h')], [n('s')]),
        node('Mul', [n('h'), n('s')], [n('m')]),
        node('Cast', [n('m')], [n('z')], { to: attr.int(DataType.FLOAT) }),
      ),
    'an adapter beside the up projection': (parts, up, n) =>
      push(
        parts,
        node('MatMul', ['norm', matrix(parts, 'lora.a', hidden, 2)], [n('low')]),
        node('Mul', [n('low'), vector(parts, 'lora.scale', [0.5], [])], [n('scaled')]),
        node('MatMul', [n('scaled'), matrix(parts, 'lora.b', 2, width)], [n('extra')]),
        node('Add', [up, n('extra')], [n('sum')]),
        node('Relu', [n('sum')], [n('z')]),
      ),
    'activations rounded to 8 bits by fixed scales': (parts, up, n) => {
      parts.tensors.push(rawTensor('q.zero', DataType.UINT8, [], Uint8Array.of(128)));
      push(
        parts,
        node('Relu', [up], [n('r')]),
        node('QuantizeLinear', [n('r'), vector(parts, 'q.scale', [0.05], []), 'q.zero'], [n('q')]),
        node('DequantizeLinear', [n('q'), 'q.scale', 'q.zero'], [n('z')]),
      );
    },
  };
  for (const [name, act] of Object.entries(spellings)) {
    const tolerance = name.includes('half') ? 2e-3 : 1e-5;
    it(name, () => expectEdited(oneLayer(act), [layerOf('m')], tolerance));
  }

  const halves: Record<string, (parts: Parts, n: (part: string) => string) => void> = {
    Split: (parts, n) =>
      push(
        parts,
        node('Split', [n('both'), integers(parts, 'halves', [width, width])], [n('gate'), n('up')], {
          axis: attr.int(-1),
        }),
      ),
    'two Slices': (parts, n) => {
      const slice = (name: string, from: number, to: number) =>
        node(
          'Slice',
          [
            n('both'),
            integers(parts, `${name}.from`, [from]),
            integers(parts, `${name}.to`, [to]),
            integers(parts, `${name}.axes`, [2]),
          ],
          [n(name)],
        );
      push(parts, slice('gate', 0, width), slice('up', width, 2 * width));
    },
    'two Slices by every other value': (parts, n) => {
      const slice = (name: string, from: number) =>
        node(
          'Slice',
          [
            n('both'),
            integers(parts, `${name}.from`, [from]),
            integers(parts, `${name}.to`, [2 * width]),
            integers(parts, `${name}.axes`, [2]),
            integers(parts, `${name}.steps`, [2]),
          ],
          [n(name)],
        );
      push(parts, slice('gate', 0), slice('up', 1));
    },
    'Reshape and two Gathers': (parts, n) => {
      parts.tensors.push(int64Tensor('first', [], [0]), int64Tensor('second', [], [1]));
      push(
        parts,
        node('Reshape', [n('both'), integers(parts, 'pair', [0, 0, 2, width])], [n('pair')]),
        node('Gather', [n('pair'), 'first'], [n('gate')], { axis: attr.int(2) }),
        node('Gather', [n('pair'), 'second'], [n('up')], { axis: attr.int(2) }),
      );
    },
  };
  for (const [name, split] of Object.entries(halves)) {
    it(`gate and up from one product by ${name}`, () => {
      const model = tinyModel((parts, stream) => {
        const n = (part: string) => `m.${part}`;
        const norm = rmsNorm(parts, stream, 'norm');
        push(parts, node('MatMul', [norm, matrix(parts, 'wboth', hidden, 2 * width)], [n('both')]));
        split(parts, n);
        push(
          parts,
          node('Sigmoid', [n('gate')], [n('s')]),
          node('Mul', [n('gate'), n('s')], [n('a')]),
          node('Mul', [n('up'), n('a')], [n('z')]),
          node('MatMul', [n('z'), matrix(parts, 'wdown', width, hidden)], [n('down')]),
          node('Add', [stream, n('down')], ['after']),
        );
        return 'after';
      });
      return expectEdited(model, [layerOf('m')]);
    });
  }
});
