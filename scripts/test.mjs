// Every check, in this order, to the first that fails: npm test
import './lib/require-node.mjs';

const { mkdir, readFile, rm } = await import('node:fs/promises');
const { join } = await import('node:path');
const { SetupError, runMain, say } = await import('./lib/log.mjs');
const { ensureChromium } = await import('./lib/chromium.mjs');
const { ensureFirefox, ensureWebKit } = await import('./lib/other-browsers.mjs');
const { ensureModel } = await import('./lib/model.mjs');
const { ensurePackages } = await import('./lib/packages.mjs');
const { root, runPackage } = await import('./lib/process.mjs');
const { playwrightPassed, vitestPassed } = await import('./lib/results.mjs');

const reports = join(root, '.cache', 'reports');
const vitestReport = join(reports, 'vitest.json');
const playwrightReport = join(reports, 'playwright.json');

// Biome colours each character even where no terminal shows it.
const plain = process.stdout.isTTY ? [] : ['--colors=off'];

/** @param {string} name @param {() => Promise<number | void>} check resolves to an exit code */
async function step(name, check) {
  console.log(`\n=== ${name} ===`);
  const start = performance.now();
  const code = (await check()) ?? 0;
  const time = `${((performance.now() - start) / 1000).toFixed(1)} s`;
  if (code !== 0) throw new SetupError(`${name} failed after ${time} (code ${code}).`);
  console.log(`--- ${name}: ${time}`);
}

/** @param {(json: string) => number} count @param {string} path */
async function count(count, path) {
  const json = await readFile(path, 'utf8');
  try {
    return count(json);
  } catch (error) {
    throw new SetupError(error instanceof Error ? error.message : String(error));
  }
}

await runMain(async () => {
  let browser = '';
  await step('Set-up', async () => {
    await ensurePackages();
    const problem = await ensureModel();
    if (problem !== null) throw new SetupError(`The tests need the default model: ${problem}.`);
    browser = await ensureChromium();
    if (process.platform === 'linux') {
      await ensureFirefox();
      await ensureWebKit();
    } else say('browser', 'the tests in Firefox and WebKit run on Linux only.');
    await rm(reports, { recursive: true, force: true });
    await mkdir(reports, { recursive: true });
  });
  await step('Format and lint (biome)', () =>
    runPackage('@biomejs/biome/bin/biome', ['ci', '--error-on-warnings', ...plain]),
  );
  await step('Types (tsc)', () => runPackage('typescript/bin/tsc', ['--noEmit']));
  await step('Unused code and packages (knip)', () => runPackage('knip/bin/knip.js', []));
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${vitestReport}`];
  await step('Unit tests (vitest)', () => runPackage('vitest/vitest.mjs', ['run', ...reporters]));
  const env = { CHROMIUM_PATH: browser, PLAYWRIGHT_JSON_OUTPUT_FILE: playwrightReport };
  await step('Browser tests (playwright)', () =>
    runPackage('@playwright/test/cli.js', ['test', '--reporter=list,json'], env),
  );
  const passed =
    (await count(vitestPassed, vitestReport)) + (await count(playwrightPassed, playwrightReport));
  console.log(`\n${passed} passed, 0 failed`);
});
