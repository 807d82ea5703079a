import { defineConfig } from '@playwright/test';
import { findChromium, quietFlags, softwareWebGpuFlags } from './scripts/lib/chromium.mjs';
import { freePort } from './scripts/lib/process.mjs';

// Playwright's workers read this file again and inherit the environment: one port and one browser for all.
process.env.H_NEURONS_TEST_PORT ??= String(await freePort());
process.env.CHROMIUM_PATH ??= findChromium() ?? '';

const port = process.env.H_NEURONS_TEST_PORT;
const executablePath = process.env.CHROMIUM_PATH === '' ? undefined : process.env.CHROMIUM_PATH;

export default defineConfig({
  testDir: 'test',
  workers: 1,
  retries: 0,
  forbidOnly: true,
  timeout: 300_000,
  expect: { timeout: 60_000 },
  reporter: 'list',
  // One picture for all systems: they are drawn by a canvas, and the comparison has a tolerance.
  snapshotPathTemplate: 'test/fixtures/golden/{arg}{ext}',
  use: { baseURL: `http://localhost:${port}/`, headless: true, screenshot: 'only-on-failure' },
  projects: [
    {
      name: 'wasm',
      testMatch: /[/\\](browser|e2e)[/\\].*(?<!\.webgpu)\.spec\.ts$/,
      use: { launchOptions: { executablePath, args: quietFlags } },
    },
    {
      name: 'webgpu',
      testMatch: /[/\\](browser|e2e)[/\\].*\.webgpu\.spec\.ts$/,
      use: { launchOptions: { executablePath, args: [...quietFlags, ...softwareWebGpuFlags] } },
    },
    // Debian's browsers and driver; other systems have none that a script can drive without further set-up.
    ...(process.platform === 'linux' ? [{ name: 'others', testDir: 'test/browsers' }] : []),
  ],
  webServer: {
    command: `node scripts/build.mjs && node node_modules/vite/bin/vite.js preview --host localhost --port ${port} --strictPort`,
    url: `http://localhost:${port}/`,
    timeout: 300_000,
  },
});
