import { expect, test } from '@playwright/test';
import { load, openEnginePage, tinyModel } from '../support/engine-page.ts';
import { tinyQuestions } from '../support/study-runs.ts';

test('a run on WebGPU keeps its questions with features', async ({ page }) => {
  await openEnginePage(page);
  const model = await load(page, tinyModel, 'webgpu');
  expect(model.device.kind).toBe('webgpu');
  const settings = {
    samples: 1,
    agree: 1,
    temperature: 1.5,
    topK: 0,
    topP: 1,
    maxTokens: 24,
    seed: 1,
    instruction: '',
  };
  const { out, records, size } = await page.evaluate(
    async (start) => {
      const out = await window.engine.call('identify', { run: 'a', start });
      const { records } = await window.study.call('records', { run: 'a' });
      const { files } = await window.study.call('exportRun', { run: 'a' });
      return { out, records, size: files.find(({ name }) => name === 'features.f16')!.blob.size };
    },
    { set: tinyQuestions, settings },
  );
  expect(out).toMatchObject({ done: 9, total: 9, counts: { skipped: 1 } });
  expect(records).toHaveLength(9);
  const rows = records.filter(({ row }) => row !== undefined).length;
  expect(rows).toBeGreaterThan(0);
  const vectors = 6;
  const bytesPerValue = 2;
  expect(size).toBe(rows * vectors * model.layout.total * bytesPerValue);
});
