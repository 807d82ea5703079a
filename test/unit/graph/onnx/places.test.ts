import { describe, expect, it } from 'vitest';
import { attr, floatTensor, node, valueInfo } from '../../../../src/graph/onnx/builders.ts';
import { findDownProjections } from '../../../../src/graph/onnx/down-projections.ts';
import { DataType } from '../../../../src/graph/onnx/model.ts';
import { expectEdited, layerOf } from '../../../support/edited-graph.ts';
import {
  matrix,
  mlp,
  type Parts,
  plainLayer,
  push,
  rmsNorm,
  sizes,
  tinyModel,
  vector,
  weights,
} from '../../../support/onnx-graphs.ts';

const { hidden, width } = sizes;
const contrib = { domain: 'com.microsoft' };

/** One head of attention whose output projection reads as many values as the MLP has neurons. */
function attention(parts: Parts, input: string, name: string): string {
  const n = (part: string) => `${name}.${part}`;
  push(
    parts,
    node('MatMul', [input, matrix(parts, n('wq'), hidden, width)], [n('q')]),
    node('MatMul', [input, matrix(parts, n('wk'), hidden, width)], [n('k')]),
    node('MatMul', [input, matrix(parts, n('wv'), hidden, width)], [n('v')]),
    node('Transpose', [n('k')], [n('kt')], { perm: attr.ints([0, 2, 1]) }),
    node('MatMul', [n('q'), n('kt')], [n('scores')]),
    node('Softmax', [n('scores')], [n('shares')], { axis: attr.int(-1) }),
    node('MatMul', [n('shares'), n('v')], [n('mixed')]),
    node('MatMul', [n('mixed'), matrix(parts, n('wo'), width, hidden)], [n('o')]),
  );
  return n('o');
}

describe('where the MLP stands', () => {
  const relu = (parts: Parts) => (up: string, n: (part: string) => string) =>
    push(parts, node('Relu', [up], [n('z')]));

  it('beside the attention, as in Phi, Falcon, Cohere and GPT-NeoX', async () => {
    const model = tinyModel((parts, stream) => {
      let last = stream;
      for (const layer of [0, 1, 2]) {
        const norm = rmsNorm(parts, last, `norm${layer}`);
        const mixed = attention(parts, norm, `a${layer}`);
        const own = layer === 1 ? rmsNorm(parts, last, 'second.norm') : norm;
        const down = mlp(parts, own, `m${layer}`, relu(parts));
        push(
          parts,
          node('Add', [down, mixed], [`both${layer}`]),
          node('Add', [`both${layer}`, last], [`stream${layer}`]),
        );
        last = `stream${layer}`;
      }
      return last;
    });
    await expectEdited(model, [layerOf('m0'), layerOf('m1'), layerOf('m2')]);
  });

  it('behind an attention as wide as the MLP, with fused residuals and layers of other widths', async () => {
    const model = tinyModel((parts, stream) => {
      let last = stream;
      let norm = rmsNorm(parts, stream, 'norm');
      for (const [layer, size] of [width, 2 * width, 5].entries()) {
        const skip = (input: string, name: string) => {
          const ones = vector(parts, `${name}.weight`, new Float32Array(hidden).fill(1));
          push(
            parts,
            node(
              'SkipSimplifiedLayerNormalization',
              [last, input, ones],
              [name, '', '', `${name}.sum`],
              {},
              contrib,
            ),
          );
          last = `${name}.sum`;
          return name;
        };
        norm = skip(attention(parts, norm, `a${layer}`), `after${layer}`);
        norm = skip(mlp(parts, norm, `m${layer}`, relu(parts), size), `next${layer}`);
      }
      return norm;
    });
    expect(findDownProjections(model).map(({ width: size }) => size)).toEqual([width, 2 * width, 5]);
    await expectEdited(model, [layerOf('m0'), layerOf('m1'), layerOf('m2')]);
  });

  it('between norms before and behind, without a norm before the attention', async () => {
    const model = tinyModel((parts, stream) => {
      const mixed = rmsNorm(parts, attention(parts, stream, 'a'), 'mixed');
      push(parts, node('Add', [stream, mixed], ['between']));
      const down = rmsNorm(parts, mlp(parts, 'between', 'm', relu(parts)), 'normed');
      push(parts, node('Add', ['between', down], ['after']));
      return rmsNorm(parts, attention(parts, 'after', 'b'), 'last');
    });
    await expectEdited(model, [layerOf('m')]);
  });

  it('before a head that shares the embedding and is as wide as the MLP', async () => {
    const model = tinyModel((parts, stream) => plainLayer(parts, stream, 0));
    const { node: nodes, initializer } = model.graph!;
    const table = initializer.find(({ name }) => name === 'embedding')!;
    initializer.splice(
      initializer.indexOf(table),
      1,
      floatTensor('embedding', [width, hidden], weights(24, 2)),
    );
    nodes.splice(-1, 1, node('Transpose', ['embedding'], ['tied'], { perm: attr.ints([1, 0]) }));
    nodes.push(node('MatMul', ['final', 'tied'], ['logits']));
    model.graph!.output = [valueInfo('logits', DataType.FLOAT, ['batch', 'length', width])];
    await expectEdited(model, [{ down: 'l0.down', z: 'l0.z', out: 'l0.down' }]);
  });
});
