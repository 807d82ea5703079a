import { expect, type Page, test } from '@playwright/test';
import { generate } from '../../src/inference/generate.ts';
import type { Lane } from '../../src/inference/types.ts';
import { nativeRuntime } from '../../src/model/runtime/native.ts';
import { largestDifference, relativeDifference } from '../support/differences.ts';
import { answer, defaultModel, load, openEnginePage, tinyModel } from '../support/engine-page.ts';
import { lane, listedCett, openTiny, recorder, smolReference, tinyReference } from '../support/models.ts';

test.beforeEach(async ({ page }) => {
  await openEnginePage(page);
});

const steered = [
  { layer: 0, neuron: 22, factor: 3 },
  { layer: 1, neuron: 9, factor: 0 },
];

/** What ONNX Runtime's CPU build computes from the same 8-bit weights, in the shape of an answer in the page. */
async function onCpu(request: { ids: readonly number[]; lanes: readonly Lane[]; maxTokens: number }) {
  const { model } = await openTiny({ ...nativeRuntime(1), kind: 'webgpu' });
  const { tokens, cett, listener } = recorder(request.lanes.length);
  const out = await generate(model, { promptIds: request.ids, ...request }, listener);
  await model.session.release();
  return { out, tokens: tokens.flat(), cett };
}

function largest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return largestDifference(a, b);
}

/** Expects the tokens of an answer, their candidates, and CETT at some positions to be those of the CPU. */
async function expectCpuValues(page: Page, request: Parameters<typeof answer>[1]): Promise<void> {
  const found = await answer(page, request);
  const expected = await onCpu(request);
  expect(found.out.lanes.map(({ ids }) => ids)).toEqual(expected.out.lanes.map(({ ids }) => ids));
  for (const row of request.lanes.keys()) {
    for (const [at, position] of request.positions.entries()) {
      expect(largest(found.cett[row]![at]!, expected.cett[row]![position]!)).toBeLessThan(1e-3);
    }
  }
  for (const { lane: row, index, top } of expected.tokens) {
    const token = found.tokens.find((each) => each.lane === row && each.index === index);
    const logprobs = [token?.top ?? [], top].map((list) => list.map(({ logprob }) => logprob));
    expect(largest(logprobs[0]!, logprobs[1]!)).toBeLessThan(1e-3);
  }
}

async function onWebGpu(page: Page, path: string) {
  const model = await load(page, path, 'webgpu');
  expect(model.device, model.device.why).toMatchObject({ kind: 'webgpu' });
  expect(model.precision).toBe('8-bit blocks of 32');
  return model;
}

test('the tiny model has the values of NumPy as far as 8 bits go', async ({ page }) => {
  const ids = tinyReference.input_ids;
  const last = ids.length - 1;
  await onWebGpu(page, tinyModel);
  const { out, cett } = await answer(page, { ids, lanes: [lane()], maxTokens: 1, positions: [last] });
  const expected = tinyReference.layers.flatMap(({ z, column_norms, out_norm }) =>
    z.map((value, neuron) => (Math.abs(value) * column_norms[neuron]!) / out_norm),
  );
  expect(largest(cett[0]![0]!, expected)).toBeLessThan(0.02);
  const { logits_last } = tinyReference;
  expect(out.lanes[0]!.ids).toEqual([logits_last.indexOf(Math.max(...logits_last))]);
});

test('lanes with their own scales are what each is alone', async ({ page }) => {
  await onWebGpu(page, tinyModel);
  const ids = tinyReference.input_ids;
  const lanes: Lane[] = [lane(), lane(steered), lane(steered, { scope: 'answer' })];
  const request = { ids, maxTokens: 4, positions: [0, ids.length - 1, ids.length + 2] };
  const together = await answer(page, { ...request, lanes });
  for (const [row, one] of lanes.entries()) {
    const alone = await answer(page, { ...request, lanes: [one] });
    expect(together.out.lanes[row]!.ids).toEqual(alone.out.lanes[0]!.ids);
    for (const [at, values] of alone.cett[0]!.entries()) {
      expect(largest(together.cett[row]![at]!, values)).toBeLessThan(1e-3);
    }
  }
  const last = together.cett.map((values) => values[1]!);
  expect(largest(last[1]!, last[0]!)).toBeGreaterThan(0.1);
  expect(largest(last[2]!, last[0]!)).toBeLessThan(1e-3);
  await expectCpuValues(page, { ...request, lanes });
});

/**
 * ONNX Runtime's attention for more than 32 positions reads wrong values where subgroups are as narrow as those of the
 * software adapter, which is why they are not asked for there.
 */
test('a prompt of 40 tokens is read as on the CPU', async ({ page }) => {
  const ids = Array.from({ length: 40 }, (_, at) => 3 + ((at * 37) % 290));
  await onWebGpu(page, tinyModel);
  const lanes = [lane(), lane(steered)];
  await expectCpuValues(page, { ids, lanes, maxTokens: 3, positions: [0, 20, 33, 39, 41] });
});

test('the default model agrees with the reference', async ({ page }) => {
  const model = await onWebGpu(page, defaultModel);
  for (const { prompt, input_ids: ids, plain, scaled } of smolReference.prompts) {
    const lanes = [lane(), lane(smolReference.scale)];
    const { out, tokens, cett } = await answer(page, {
      ids,
      lanes,
      maxTokens: 1,
      positions: [ids.length - 1],
    });
    for (const [row, reference] of [plain, scaled].entries()) {
      const what = `${prompt} (lane ${row})`;
      expect(out.lanes[row]!.ids[0], what).toBe(reference.greedy_ids[0]);
      const { top } = tokens.filter((token) => token.lane === row)[0]!;
      for (const { id, logprob } of reference.top5) {
        const found = top.find((candidate) => candidate.id === id);
        expect(Math.abs((found?.logprob ?? 0) - logprob), what).toBeLessThan(0.15);
      }
      const pairs = listedCett(model.layout, Float32Array.from(cett[row]![0]!), reference.layers);
      expect(relativeDifference(pairs), what).toBeLessThan(0.03);
    }
  }
});
