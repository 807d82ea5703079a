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
  await expect(page).toHaveTitle(/· Explore · H-Neuron Explorer$/);
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

/** The directive that stops what runs in the page; "done" where nothing does. */
const stopped = (page: Page, what: 'hub' | 'elsewhere' | 'mirror' | 'blob worker') =>
  page.evaluate(async (kind) => {
    const violation = new Promise<string>((resolve) =>
      document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective)),
    );
    const connect = (url: string) =>
      Promise.race([
        fetch(url).then(
          () => 'done',
          () => violation,
        ),
        violation,
      ]);
    switch (kind) {
      case 'hub':
        return connect('https://huggingface.co/api/models/a/b');
      case 'elsewhere':
        return connect('https://elsewhere.example/');
      case 'mirror':
        return connect('https://mirror.example/api/models/a/b');
      default:
        try {
          new Worker(URL.createObjectURL(new Blob([''], { type: 'text/javascript' })));
        } catch {
          // Some browsers throw as well.
        }
        return violation;
    }
  }, what);

test('the built page connects to its own site, the Hub and the mirror that the person chose, and to nothing else', async ({
  page,
}) => {
  test.setTimeout(60_000);
  const headers = { 'access-control-allow-origin': '*' };
  for (const host of ['huggingface.co', 'elsewhere.example', 'mirror.example'])
    await page.route(`https://${host}/**`, (route) => route.fulfill({ headers, body: '{}' }));
  await page.route('**/*.gguf', (route) => route.fulfill({ status: 404 }));
  await page.goto('./');
  expect(await stopped(page, 'hub')).toBe('done');
  expect(await stopped(page, 'elsewhere')).toBe('connect-src');
  expect(await stopped(page, 'mirror')).toBe('connect-src');
  expect(await stopped(page, 'blob worker')).toBe('worker-src');
  const choose = async (mirror: string) => {
    await page.evaluate((text) => localStorage.setItem('h-neurons.hub-host', text), mirror);
    await page.reload();
  };
  await choose('https://mirror.example');
  expect(await stopped(page, 'mirror')).toBe('done');
  expect(await stopped(page, 'elsewhere')).toBe('connect-src');
  await choose('https://a.example; script-src *');
  expect(await stopped(page, 'elsewhere')).toBe('connect-src');
});

test('the page starts without anything that its policy stops, and says who may frame it', async ({
  page,
}) => {
  await page.addInitScript(() => {
    const told: string[] = [];
    Object.assign(window, { told });
    document.addEventListener('securitypolicyviolation', (event) => told.push(event.effectiveDirective));
  });
  const response = await page.goto('./#identify');
  await expect(page.getByRole('heading', { name: /^Which neurons are active/ })).toBeVisible();
  expect(response?.headers()['content-security-policy']).toContain("frame-ancestors 'self'");
  expect(response?.headers()['x-content-type-options']).toBe('nosniff');
  expect(await page.evaluate(() => (window as unknown as { told: string[] }).told)).toEqual([]);
});

test.describe('a static host without headers, under a sub-path', () => {
  let host: StaticHost;
  test.beforeAll(async () => {
    host = await serveStatic(dist, { 'probe.js': 'postMessage(crossOriginIsolated)' });
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
      const worker = new Worker('probe.js');
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
