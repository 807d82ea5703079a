import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';
import { generate } from '../../src/inference/generate.ts';
import { nativeRuntime } from '../../src/model/runtime/native.ts';
import { largestDifference } from '../support/differences.ts';
import { answer, load, openEnginePage } from '../support/engine-page.ts';
import { lane, recorder } from '../support/models.ts';
import { familyReferences, openFamily, tinyFamilies } from '../support/tiny-families.ts';

const TOLERANCE = 1e-3;
const lanes = [lane(), lane([{ layer: 1, neuron: 9, factor: 3 }])];
const maxTokens = 12;

test.beforeEach(async ({ page }) => {
  await page.route('**/engine/*.gguf', (route) => {
    const name = new URL(route.request().url()).pathname.split('/').pop();
    const path = fileURLToPath(new URL(`../fixtures/gguf/${name}`, import.meta.url));
    return route.fulfill({ path, contentType: 'application/octet-stream' });
  });
  await openEnginePage(page);
});

for (const name of tinyFamilies) {
  test(`${name} has the values of the CPU, the prompt longer than a window`, async ({ page }) => {
    const ids = familyReferences[name].input_ids;
    const positions = [3, ids.length - 1, ids.length];
    // What ONNX Runtime's CPU build computes from the same 8-bit weights.
    const { model } = await openFamily(name, { ...nativeRuntime(1), kind: 'webgpu' });
    const { tokens, cett, listener } = recorder(lanes.length);
    const expected = await generate(model, { promptIds: ids, lanes, maxTokens }, listener);
    await model.session.release();

    const loaded = await load(page, `${name}.gguf`, 'webgpu');
    expect(loaded.device, loaded.device.why).toMatchObject({ kind: 'webgpu' });
    const found = await answer(page, { ids, lanes, maxTokens, positions });
    expect(found.out.lanes.map((each) => each.ids)).toEqual(expected.lanes.map((each) => each.ids));
    for (const row of lanes.keys()) {
      for (const [at, position] of positions.entries())
        expect(largestDifference(found.cett[row]![at]!, cett[row]![position]!)).toBeLessThan(TOLERANCE);
    }
    for (const { lane: row, index, top } of tokens.flat()) {
      const token = found.tokens.find((each) => each.lane === row && each.index === index);
      const [own, wanted] = [token?.top ?? [], top].map((list) => list.map(({ logprob }) => logprob));
      expect(largestDifference(own!, wanted!)).toBeLessThan(TOLERANCE);
    }
  });
}
