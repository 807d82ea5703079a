import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { expect, type Locator, type Page, test } from '@playwright/test';
import { strToU8, zipSync } from 'fflate';
import { startHub } from '../support/hub.ts';
import { collectErrors, holdModel, openRecorded } from '../support/page.ts';
import { learnableManifest } from '../support/study-runs.ts';

const megabyte = 2 ** 20;
const large = 60 * megabyte;
/** Milliseconds that the page's own thread may be taken at a time, on a machine that reads a file on another core. */
const longestTask = 1000;

const row = 'Who wrote this line of a long file?,Ann Other\n';
const manyRows = `question,answer\n${row.repeat(Math.ceil(large / row.length))}`;

/** Notes how long the page's own thread is taken at a time from now on. */
async function watchTasks(page: Page): Promise<() => Promise<number>> {
  const watch = await page.evaluateHandle(() => {
    const longest = { ms: 0 };
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) longest.ms = Math.max(longest.ms, duration);
    }).observe({ type: 'longtask' });
    return longest;
  });
  return () => watch.evaluate(({ ms }) => ms);
}

async function choose(page: Page, button: Locator, files: string | readonly string[]): Promise<void> {
  const choosing = page.waitForEvent('filechooser');
  await button.click();
  await (await choosing).setFiles(files as string | string[]);
}

/** Stops a reading once it has begun; the page must have been free until then, and nothing is refused. */
async function stopReading(page: Page, stop: Locator): Promise<void> {
  const longest = await watchTasks(page);
  await expect(stop).toBeVisible();
  // The page answers while the file is read: its own thread is asked, several times.
  for (let i = 0; i < 20; i++) await page.evaluate(() => new Promise((done) => requestAnimationFrame(done)));
  await expect(stop).toBeVisible();
  await stop.click();
  await expect(stop).toBeHidden();
  expect(await longest()).toBeLessThan(longestTask);
}

test('a large file of questions is read beside the page, and the reading can be stopped', async ({
  page,
}, info) => {
  const errors = collectErrors(page);
  const path = info.outputPath('large.csv');
  await writeFile(path, manyRows);
  await holdModel(page);
  await page.goto('./#identify');
  await page.getByRole('radio', { name: 'A file' }).click({ force: true });
  await choose(page, page.getByRole('button', { name: 'Choose a file…' }), path);
  const take = page.getByRole('button', { name: 'Take these questions' });
  await expect(take).toBeEnabled();
  await take.click();
  const bar = page.getByRole('progressbar', { name: 'Reading the file' });
  const stop = page.getByRole('button', { name: 'Stop', exact: true });
  await expect(bar).toBeVisible();
  await stopReading(page, stop);
  await expect(bar).toBeHidden();
  await expect(page.getByRole('alert').filter({ hasText: /./ })).toHaveCount(0);

  // The table is still chosen: it can be taken after all.
  await take.click();
  await expect(bar).toBeVisible();
  await stop.click();
  expect(errors).toEqual([]);
});

test('a large data set of the Hub is read beside the page, and the reading can be stopped', async ({
  page,
}) => {
  const errors = collectErrors(page);
  const hub = await startHub({
    'datasets/own/large': { files: new Map([['test.csv', new TextEncoder().encode(manyRows)]]) },
  });
  try {
    await page.addInitScript((host) => localStorage.setItem('h-neurons.hub-host', host), hub.host);
    await holdModel(page);
    await page.goto('./#identify');
    await page.getByRole('radio', { name: 'The Hub' }).click({ force: true });
    const name = page.getByRole('textbox', { name: 'Data set on the Hugging Face Hub' });
    await name.fill('own/large');
    await name.press('Enter');
    await page.getByRole('button', { name: 'Fetch', exact: true }).click();
    const take = page.getByRole('button', { name: 'Take these questions' });
    await expect(take).toBeEnabled();
    await take.click();
    await stopReading(page, page.getByRole('button', { name: 'Stop', exact: true }));
    await expect(take).toBeEnabled();
    expect(errors).toEqual([]);
  } finally {
    hub.close();
  }
});

