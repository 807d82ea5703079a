import { expect, type Page, test } from '@playwright/test';
import type { GenerateIn } from '../../src/engine/answer-events.ts';
import { relativeDifference } from '../support/differences.ts';
import { answer, defaultModel, load, openEnginePage, tinyModel } from '../support/engine-page.ts';
import { answerOf, lane, listedCett, smolReference, tinyReference } from '../support/models.ts';

test.beforeEach(async ({ page }) => {
  await openEnginePage(page);
});

const tinyInput = (maxTokens: number): GenerateIn => ({
  prompt: { kind: 'ids', ids: tinyReference.input_ids },
  lanes: [lane()],
  maxTokens,
  watched: [],
  bins: 16,
});

/** Loads bytes that are no model as a file from disk; resolves to the refusal. */
function loadGarbage(page: Page): Promise<{ code: string; message: string }> {
  return page.evaluate(async () => {
    const file = new File([new Uint8Array(100_000).fill(71)], 'holiday.gguf');
    try {
      await window.engine.call('load', {
        source: { kind: 'files', files: [{ path: file.name, file }] },
        device: 'wasm',
      });
      return { code: 'none', message: 'it was loaded' };
    } catch (error) {
      const { code, message } = error as { code: string; message: string };
      return { code, message };
    }
  });
}

test('the default model on WebAssembly has the reference values', async ({ page }) => {
  const model = await load(page, defaultModel, 'wasm');
  expect(model.device.kind).toBe('wasm');
  expect(model.precision).toBe('float32');
  expect(model.fromCache).toBe(false);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);

  const { input_ids: ids, plain, scaled } = smolReference.prompts[0]!;
  const last = ids.length - 1;
  const { out, tokens, cett } = await answer(page, {
    ids,
    lanes: [lane(), lane(smolReference.scale)],
    maxTokens: 12,
    positions: [last],
  });
  for (const [row, expected] of [plain, scaled].entries()) {
    expect(out.lanes[row]!.ids).toEqual(answerOf(expected.greedy_ids, new Set([2])));
    const top = tokens.find((token) => token.lane === row && token.index === 0)!.top.slice(0, 5);
    expect(top.map(({ id }) => id)).toEqual(expected.top5.map(({ id }) => id));
    for (const [at, { logprob }] of top.entries()) {
      expect(Math.abs(logprob - expected.top5[at]!.logprob)).toBeLessThan(1e-3);
    }
    const pairs = listedCett(model.layout, Float32Array.from(cett[row]![0]!), expected.layers);
    expect(pairs).toHaveLength(40);
    // Kept in half precision, whose step is up to 2^-11 of a value.
    expect(relativeDifference(pairs)).toBeLessThan(1e-3);
  }

  const again = await load(page, defaultModel, 'wasm');
  expect(again.fromCache).toBe(true);
  expect(again.meanCett).toEqual(model.meanCett);
});

test('a failed load leaves the worker able to load and answer', async ({ page }) => {
  expect(await loadGarbage(page)).toEqual({
    code: 'unsupported-model',
    message: expect.stringContaining('holiday.gguf is no GGUF file'),
  });
  const missing = load(page, '../models/missing.gguf', 'wasm');
  await expect(missing).rejects.toThrow(/gives out no public model file .* \(404\)/);
  expect(await load(page, tinyModel, 'wasm')).toMatchObject({
    architecture: 'llama',
    layout: { total: 192 },
  });
  const { out } = await answer(page, {
    ids: tinyReference.input_ids,
    lanes: [lane()],
    maxTokens: 3,
    positions: [],
  });
  expect(out.lanes[0]!.ids).toHaveLength(3);
  expect(await loadGarbage(page)).toMatchObject({ code: 'unsupported-model' });
});

test('an answer that is cancelled in its midst ends, and the next one comes', async ({ page }) => {
  await load(page, tinyModel, 'wasm');
  const { code, tokens, next } = await page.evaluate(
    async ([long, short]) => {
      const controller = new AbortController();
      let tokens = 0;
      const code = await window.engine
        .call('generate', long, {
          signal: controller.signal,
          onEvent(event) {
            if (event.type === 'token' && ++tokens === 5) controller.abort();
          },
        })
        .then(
          () => 'it ended by itself',
          (error) => error.code,
        );
      return { code, tokens, next: await window.engine.call('generate', short) };
    },
    [tinyInput(240), tinyInput(4)] as const,
  );
  expect(code).toBe('cancelled');
  expect(tokens).toBeLessThan(240);
  expect(next.lanes[0]).toMatchObject({ finish: 'length' });
});

test('of 20 requests in a row only the newest is answered', async ({ page }) => {
  await load(page, tinyModel, 'wasm');
  const outcomes = await page.evaluate(async (input) => {
    const calls = [];
    for (let i = 0; i < 20; i++) {
      const call = window.engine.call('generate', { ...input, maxTokens: 200 + i });
      calls.push(
        call.then(
          ({ lanes }) => lanes[0]!.ids.length,
          (error) => error.code as string,
        ),
      );
      // One a frame, as a slider sends them.
      await new Promise(requestAnimationFrame);
    }
    return Promise.all(calls);
  }, tinyInput(1));
  expect(outcomes.at(-1)).toBe(219);
  expect(outcomes.slice(0, -1).filter((outcome) => outcome !== 'cancelled').length).toBeLessThan(5);
});
