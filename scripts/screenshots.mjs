// Pictures of the finished page for the documentation: npm run screenshots
import './lib/require-node.mjs';

const { mkdir, stat } = await import('node:fs/promises');
const { join } = await import('node:path');
const { ensureChromium } = await import('./lib/chromium.mjs');
const { SetupError, runMain, say } = await import('./lib/log.mjs');
const { ensureModel } = await import('./lib/model.mjs');
const { ensurePackages } = await import('./lib/packages.mjs');
const { root, runPackage } = await import('./lib/process.mjs');

/** Bytes that one picture may have. */
const largest = 300_000;

/** @typedef {{ name: string, width: number, height: number, scheme: 'light' | 'dark', projector: boolean }} Shot */

/** @type {readonly Shot[]} */
const shots = [
  { name: 'light', width: 1440, height: 1100, scheme: 'light', projector: false },
  { name: 'dark', width: 1440, height: 1100, scheme: 'dark', projector: false },
  { name: 'phone', width: 390, height: 1500, scheme: 'light', projector: false },
  { name: 'projector', width: 1600, height: 900, scheme: 'light', projector: true },
];

/**
 * What else there is to see, as a newcomer finds it: `height` of the window, `open` shows it and waits until it is there.
 * @typedef {{ name: string, height: number, open: (page: import('playwright').Page) => Promise<void> }} View
 */

/** @type {readonly View[]} */
const views = [
  {
    name: 'identify',
    height: 1500,
    open: async (page) => {
      await openPart(page, 'Identify');
      await page.getByRole('img', { name: 'Where these neurons are' }).waitFor();
    },
  },
  {
    name: 'impact',
    height: 1500,
    open: async (page) => {
      await openPart(page, 'Impact');
      await page.getByText('Plain prose').first().waitFor();
    },
  },
  {
    name: 'origins',
    height: 900,
    open: async (page) => {
      await openPart(page, 'Origins');
      await page.getByRole('heading', { name: 'Which two models' }).waitFor();
    },
  },
  {
    name: 'models',
    height: 900,
    open: async (page) => {
      await openPart(page, 'Explore');
      await page.getByRole('button', { name: 'Model and device' }).click();
      await page.getByRole('button', { name: 'Choose a model…' }).click();
      await page.getByRole('row', { name: 'GPT-2' }).waitFor();
    },
  },
];

/** @param {import('playwright').Page} page @param {string} name */
const openPart = (page, name) => page.getByRole('navigation').getByRole('link', { name }).click();

/** @param {import('playwright').Page} page */
const modelReady = (page) =>
  page.getByRole('status', { name: 'Model' }).getByText('ready on').waitFor({ timeout: 300_000 });

/** @param {import('playwright').Page} page @param {string} name @param {string} folder */
async function keep(page, name, folder) {
  const path = join(folder, `${name}.png`);
  await page.screenshot({ path, animations: 'disabled' });
  const { size } = await stat(path);
  say('picture', `${name}.png, ${Math.round(size / 1000)} kB`);
  if (size > largest) throw new SetupError(`${name}.png has more than ${largest / 1000} kB.`);
}

/** @param {import('playwright').Page} page @param {Shot} shot @param {string} folder */
async function take(page, { name, projector }, folder) {
  await modelReady(page);
  await page.getByText('ms/token').waitFor({ timeout: 300_000 });
  // Slow machines answer doses only when asked.
  await page.getByRole('button', { name: 'Show them' }).click();
  if (projector) await page.getByRole('button', { name: 'Projector' }).click();
  await page.getByText('The answer changes').waitFor({ timeout: 300_000 });
  await page.getByRole('button', { name: 'Unpin (Esc)' }).waitFor();
  await keep(page, name, folder);
}

await runMain(async () => {
  await ensurePackages();
  const problem = await ensureModel();
  if (problem !== null) throw new SetupError(`The pictures need the default model: ${problem}.`);
  const executablePath = await ensureChromium();
  if ((await runPackage('vite/bin/vite.js', ['build'])) !== 0) throw new SetupError('The build failed.');
  const { preview } = await import('vite');
  const { chromium } = await import('playwright');
  const server = await preview({ root, preview: { port: 0, host: 'localhost' } });
  const url = server.resolvedUrls?.local[0];
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    if (!url) throw new SetupError('The site could not be served.');
    const folder = join(root, 'docs', 'screenshots');
    await mkdir(folder, { recursive: true });
    for (const shot of shots) {
      const page = await browser.newPage({
        viewport: { width: shot.width, height: shot.height },
        colorScheme: shot.scheme,
      });
      await page.goto(url);
      await take(page, shot, folder);
      await page.close();
    }
    const page = await browser.newPage({ colorScheme: 'light' });
    await page.goto(url);
    await modelReady(page);
    for (const { name, height, open } of views) {
      await page.setViewportSize({ width: 1440, height });
      await open(page);
      await keep(page, name, folder);
    }
  } finally {
    await browser.close();
    await server.close();
  }
});
