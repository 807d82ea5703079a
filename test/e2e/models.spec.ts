import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, expect, type Page, test } from '@playwright/test';
import { presentRendererMemory } from '../../bench/machine.ts';
import { seriousFaults } from '../support/axe.ts';
import { chooser, loaded, openChooser } from '../support/models-page.ts';
import { answered, answerOf, collectErrors, holdModel, openRecorded } from '../support/page.ts';

const fixtures = fileURLToPath(new URL('../fixtures/', import.meta.url));
const tinyGguf = join(fixtures, 'gguf/tiny-llama.gguf');
const qwenGguf = join(fixtures, 'gguf/qwen2.gguf');

let folder = '';

/** The folder of a tiny ONNX export, with the tokenizer that all of them share. */
function exportFolder(): string {
  const target = join(folder, 'tiny-llama-onnx');
  const files: readonly [from: string, to: string][] = [
    ['onnx/llama/config.json', 'config.json'],
    ['onnx/tokenizer.json', 'tokenizer.json'],
    ['onnx/tokenizer_config.json', 'tokenizer_config.json'],
    ['onnx/llama/tjs-q8/model.onnx', 'onnx/model_quantized.onnx'],
  ];
  for (const [from, to] of files) {
    mkdirSync(dirname(join(target, to)), { recursive: true });
    copyFileSync(join(fixtures, from), join(target, to));
  }
  return target;
}

test.beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'models-'));
});
test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

const question = (page: Page) => page.getByRole('textbox', { name: 'Question' });
const base = (page: Page) => page.getByRole('textbox', { name: 'Text to continue' });

/** Chooses files, or one folder, of the disk. */
async function choose(page: Page, button: string, paths: string | string[]): Promise<void> {
  await openChooser(page, 'From disk');
  const picker = page.waitForEvent('filechooser');
  await chooser(page).getByRole('button', { name: button }).click();
  await (await picker).setFiles(paths);
  await expect(chooser(page)).toBeHidden();
}

/** Lets go of files over the page. */
async function drop(page: Page, files: readonly { name: string; content: string }[]): Promise<void> {
  await page.evaluate((all) => {
    const data = new DataTransfer();
    for (const { name, content } of all)
      data.items.add(new File([Uint8Array.from(atob(content), (c) => c.charCodeAt(0))], name));
    for (const type of ['dragover', 'drop'])
      document.body.dispatchEvent(
        new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }),
      );
  }, files);
}

const engines = (page: Page) => page.workers().filter((worker) => /engine\.worker/.test(worker.url()));

/** What the page and its workers hold behind a collection, MB; 0 on systems that do not tell. */
async function memory(browser: Browser, page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  await session.detach();
  return (await presentRendererMemory(browser)) ?? 0;
}

test('the catalogue is sorted, filtered and chosen from by keys, and nothing is fetched unasked', async ({
  page,
}) => {
  const asked: string[] = [];
  await page.route('https://huggingface.co/**', (route) => {
    asked.push(route.request().url());
    return route.abort();
  });
  await openRecorded(page);
  await openChooser(page);
  const rows = chooser(page).getByRole('row');
  const names = async () => (await rows.allInnerTexts()).slice(1).map((row) => row.split('\t')[0]);
  const all = await names();
  expect(all.length).toBeGreaterThanOrEqual(12);
  await chooser(page).getByRole('columnheader', { name: 'Parameters' }).click();
  await expect(chooser(page).getByRole('columnheader', { name: 'Parameters' })).toHaveAttribute(
    'aria-sort',
    'descending',
  );
  expect(await names()).toEqual([...all].reverse());
  await chooser(page).getByRole('radio', { name: 'Base' }).press('Space');
  await chooser(page).getByRole('searchbox', { name: 'Find' }).fill('smollm2');
  await expect(rows).toHaveCount(4);
  await expect(chooser(page).getByRole('status').first()).toContainText('3 of');

  // A row that has the focus is not chosen by that.
  await rows.nth(1).focus();
  await page.keyboard.press('ArrowDown');
  await expect(rows.nth(2)).toBeFocused();
  await expect(chooser(page).getByRole('region', { name: 'Chosen model' })).toContainText('Choose a model');
  expect(asked).toEqual([]);

  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  const chosen = chooser(page).getByRole('region', { name: 'Chosen model' });
  await expect(chosen.getByRole('heading')).toHaveText('SmolLM2 1.7B');
  await expect(chosen.getByRole('alert')).toContainText('huggingface.co could not be reached');
  expect(asked.filter((url) => /\.(onnx|gguf|safetensors)/.test(url))).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(chooser(page)).toBeHidden();
});