test('a hostile saved run is read beside the page; stopped, it leaves what was shown', async ({
  page,
}, info) => {
  const errors = collectErrors(page);
  const path = info.outputPath('hostile.json');
  const zeros = '0,'.repeat((31 * megabyte) / 2);
  await writeFile(path, `{"format":"h-neurons-run","version":1,"x":[${zeros}0]}`);
  await openRecorded(page);
  const answers = page.getByRole('region', { name: 'Steered', exact: true });
  const before = await answers.textContent();
  await page.getByRole('button', { name: 'Export' }).click();
  await choose(page, page.getByRole('button', { name: 'Open run…' }), path);
  await page.keyboard.press('Escape');
  const notice = page.getByRole('status', { name: 'Notice' });
  await stopReading(page, notice.getByRole('button', { name: 'Stop' }));
  await expect(notice).toContainText('hostile.json was not opened, since its reading was stopped.');
  expect(await answers.textContent()).toBe(before);
  expect(errors).toEqual([]);
});

test('a hostile neuron set is read beside the page; stopped, another one can be opened', async ({
  page,
}, info) => {
  const errors = collectErrors(page);
  const path = info.outputPath('hostile.txt');
  await writeFile(path, '0:1 '.repeat((15 * megabyte) / 4));
  const good = info.outputPath('good.csv');
  await writeFile(good, 'layer,neuron,weight\n28,1095,2\n');
  await openRecorded(page);
  await page.getByRole('button', { name: 'Add neurons…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add neurons' });
  await choose(page, dialog.getByRole('button', { name: 'Open a neuron set…' }), path);
  await stopReading(page, dialog.getByRole('button', { name: 'Stop' }));
  await expect(dialog.getByRole('alert').filter({ hasText: /./ })).toHaveCount(0);
  await choose(page, dialog.getByRole('button', { name: 'Open a neuron set…' }), good);
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('region', { name: 'Groups of neurons' })).toContainText('good');
  expect(errors).toEqual([]);
});

test('a run with a flood of corrections is read beside the page, and the reading can be stopped', async ({
  page,
}, info) => {
  const errors = collectErrors(page);
  const line = '{"index":0,"label":"right"}\n';
  const files = {
    'run.json': JSON.stringify(learnableManifest),
    'records.jsonl': '',
    'features.f16': '',
    'corrections.jsonl': line.repeat(Math.ceil((2 * large) / line.length)),
  };
  const paths: string[] = [];
  for (const [name, text] of Object.entries(files)) {
    paths.push(info.outputPath(name));
    await writeFile(info.outputPath(name), text);
  }
  await holdModel(page);
  await page.goto('./#identify');
  await choose(page, page.getByRole('button', { name: 'Open a run from its files…' }), paths);
  const runs = page.getByRole('region', { name: 'Runs in this browser' });
  await stopReading(page, runs.getByRole('button', { name: 'Stop' }));
  await expect(runs.getByRole('row')).toHaveCount(0);
  expect(errors).toEqual([]);
});

test('a large suite is read beside the page, and the reading can be stopped', async ({ page }, info) => {
  const errors = collectErrors(page);
  const path = info.outputPath('large.csv');
  const [head = '', ...rows] = readFileSync('test/fixtures/suites/falseqa.csv', 'utf8').trim().split('\n');
  const some = `${rows.join('\n')}\n`;
  await writeFile(path, `${head}\n${some.repeat(Math.ceil(large / some.length))}`);
  await holdModel(page);
  await page.goto('./#impact');
  await expect(page.getByRole('checkbox', { name: /^False premises/ })).toBeChecked();
  await page.getByRole('button', { name: 'More suites' }).click();
  await choose(page, page.getByRole('button', { name: 'Choose a suite’s file…' }), path);
  await stopReading(page, page.getByRole('button', { name: 'Stop', exact: true }));
  await expect(page.getByRole('checkbox', { name: /^False premises/ })).toBeChecked();
  expect(errors).toEqual([]);
});

test('an archive that unpacks to far more than it is gets one sentence', async ({ page }, info) => {
  const errors = collectErrors(page);
  const path = info.outputPath('run.zip');
  const zeros = new Uint8Array(400 * megabyte);
  await writeFile(path, zipSync({ 'run.json': strToU8('{}'), 'features.bin': zeros }, { level: 6 }));
  await holdModel(page);
  await page.goto('./#identify');
  await choose(page, page.getByRole('button', { name: 'Open a run from its files…' }), path);
  await expect(page.getByText('run.zip unpacks to more than')).toBeVisible();
  expect(errors).toEqual([]);
});
