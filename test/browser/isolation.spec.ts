import { fileURLToPath } from 'node:url';
import { expect, type Page, test } from '@playwright/test';
import { type StaticHost, serveStatic } from './static-host.ts';

const dist = fileURLToPath(new URL('../../dist', import.meta.url));
const isIsolated = (page: Page) => page.evaluate(() => window.crossOriginIsolated);

/** Counts the documents that the page's main frame loads. */
function countLoads(page: Page): () => number {
  let loads = 0;
  page.on('framenavigated', (frame) => {
    if (frame === page.mainFrame()) loads++;
  });
  return () => loads;
}

test('the server of the built site isolates the page and has the model', async ({ page, request }) => {
  const loads = countLoads(page);
  await page.goto('./');
  await expect(page).toHaveTitle('H-Neuron Explorer');
  expect(await isIsolated(page)).toBe(true);
  expect(loads()).toBe(1);
  const model = await request.head('models/SmolLM2-135M-Instruct.Q4_1.gguf');
  expect(model.status()).toBe(200);
  expect(model.headers()['content-length']).toBe('98362432');
  expect((await request.head('models/missing.gguf')).status()).toBe(404);
});

test('the built page names a policy that keeps foreign scripts out', async ({ page }) => {
  test.setTimeout(60_000);
  await page.goto('./');
  const outcome = await page.evaluate(
    () =>
      new Promise<string>((resolve) => {
        document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective));
        const script = document.createElement('script');
        script.onload = () => resolve('loaded');
        script.src = 'https://example.invalid/script.js';
        document.head.append(script);
      }),
  );
  expect(outcome).toBe('script-src-elem');
});

test.describe('a static host without headers, under a sub-path', () => {
  let host: StaticHost;
  test.beforeAll(async () => {
    host = await serveStatic(dist);
  });
  test.afterAll(() => host.close());

  test('is isolated by the service worker after one reload, and stays so', async ({ page }) => {
    const loads = countLoads(page);
    await page.goto(host.url);
    await page.waitForFunction(() => window.crossOriginIsolated);
    expect(loads()).toBe(2);
    await page.goto(host.url);
    expect(await isIsolated(page)).toBe(true);
    expect(loads()).toBe(3);
    const inWorker = await page.evaluate(async () => {
      const source = new Blob(['postMessage(crossOriginIsolated)'], { type: 'text/javascript' });
      const worker = new Worker(URL.createObjectURL(source));
      return new Promise((resolve) => {
        worker.onmessage = (event) => resolve(event.data);
      });
    });
    expect(inWorker).toBe(true);
  });

  test('works without isolation where service workers are blocked', async ({ browser }) => {
    const context = await browser.newContext({ serviceWorkers: 'block' });
    const page = await context.newPage();
    const loads = countLoads(page);
    // The model is not what is looked at here, and its download may end with the page.
    await page.route('**/models/**', (route) => route.fulfill({ status: 204 }));
    const failed: string[] = [];
    page.on('requestfailed', (request) => failed.push(request.url()));
    page.on('response', (response) => response.status() >= 400 && failed.push(response.url()));
    await page.goto(host.url);
    await expect(page.locator('#root')).not.toBeEmpty();
    expect(await isIsolated(page)).toBe(false);
    expect(loads()).toBe(1);
    expect(failed).toEqual([]);
    await context.close();
  });
});
