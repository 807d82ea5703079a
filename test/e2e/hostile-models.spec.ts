import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, type Page, test } from '@playwright/test';
import { readGguf } from '../../src/graph/gguf/file.ts';
import { bytesSource } from '../../src/lib/bytes/source.ts';
import { rewriteGguf } from '../support/gguf-rewrite.ts';
import { chooser, loaded, openChooser } from '../support/models-page.ts';
import { answered, collectErrors, holdModel } from '../support/page.ts';

const fixtures = fileURLToPath(new URL('../fixtures/', import.meta.url));

let folder = '';
test.beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hostile-'));
});
test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The folder of a tiny export whose tokenizer.json is changed. */
function exportWith(name: string, change: Record<string, unknown>): string {
  const target = join(folder, name);
  const read = (path: string) => readFileSync(join(fixtures, path));
  const tokenizer = JSON.parse(read('onnx/tokenizer.json').toString()) as object;
  const files: readonly [string, Buffer | string][] = [
    ['config.json', read('onnx/llama/config.json')],
    ['tokenizer.json', JSON.stringify({ ...tokenizer, ...change })],
    ['tokenizer_config.json', read('onnx/tokenizer_config.json')],
    ['onnx/model_quantized.onnx', read('onnx/llama/tjs-q8/model.onnx')],
  ];
  for (const [path, content] of files) {
    mkdirSync(dirname(join(target, path)), { recursive: true });
    writeFileSync(join(target, path), content);
  }
  return target;
}

async function choose(page: Page, button: string, path: string): Promise<void> {
  await openChooser(page, 'From disk');
  const picker = page.waitForEvent('filechooser');
  await chooser(page).getByRole('button', { name: button }).click();
  await (await picker).setFiles(path);
  await expect(chooser(page)).toBeHidden();
}

test('a tokenizer whose pattern never ends is ended with a sentence, and the model answers other texts', async ({
  page,
}) => {
  const errors = collectErrors(page);
  await holdModel(page);
  await page.goto('./');
  const bytes = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false };
  const split = { type: 'Split', pattern: { Regex: '(a+)+$|\\s' }, behavior: 'Isolated', invert: false };
  const pretokenizers = [split, bytes];
  await choose(
    page,
    'Choose a folder…',
    exportWith('endless', { pre_tokenizer: { type: 'Sequence', pretokenizers } }),
  );
  await loaded(page, 'endless');
  await answered(page);
  const question = page.getByRole('textbox', { name: 'Question' });
  const run = page.getByRole('button', { name: 'Run', exact: true });
  await question.fill(`${'a'.repeat(5000)}!`);
  await run.click();
  await expect(page.getByText(/takes too long over this text by its pattern/)).toBeVisible();
  await question.fill('Why is the sky blue?');
  await run.click();
  await answered(page);
  await expect(page.getByText(/takes too long over this text/)).toBeHidden();
  expect(errors).toEqual([]);
});

test('models that promise what no model has are refused with a sentence that names the place', async ({
  page,
}) => {
  const errors = collectErrors(page);
  await holdModel(page);
  await page.goto('./');
  const unknown = exportWith('unknown', { normalizer: { type: 'Shuffle' } });
  await choose(page, 'Choose a folder…', unknown);
  await expect(
    page.getByRole('alert').filter({ hasText: /tokenizer\.json of .* at "normalizer/ }),
  ).toBeVisible();

  const tiny = readFileSync(join(fixtures, 'gguf/tiny-llama.gguf'));
  const file = await readGguf(bytesSource(new Uint8Array(tiny), 'tiny.gguf'));
  for (const [entry, value, sentence] of [
    ['llama.block_count', 4_294_967_295, /block_count is 4294967295|says that it has 4294967295 layers/],
    ['llama.context_length', -5, /context_length is -5; it must be a whole number/],
    ['llama.attention.key_length', 65_536, /rotates only|has the shape/],
  ] as const) {
    const path = join(folder, `${entry}.gguf`);
    writeFileSync(path, await rewriteGguf(file, { [entry]: value }));
    await choose(page, 'Choose files…', path);
    await expect(page.getByRole('alert').filter({ hasText: sentence })).toBeVisible();
  }
  expect(errors).toEqual([]);
});
