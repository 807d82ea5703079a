import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright';
import { build, preview } from 'vite';
import { quietFlags, softwareWebGpuFlags, webGpuFlags } from '../scripts/lib/chromium.mjs';
import { freePort } from '../scripts/lib/process.mjs';

const configFile = fileURLToPath(new URL('vite.config.ts', import.meta.url));
const site = fileURLToPath(new URL('../.cache/bench/site', import.meta.url));

export interface Site {
  readonly url: string;
  close(): Promise<void>;
}

/** Builds the benchmark's page and serves it with folders of models beside it. */
export async function serveSite(folders: Readonly<Record<string, string>>): Promise<Site> {
  await build({ configFile, logLevel: 'warn' });
  for (const [name, folder] of Object.entries(folders)) {
    await mkdir(folder, { recursive: true });
    await symlink(folder, join(site, name), 'junction');
  }
  const port = await freePort();
  const server = await preview({ configFile, preview: { host: 'localhost', port, strictPort: true } });
  return { url: `http://localhost:${port}/`, close: () => server.close() };
}

/** Without waiting for a collection of garbage, so that memory is measured at once. */
const quiet = [...quietFlags, '--enable-blink-features=ForceEagerMeasureMemory'];

/** How WebGPU runs in a browser: on the graphics card, in software, or not asked for. */
export type Graphics = 'none' | 'hardware' | 'software';

const flags = { none: [], hardware: webGpuFlags, software: softwareWebGpuFlags };

/** Starts a browser of its own, so that no part of the benchmark finds what another left. */
export async function withBrowser<T>(
  executablePath: string,
  graphics: Graphics,
  use: (browser: Browser) => Promise<T>,
): Promise<T> {
  const browser = await chromium.launch({ executablePath, args: [...quiet, ...flags[graphics]] });
  try {
    return await use(browser);
  } finally {
    await browser.close();
  }
}

/** Opens the benchmark's page in a browser of its own. */
export async function withPage<T>(
  { url }: Site,
  executablePath: string,
  graphics: Graphics,
  use: (page: Page, browser: Browser) => Promise<T>,
): Promise<T> {
  return withBrowser(executablePath, graphics, async (browser) => {
    const page = await browser.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error') console.error(`  page: ${message.text()}`);
    });
    await page.goto(url);
    await page.waitForFunction(() => window.bench !== undefined && window.crossOriginIsolated);
    return use(page, browser);
  });
}
