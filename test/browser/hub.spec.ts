import { expect, type Page, test } from '@playwright/test';
import type { LoadedModel } from '../../src/engine/model-info.ts';
import type { Progress } from '../../src/lib/bytes/progress.ts';
import type { HubSource } from '../../src/model/source.ts';
import { openEnginePage } from '../support/engine-page.ts';
import { breakAfter, exportOnHub, startHub, type TestHub } from '../support/hub.ts';

const files = exportOnHub({
  'llama/optimum-external-data-2files': 'onnx/model.onnx',
  'llama/tjs-q8': 'onnx/model_quantized.onnx',
});
const damaged = new Map(files);
damaged.set('onnx/model_quantized.onnx', new Uint8Array(50_000));

let hub: TestHub;
test.beforeAll(async () => {
  hub = await startHub({ 'own/llama': { files, licence: 'mit' }, 'own/damaged': { files: damaged } });
});
test.afterAll(() => hub.close());
test.beforeEach(async ({ page }) => {
  hub.reset();
  await openEnginePage(page);
});

interface Outcome {
  readonly model?: Pick<LoadedModel, 'name' | 'architecture' | 'fromCache' | 'fingerprint' | 'notice'>;
  readonly error?: string;
  readonly progress: readonly Progress[];
}

/** Bytes of a download, told to the test by pages that were given this function. */
type Tell = { readonly tellBytes?: (done: number) => void };

function loadFromHub(page: Page, repository: string, change: Partial<HubSource> = {}): Promise<Outcome> {
  const source: HubSource = { kind: 'hub', host: hub.host, repository, ...change };
  return page.evaluate(async (wanted) => {
    const progress: Progress[] = [];
    const tell = (event: Progress) => {
      progress.push(event);
      if (event.unit === 'bytes') (window as Tell).tellBytes?.(event.done);
    };
    try {
      const { name, architecture, fromCache, fingerprint, notice } = await window.engine.call(
        'load',
        { source: wanted, device: 'wasm' },
        { onEvent: tell },
      );
      return { model: { name, architecture, fromCache, fingerprint, notice }, progress };
    } catch (error) {
      return { error: (error as Error).message, progress };
    }
  }, source);
}

const fetched = () => hub.asked.filter((path) => path.includes('/resolve/'));

test('a model of the Hub loads over a broken connection, and after a reload from the cache', async ({
  page,
}) => {
  const others = [...files].filter(([path]) => !/_data|quantized/.test(path));
  const before = others.reduce((sum, [, bytes]) => sum + bytes.byteLength, 0);
  let arrive = () => {};
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  await page.exposeFunction('tellBytes', (done: number) => done > before && arrive());
  hub.misbehave('onnx/model.onnx_data', breakAfter(100_000, arrived), 1);
  const first = await loadFromHub(page, 'own/llama', { precision: 'fp32' });
  expect(first.error).toBeUndefined();
  expect(first.model).toMatchObject({ name: 'llama', fromCache: false, notice: undefined });
  expect(fetched().filter((path) => path.endsWith('range'))).toHaveLength(1);
  const bytes = first.progress.filter(({ unit }) => unit === 'bytes');
  for (const { done, total } of bytes) expect(done).toBeLessThanOrEqual(total!);

  await openEnginePage(page);
  hub.reset();
  const second = await loadFromHub(page, 'own/llama', { precision: 'fp32' });
  expect(second.model).toMatchObject({ fingerprint: first.model!.fingerprint, fromCache: true });
  expect(fetched()).toEqual([]);

  const kept = () => page.evaluate(() => window.engine.call('kept', {}));
  const { models, usage, quota } = await kept();
  expect(models).toEqual([expect.objectContaining({ name: 'own/llama', files: 6 })]);
  expect(usage).toBeLessThan(quota!);
  await page.evaluate((key) => window.engine.call('forget', { key }), models[0]!.key);
  expect((await kept()).models).toEqual([]);
});

test('a survey tells what suits; a graph that is refused leaves the next one to load', async ({ page }) => {
  const survey = await page.evaluate((source) => window.engine.call('survey', { source, device: 'auto' }), {
    kind: 'hub',
    repository: 'own/llama',
    host: hub.host,
  } as const);
  expect(survey).toMatchObject({ licence: 'mit', format: 'onnx' });
  expect(survey.choices[survey.suggested]!.precision).toBe('q8');
  expect(survey.fits[survey.suggested]!.sentence).toMatch(/^Needs about \d+ MB of memory/);

  const refused = await loadFromHub(page, 'own/damaged');
  expect(refused.error).toMatch(/not a whole ONNX file|refused the model/);
  expect((await loadFromHub(page, 'own/llama')).model).toMatchObject({ name: 'llama' });
});