test('a narrow screen shows of the chosen model what its list leaves out', async ({ page }) => {
  await page.setViewportSize({ width: 400, height: 640 });
  await page.route('https://huggingface.co/**', (route) => route.abort());
  await openRecorded(page);
  await openChooser(page);
  const rows = chooser(page).getByRole('row');
  await expect(rows.nth(1).getByText('MIT')).toBeHidden();
  await rows.filter({ hasText: 'GPT-2' }).click();
  const chosen = chooser(page).getByRole('region', { name: 'Chosen model' });
  await expect(chosen.getByRole('heading')).toBeInViewport();
  await expect(chosen.getByRole('definition')).toHaveText(['12 × 3,072', '120 MB q8', '1.5 GB', 'MIT']);
  await page.setViewportSize({ width: 1200, height: 800 });
  await expect(rows.nth(1).getByText('MIT')).toBeVisible();
  await expect(chosen.getByRole('definition').first()).toBeHidden();
});

for (const scheme of ['light', 'dark'] as const) {
  test(`axe finds no serious fault in any part of the dialog in ${scheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    await page.route('https://huggingface.co/**', (route) => route.abort());
    await openRecorded(page);
    await openChooser(page);
    const size = await chooser(page).boundingBox();
    for (const part of ['Any repository', 'From disk', 'Kept here', 'Catalogue']) {
      await chooser(page).getByRole('tab', { name: part }).click();
      if (part === 'Catalogue') {
        await chooser(page)
          .getByRole('row', { name: /Qwen3 0.6B/ })
          .click();
        await expect(chooser(page).getByRole('alert')).toBeVisible();
      }
      expect(await seriousFaults(page), part).toEqual([]);
      expect(await chooser(page).boundingBox(), part).toEqual(size);
    }
  });
}

test('models from disk take each other’s place: what was typed stays, workers and memory do not grow', async ({
  page,
  browser,
}) => {
  const errors = collectErrors(page);
  await holdModel(page);
  await page.goto('./');
  await choose(page, 'Choose files…', tinyGguf);
  await loaded(page, 'tiny-llama');
  await answered(page);
  await question(page).fill('Why is the sky blue?');
  await page.getByRole('slider', { name: 'Scale', exact: true }).fill('2');
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await answered(page);
  let before = 0;
  const models = [
    ['Choose a folder…', exportFolder(), 'tiny-llama-onnx', '1'],
    // A model that comes back has the scales that it was left with.
    ['Choose files…', tinyGguf, 'tiny-llama', '2'],
  ] as const;
  for (let i = 0; i < 5; i++) {
    const [button, path, name, scale] = models[i % 2]!;
    await choose(page, button, path);
    await loaded(page, name);
    await answered(page);
    await expect.poll(() => engines(page).length).toBe(1);
    await expect(page.getByRole('slider', { name: 'Scale', exact: true })).toHaveValue(scale);
    await expect(question(page)).toHaveValue('Why is the sky blue?');
    before ||= await memory(browser, page);
  }
  // A worker with ONNX Runtime takes more than 40 MB: five that stay would be 200.
  await expect.poll(() => memory(browser, page)).toBeLessThan(before + 60);
  expect(errors).toEqual([]);
});

test('a file dropped anywhere is opened; one that is no model leaves the model before at work', async ({
  page,
}) => {
  await holdModel(page);
  await page.goto('./');
  const content = readFileSync(qwenGguf).toString('base64');
  await drop(page, [{ name: 'dropped.gguf', content }]);
  await loaded(page, 'dropped');
  await answered(page);
  const chat = page.getByRole('radiogroup', { name: 'Prompt' }).getByRole('radio', { name: 'Chat' });
  await expect(chat).toBeDisabled();
  await expect(page.getByText('This is a base model without a chat template')).toBeVisible();
  const answer = await answerOf(page, 'Unsteered').textContent();

  await drop(page, [{ name: 'broken.gguf', content: Buffer.alloc(5000, 7).toString('base64') }]);
  await expect(page.getByRole('alert').filter({ hasText: 'broken' })).toBeVisible();
  await expect(page.getByText('dropped is still loaded and answers.')).toBeVisible();
  await loaded(page, 'dropped');
  await expect(answerOf(page, 'Unsteered')).toHaveText(answer!);
  await base(page).fill('Hello');
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await answered(page);
  await page.getByRole('button', { name: 'Close' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'broken' })).toBeHidden();

  await drop(page, [
    { name: 'a.txt', content: '' },
    { name: 'b.txt', content: '' },
  ]);
  const notice = page.getByRole('status', { name: 'Notice' });
  await expect(notice).toContainText('no model among these 2 files');
  for (const [name, content, sentence] of [
    ['notes.txt', 'hello', 'A text is opened as a list of neurons; a model is a .gguf file, or a folder.'],
    ['model.safetensors', 'abc', 'model.safetensors holds weights for Python; choose a GGUF file'],
    ['model.zip', 'PK', 'This page cannot open model.zip'],
  ] as const) {
    await drop(page, [{ name, content: Buffer.from(content).toString('base64') }]);
    await expect(notice).toContainText(sentence);
    await loaded(page, 'dropped');
  }
  const cut = readFileSync(tinyGguf).subarray(0, -5000);
  for (const [name, bytes, sentence] of [
    ['empty.gguf', Buffer.alloc(0), 'empty.gguf is empty; download the file again.'],
    ['cut.gguf', cut, 'cut.gguf is truncated or damaged'],
  ] as const) {
    await drop(page, [{ name, content: bytes.toString('base64') }]);
    await expect(page.getByRole('alert').filter({ hasText: sentence })).toBeVisible();
    await loaded(page, 'dropped');
  }
});

test('loading can be stopped, and the model before answers on', async ({ page }) => {
  await holdModel(page);
  await page.goto('./');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'Loading was stopped.' })).toBeVisible();
  await choose(page, 'Choose files…', tinyGguf);
  await loaded(page, 'tiny-llama');
  await openChooser(page);
  await chooser(page)
    .getByRole('button', { name: /Back to SmolLM2-135M-Instruct/ })
    .click();
  await expect(page.getByRole('progressbar', { name: 'Loading the model' })).toBeVisible();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await loaded(page, 'tiny-llama');
  await expect.poll(() => engines(page).length).toBe(1);
});

test('a second tab asks before it holds a model, too, and loads by itself once the first is closed', async ({
  page,
  context,
}) => {
  await holdModel(page);
  await page.goto('./');
  await choose(page, 'Choose files…', tinyGguf);
  await loaded(page, 'tiny-llama');

  const second = await context.newPage();
  await holdModel(second);
  await second.goto('./');
  const warning = second.getByRole('alert').filter({ hasText: 'Another tab of this page holds a model' });
  await expect(warning).toBeVisible();
  await expect(second.getByRole('progressbar', { name: 'Loading the model' })).toBeHidden();
  await second.getByRole('button', { name: 'Load it here, too' }).click();
  await expect(warning).toBeHidden();
  await expect(second.getByRole('progressbar', { name: 'Loading the model' })).toBeVisible();
  await choose(second, 'Choose files…', qwenGguf);
  await loaded(second, 'qwen2');

  const third = await context.newPage();
  await holdModel(third);
  await third.goto('./');
  const other = third.getByRole('alert').filter({ hasText: 'Another tab of this page holds a model' });
  await expect(other).toBeVisible();
  await second.close();
  await page.close();
  await expect(other).toBeHidden();
  await expect(third.getByRole('progressbar', { name: 'Loading the model' })).toBeVisible();
});
