import { afterAll, beforeAll, expect, it } from 'vitest';
import { batchScales, forward } from '../../../../src/inference/forward.ts';
import { emptyCache } from '../../../../src/inference/kv-cache.ts';
import { nativeRuntime } from '../../../../src/model/runtime/native.ts';
import { largestDifference } from '../../../support/differences.ts';
import { type Opened, openTiny, tinyReference } from '../../../support/models.ts';

const runtime = nativeRuntime(1);
const { input_ids: ids, logits_last, layers } = tinyReference;
const last = ids.length - 1;
let opened: Opened;

beforeAll(async () => {
  opened = await openTiny(runtime);
});
afterAll(() => opened.model.session.release());

/** CETT of the last position by the definition, from NumPy's values. */
const expectedCett = layers.flatMap(({ z, column_norms, out_norm }) =>
  z.map((value, neuron) => (Math.abs(value) * column_norms[neuron]!) / (out_norm + 1e-8)),
);

/** Reads the reference's tokens in runs of these lengths; logits and CETT of the last position. */
async function read(lengths: readonly number[]) {
  const { model, io } = opened;
  const scales = batchScales(model, [[]]);
  let cache = emptyCache(io, runtime, 1);
  let start = 0;
  let found: { logits: Float32Array; cett: Float32Array } | undefined;
  for (const length of lengths) {
    const at = [length - 1];
    const piece = ids.slice(start, start + length);
    const output = await forward(model, { ids: [piece], cache, scales, capture: at, logits: at });
    cache = output.cache;
    start += length;
    found = { logits: output.logits(0, 0).slice(), cett: output.cett(0, 0) };
  }
  expect(cache.length).toBe(ids.length);
  return found!;
}

it('has the column norms that NumPy gives', () => {
  expect(opened.model.neurons.layers.map(({ width }) => width)).toEqual([96, 96]);
  layers.forEach(({ column_norms }, layer) => {
    expect(largestDifference(opened.model.neurons.layers[layer]!.columnNorms, column_norms)).toBeLessThan(
      1e-5,
    );
  });
});

it.each([
  ['at once', [last + 1]],
  ['in pieces', [5, last - 4]],
  ['token by token', ids.map(() => 1)],
])('gives the logits and CETT of NumPy, read %s', async (_, lengths) => {
  const { logits, cett } = await read(lengths);
  expect(largestDifference(logits, logits_last)).toBeLessThan(1e-3);
  expect(largestDifference(cett, expectedCett)).toBeLessThan(1e-4);
});

it('has the z and output norms of NumPy', async () => {
  const { model, io } = opened;
  const output = await model.session.run(
    {
      input_ids: runtime.tensor('int64', BigInt64Array.from(ids, BigInt), [1, ids.length]),
      ...Object.fromEntries(
        io.inputs.map(({ name, type, values }) => {
          const { data, dims } = values({ rows: 1, tokens: ids.length, past: 0 });
          return [name, runtime.tensor(type, data, dims)];
        }),
      ),
      [model.neurons.capturePositions]: runtime.tensor('int64', BigInt64Array.from([BigInt(last)]), [1]),
      [model.neurons.logitPositions]: runtime.tensor('int64', BigInt64Array.from([0n]), [1]),
      ...batchScales(model, [[]]).feeds,
      ...Object.fromEntries(emptyCache(io, runtime, 1).tensors),
    },
    [model.neurons.activations, model.neurons.outputNorms],
  );
  const [z, outNorms] = await runtime.read([output.neuron_z!, output.neuron_out_norm!]);
  expect(
    largestDifference(
      z!,
      layers.flatMap((layer) => layer.z),
    ),
  ).toBeLessThan(1e-4);
  expect(
    largestDifference(
      outNorms!,
      layers.map(({ out_norm }) => out_norm),
    ),
  ).toBeLessThan(1e-4);
});
