import { writeFile } from 'node:fs/promises';
import { expect, test } from '@playwright/test';
import { strToU8, zipSync } from 'fflate';
import { collectErrors, holdModel } from '../support/page.ts';

const large = 60 * 2 ** 20;

test('a large file of questions is read beside the page, and the reading can be stopped', async ({
  page,
}, info) => {
  const errors = collectErrors(page);
  const path = info.outputPath('large.csv');
  const row = 'Who wrote this line of a long file?,Ann Other\n';
  await writeFile(path, `question,answer\n${row.repeat(Math.ceil(large / row.length))}`);
  await holdModel(page);
  await page.goto('./#identify');
  await page.getByRole('radio', { name: 'A file' }).click({ force: true });
  const choose = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose a file…' }).click();
  await (await choose).setFiles(path);
  const take = page.getByRole('button', { name: 'Take these questions' });
  await expect(take).toBeEnabled();
  await take.click();
  const bar = page.getByRole('progressbar', { name: 'Reading the file' });
  await expect(bar).toBeVisible();
  const stop = page
    .getByRole('region', { name: 'Which column is what' })
    .locator('xpath=..')
    .getByRole('button', { name: 'Stop', exact: true });
  await stop.click();
  await expect(bar).toBeHidden();
  await expect(page.getByRole('alert').filter({ hasText: /./ })).toHaveCount(0);

  // The table is still chosen: it can be taken after all.
  await take.click();
  await expect(bar).toBeVisible();
  await stop.click();
  expect(errors).toEqual([]);
});

test('an archive that unpacks to far more than it is gets one sentence', async ({ page }, info) => {
  const errors = collectErrors(page);
  const path = info.outputPath('run.zip');
  const zeros = new Uint8Array(400 * 2 ** 20);
  await writeFile(path, zipSync({ 'run.json': strToU8('{}'), 'features.bin': zeros }, { level: 6 }));
  await holdModel(page);
  await page.goto('./#identify');
  const choose = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Open a run from its files…' }).click();
  await (await choose).setFiles(path);
  await expect(page.getByText('run.zip unpacks to more than')).toBeVisible();
  expect(errors).toEqual([]);
});
