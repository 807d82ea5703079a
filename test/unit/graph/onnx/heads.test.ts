import { describe, expect, it } from 'vitest';
import { attr, node, rawTensor } from '../../../../src/graph/onnx/builders.ts';
import { instrument } from '../../../../src/graph/onnx/instrument.ts';
import { DataType } from '../../../../src/graph/onnx/model.ts';
import { largestDifference } from '../../../support/differences.ts';
import { expectEdited } from '../../../support/edited-graph.ts';
import { neuronFeeds, numbers, promptFeeds } from '../../../support/feeds.ts';
import { openSession } from '../../../support/onnx-fixtures.ts';
import {
  codes,
  type Parts,
  plainLayer,
  push,
  sizes,
  tinyModel,
  vector,
} from '../../../support/onnx-graphs.ts';

const { hidden } = sizes;
const contrib = { domain: 'com.microsoft' };

describe('heads that round their input by the range of all positions', () => {
  /** A model whose head is written by `spell`, from the normed stream to the logits. */
  function withHead(spell: (parts: Parts) => void) {
    const model = tinyModel((parts, stream) => plainLayer(parts, stream, 0));
    const graph = model.graph!;
    graph.node.splice(-1, 1);
    const parts: Parts = { nodes: graph.node, tensors: graph.initializer };
    parts.tensors.push(
      rawTensor('h.q', DataType.UINT8, [hidden, sizes.vocabulary], codes(hidden * sizes.vocabulary)),
      rawTensor('h.zero', DataType.UINT8, [], Uint8Array.of(128)),
    );
    vector(parts, 'h.scale', [0.01], []);
    spell(parts);
    return model;
  }

  const heads: Record<string, (parts: Parts) => void> = {
    'MatMulInteger behind DynamicQuantizeLinear': (parts) =>
      push(
        parts,
        node('DynamicQuantizeLinear', ['final'], ['f.q', 'f.scale', 'f.zero']),
        node('MatMulInteger', ['f.q', 'h.q', 'f.zero', 'h.zero'], ['int']),
        node('Cast', ['int'], ['float'], { to: attr.int(DataType.FLOAT) }),
        node('Mul', ['f.scale', 'h.scale'], ['scales']),
        node('Mul', ['float', 'scales'], ['logits']),
      ),
    'DynamicQuantizeMatMul alone': (parts) =>
      push(
        parts,
        node('DynamicQuantizeMatMul', ['final', 'h.q', 'h.scale', 'h.zero'], ['logits'], {}, contrib),
      ),
  };
  for (const [name, spell] of Object.entries(heads)) {
    it(`${name}: the logits of one position are those among all`, async () => {
      const model = withHead(spell);
      await expectEdited(model, [{ down: 'l0.down', z: 'l0.z', out: 'l0.down' }]);
      const { model: edited, graph } = instrument(model, []);
      const session = await openSession(edited);
      const ids = [3, 1, 4, 1, 5, 9];
      const scales = graph.layers.map((layer) => new Float32Array(layer.width).fill(1));
      const logits = async (positions: number[]) => {
        const feeds = neuronFeeds(session, 1, scales, { capture: [0], logits: positions });
        return numbers(
          (await session.run({ ...promptFeeds(session, { ids, lanes: 1, headSize: 1 }), ...feeds })).logits!,
        );
      };
      const all = await logits([0, 1, 2, 3, 4, 5]);
      expect(
        largestDifference(await logits([2]), all.subarray(2 * sizes.vocabulary, 3 * sizes.vocabulary)),
      ).toBe(0);
      await session.release();
    });
  }
});
