import { expect, type Page, test } from '@playwright/test';
import { nativeRuntime } from '../../src/model/runtime/native.ts';
import { measureOnPage, serveExportPage } from '../support/export-page.ts';

const TOLERANCE = 1e-3;
/** Answers are steered by factors up to 5. */
const ANSWER_TOLERANCE = 5e-3;

test.describe.configure({ mode: 'serial' });

let served: Awaited<ReturnType<typeof serveExportPage>>;
let page: Page;

test.beforeAll(async ({ browser }) => {
  served = await serveExportPage();
  page = await browser.newPage();
});
test.afterAll(async () => {
  await page.close();
  await served.close();
});

for (const variant of ['gpt2/optimum-fp32', 'lfm2/genai-fp32', 'llama/dynamo-fp32']) {
  test(`${variant} computes on WebGPU what it should, also in lanes token by token`, async () => {
    const found = await measureOnPage(page, served.url, `test/fixtures/onnx/${variant}`, nativeRuntime(1));
    for (const [what, difference] of Object.entries(found))
      expect.soft(difference, what).toBeLessThan(what === 'answers' ? ANSWER_TOLERANCE : TOLERANCE);
  });
}
