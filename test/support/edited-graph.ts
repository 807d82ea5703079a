import { clone } from '@bufbuild/protobuf';
import { expect } from 'vitest';
import { valueInfo } from '../../src/graph/onnx/builders.ts';
import { instrument } from '../../src/graph/onnx/instrument.ts';
import { DataType, encodeModel, type ModelProto } from '../../src/graph/onnx/model.ts';
import { ModelProtoSchema } from '../../src/graph/onnx/onnx_pb.ts';
import { largestDifference } from './differences.ts';
import { neuronFeeds, numbers, promptFeeds } from './feeds.ts';
import { openSession } from './onnx-fixtures.ts';

/** A down projection of a graph: its node's name, and the values that it reads and makes (without bias). */
export interface Expectation {
  readonly down: string;
  readonly z: string;
  readonly out: string;
  readonly zType?: DataType;
}

/** What `mlp` of onnx-graphs makes under a name. */
export const layerOf = (name: string): Expectation => ({
  down: `${name}.down`,
  z: `${name}.z`,
  out: `${name}.down`,
});

const ids = [3, 1, 4, 1, 5];

/** L2 norms of rows of `size` values. */
function rowNorms(values: Float64Array, size: number): number[] {
  return Array.from({ length: values.length / size }, (_, row) =>
    Math.hypot(...values.subarray(row * size, (row + 1) * size)),
  );
}

/**
 * Checks the edit of a graph against the graph itself: the projections that are found; at scale 1 the same logits, z
 * and output norms; at scale 0 no output of the MLPs.
 */
export async function expectEdited(
  model: ModelProto,
  wanted: readonly Expectation[],
  tolerance = 1e-5,
): Promise<void> {
  const { model: edited, graph } = instrument(clone(ModelProtoSchema, model), []);
  expect(graph.layers.map(({ node }) => node)).toEqual(wanted.map(({ down }) => down));
  const shown = clone(ModelProtoSchema, model);
  const lossless = wanted.map(({ zType = DataType.FLOAT }) => zType);
  wanted.forEach(({ z, out }, at) => {
    for (const name of new Set([z, out])) shown.graph!.output.push(valueInfo(name, lossless[at]!, []));
  });
  for (const output of shown.graph!.output.slice(1)) {
    if (output.type?.value.case === 'tensorType') output.type.value.value.shape = undefined;
  }
  const plain = await openSession({ proto: encodeModel(shown), externalData: [] });
  const prompt = { ids, lanes: 1, headSize: 1 };
  const before = await plain.run(promptFeeds(plain, prompt));
  await plain.release();

  const session = await openSession(edited);
  const all = ids.map((_, at) => at);
  const feeds = promptFeeds(session, prompt);
  const run = (factor: number) => {
    const scales = graph.layers.map(({ width }) => new Float32Array(width).fill(factor));
    return session.run({ ...feeds, ...neuronFeeds(session, 1, scales, { capture: all, logits: all }) });
  };
  const [on, off] = [await run(1), await run(0)];
  await session.release();

  expect(largestDifference(numbers(on.logits!), numbers(before.logits!)), 'logits').toBeLessThan(tolerance);
  const z = numbers(on.neuron_z!);
  const norms = numbers(on.neuron_out_norm!);
  for (const { layer, offset, width, hidden } of graph.layers) {
    const { z: name, out } = wanted[layer]!;
    const found = all.flatMap((at) => [...z.subarray(at * graph.total + offset).subarray(0, width)]);
    expect(largestDifference(found, numbers(before[name]!)), `z of layer ${layer}`).toBeLessThan(tolerance);
    const foundNorms = all.map((at) => norms[at * graph.layers.length + layer]!);
    expect(
      largestDifference(foundNorms, rowNorms(numbers(before[out]!), hidden)),
      `output norm of layer ${layer}`,
    ).toBeLessThan(tolerance);
  }
  expect(Math.max(...numbers(off.neuron_out_norm!)), 'output norms at scale 0').toBe(0);
}
