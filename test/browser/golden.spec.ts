import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, type Page, test } from '@playwright/test';
import { createServer, type ViteDevServer } from 'vite';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Pictures that have a golden one in the dark theme as well. */
const dark = new Set(['neurons-overview', 'neurons-difference', 'tokens-500', 'divergence-500']);

test.describe.configure({ mode: 'serial' });

let server: ViteDevServer;
let cacheDir: string;
let page: Page;

test.beforeAll(async ({ browser }) => {
  cacheDir = await mkdtemp(join(tmpdir(), 'golden-'));
  server = await createServer({
    root,
    cacheDir,
    configFile: false,
    logLevel: 'error',
    appType: 'mpa',
    server: { port: 0, host: 'localhost', hmr: false, watch: null },
    optimizeDeps: { entries: ['test/browser/golden.html'] },
  });
  await server.listen();
  page = await browser.newPage();
  await page.goto(`${server.resolvedUrls!.local[0]}test/browser/golden.html`);
  await page.waitForFunction(() => window.golden !== undefined);
});

test.afterAll(async () => {
  await page.close();
  await server.close();
  await rm(cacheDir, { recursive: true, force: true });
});

test('charts of fixed data look as they did', async () => {
  const names = await page.evaluate(() => window.golden.names);
  expect(names.length).toBeGreaterThan(20);
  for (const name of names) {
    for (const theme of dark.has(name) ? (['light', 'dark'] as const) : (['light'] as const)) {
      const bytes = await page.evaluate(([n, t]) => window.golden.render(n, t), [name, theme] as const);
      // Words and numbers are in the system's type, so a part may differ: more of it where every cell has a number.
      const maxDiffPixelRatio = name.endsWith('closest') ? 0.08 : 0.01;
      expect
        .soft(Buffer.from(bytes, 'base64'), `${name}, ${theme}`)
        .toMatchSnapshot(theme === 'dark' ? `${name}-dark.png` : `${name}.png`, { maxDiffPixelRatio });
    }
  }
});
