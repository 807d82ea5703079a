// Asks questions on the Identify page itself, in Chromium, and saves the run as the terminal's `identify` does:
// npx tsx scripts/identify-in-browser.ts --questions 200 --out FOLDER. Stopped, it goes on when it is started again.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { unzipSync } from 'fflate';
import { chromium, type Page } from 'playwright';
import { preview } from 'vite';
import { ensureChromium } from './lib/chromium.mjs';
import { runMain, SetupError, say } from './lib/log.mjs';
import { ensureModel } from './lib/model.mjs';
import { root, runPackage } from './lib/process.mjs';

const MINUTE = 60_000;

/** Opens the page and starts the run, or goes on with the one that this browser keeps. */
async function begin(page: Page, address: string, questions: number): Promise<void> {
  await page.goto(`${address}#identify`);
  await page
    .getByRole('status', { name: 'Model' })
    .getByText('ready on')
    .waitFor({ timeout: 5 * MINUTE });
  const runs = page.getByRole('region', { name: 'Runs in this browser' });
  await page.getByRole('button', { name: /^Ask \d+ questions?$/ }).waitFor();
  const kept = runs.getByRole('button', { name: /^Open Facts/ });
  if ((await kept.count()) > 0) {
    await kept.first().click();
    const resume = page.getByRole('button', { name: 'Resume' });
    const done = page.getByText('all questions are asked');
    await resume.or(done).first().waitFor();
    if (await resume.isVisible()) await resume.click();
    return;
  }
  const field = page.getByRole('textbox', { name: 'Questions to ask', exact: true });
  await field.fill(String(questions));
  await field.blur();
  await page.getByRole('button', { name: `Ask ${questions} questions` }).click();
}

/** Says how far it is each minute until all questions are asked. */
async function wait(page: Page): Promise<void> {
  const state = page.getByRole('status', { name: 'State of the run' });
  for (;;) {
    const text = (await state.textContent()) ?? '';
    if (text === 'all questions are asked') return;
    if (text.startsWith('stopped')) throw new SetupError(`The run ${text}.`);
    const progress = await page.getByRole('progressbar', { name: 'Questions asked' }).textContent();
    say('browser', `${progress}`);
    await state
      .getByText('all questions are asked')
      .waitFor({ timeout: MINUTE })
      .catch(() => {});
  }
}

await runMain(async () => {
  const { values } = parseArgs({
    options: { questions: { type: 'string', default: '200' }, out: { type: 'string' } },
  });
  const questions = Number(values.questions);
  if (values.out === undefined || !Number.isInteger(questions) || questions < 1)
    throw new SetupError('Give the number of questions and a folder: --questions 200 --out FOLDER.');
  const problem = await ensureModel();
  if (problem !== null) throw new SetupError(`The run needs the default model: ${problem}.`);
  const executablePath = await ensureChromium();
  if ((await runPackage('vite/bin/vite.js', ['build'])) !== 0) throw new SetupError('The build failed.');
  // Always the same address: what a browser keeps belongs to it.
  const server = await preview({ root, preview: { port: 4179, strictPort: true, host: 'localhost' } });
  const profile = join(root, '.cache', 'identify-in-browser');
  const browser = await chromium.launchPersistentContext(profile, { executablePath, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    await begin(page, server.resolvedUrls?.local[0] ?? '', questions);
    const started = performance.now();
    await wait(page);
    say('browser', `done after ${((performance.now() - started) / MINUTE).toFixed(1)} minutes`);
    const coming = page.waitForEvent('download');
    await page
      .getByRole('button', { name: /^Export Facts/ })
      .first()
      .click();
    const archive = unzipSync(new Uint8Array(await readFile(await (await coming).path())));
    await mkdir(values.out, { recursive: true });
    for (const [name, bytes] of Object.entries(archive)) await writeFile(join(values.out, name), bytes);
    say('browser', `saved in ${values.out}`);
  } finally {
    await browser.close();
    await server.close();
  }
});
