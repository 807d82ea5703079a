import { readFileSync } from 'node:fs';
import { expect, type Page, test } from '@playwright/test';
import type { ImpactReport } from '../../src/studies/impact/report.ts';
import type { ImpactManifest } from '../../src/studies/impact/run.ts';
import type { MarginRecord } from '../../src/studies/impact/score-item.ts';
import { seriousFaults } from '../support/axe.ts';
import { box, fill, openImpact, state, sweepPart } from '../support/impact-page.ts';
import { expectGoodLooks } from '../support/looks.ts';
import { answered, collectErrors, holdModel, modelReady } from '../support/page.ts';

/** What the terminal measures with the command in it, which asks what the first test asks. */
const terminal: { readonly manifest: ImpactManifest; readonly records: readonly MarginRecord[] } = JSON.parse(
  readFileSync(new URL('../fixtures/impact/terminal.json', import.meta.url), 'utf8'),
);

async function saved(page: Page, button: string): Promise<string> {
  const coming = page.waitForEvent('download');
  await page.getByRole('button', { name: button }).click();
  return readFileSync(await (await coming).path(), 'utf8');
}

test('a suite is swept, paused, found again after a reload, gone on with, and gives the terminal’s numbers', async ({
  page,
}) => {
  test.setTimeout(900_000);
  const errors = collectErrors(page);
  await openImpact(page);
  await fill(page, 'Factors', '0, 1, 3');
  await fill(page, 'Random sets', '1');
  await fill(page, 'Items of a suite', '3');
  await expect(page.getByText('read by 5 versions of the model')).toBeVisible();
  await page.getByRole('button', { name: 'Sweep over 3 items' }).click();

  const sweep = sweepPart(page);
  await expect(sweep.getByText(/[1-3] of 3 items/)).toBeVisible({ timeout: 300_000 });
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await expect(state(page)).toContainText('paused');
  const done = Number(/(\d) of 3 items/.exec((await sweep.getByText(/of 3 items/).textContent())!)![1]);
  expect(done).toBeLessThan(3);

  await page.reload();
  const runs = page.getByRole('region', { name: 'Sweeps in this browser' });
  await expect(runs.getByRole('row').nth(1)).toContainText(`${done} of 3`);
  await runs.getByRole('button', { name: /^Open False premises/ }).click();
  await expect(sweep.getByText(`${done} of 3 items`)).toBeVisible();
  const result = page.getByRole('region', { name: 'Result: False premises' });
  await expect(result).toContainText(/(One item is|2 items are) too few to say; at least 20 are needed\./);
  await modelReady(page);
  await page.getByRole('button', { name: 'Resume', exact: true }).click();
  await expect(state(page)).toHaveText('done', { timeout: 300_000 });
  await expect(result).toContainText('3 items are too few to say; at least 20 are needed.');
  await result.getByRole('button', { name: 'Numbers of too few items' }).click();
  await expect(result).toContainText('Of 3 items the share');

  const chart = 'Dose and response: False premises';
  expect(await result.getByRole('img', { name: chart }).locator('path').count()).toBeGreaterThan(4);
  await result.getByRole('button', { name: `${chart} as a table` }).click();
  await expect(result.getByRole('region', { name: chart }).getByRole('row')).toHaveCount(4);
  await page.getByText('Margin', { exact: true }).click();
  await expect(
    result.getByRole('region', { name: chart }).getByRole('rowheader', { name: '3' }),
  ).toBeVisible();
  await expect(result.getByRole('region', { name: /^Change in nats a token/ })).toContainText(
    'less the random sets',
  );
  await expect(result.getByRole('img', { name: 'Items of False premises' })).toBeVisible();

  const records = (await saved(page, 'Records (JSONL)')).trim().split('\n');
  const report = JSON.parse(await saved(page, 'Report (JSON)')) as ImpactReport;
  expect(report.manifest.plan).toEqual(terminal.manifest.plan);
  expect(report.manifest.suites).toEqual(terminal.manifest.suites);
  expect(records).toHaveLength(3);
  for (const [i, line] of records.entries()) {
    const { id, normalised, raw } = JSON.parse(line) as MarginRecord;
    const known = terminal.records[i]!;
    expect(id).toBe(known.id);
    for (const [s, row] of normalised.entries())
      for (const [a, margin] of row.entries()) {
        expect(Math.abs(margin - known.normalised[s]![a]!), `${id}, set ${s}, factor ${a}`).toBeLessThan(
          1e-3,
        );
        expect(Math.abs(raw[s]![a]! - known.raw[s]![a]!)).toBeLessThan(1e-2);
      }
    expect(normalised[0]![1]).toBeCloseTo(normalised[1]![1]!, 6);
  }
  expect((await saved(page, 'Curves (CSV)')).split('\r\n')[0]).toBe(
    'suite,items,set,kind,factor,measure,value,low,high',
  );

  await result.getByLabel('Items', { exact: true }).selectOption('all (3)');
  const item = result.getByRole('table', { name: 'Items of False premises' }).getByRole('button').first();
  const question = (await item.textContent())!;
  await item.click();
  await expect(result.getByRole('img', { name: /^Margin of/ })).toBeVisible();
  await expectGoodLooks(page);
  await result.getByLabel('at factor').selectOption('3');
  await result.getByRole('button', { name: 'Open in the explorer' }).click();
  await expect(page.getByRole('textbox', { name: 'Question', exact: true })).toHaveValue(question);
  const group = page.getByRole('region', { name: 'Groups of neurons' }).getByRole('listitem').first();
  await expect(group).toContainText('H-Neurons of SmolLM2-135M-Instruct');
  await expect(page.getByRole('slider', { name: 'Scale', exact: true })).toHaveValue('3');
  await answered(page);
  expect(errors).toEqual([]);
});

test('suites come from files in public forms, sets and factors are checked, without a model', async ({
  page,
}) => {
  const errors = collectErrors(page);
  await holdModel(page);
  await page.goto('./#impact');
  await expect(box(page, /^False premises/)).toBeChecked();
  await fill(page, 'Factors', '0, 2');
  await expect(page.getByRole('alert').filter({ hasText: /1 among them/ })).toBeVisible();
  await page.getByRole('button', { name: 'More suites' }).click();
  const choose = async (name: string, text: string) => {
    const choosing = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Choose a suite’s file…' }).click();
    await (await choosing).setFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });
  };
  await choose('other.csv', 'a,b\n1,2\n');
  await expect(
    page.getByRole('alert').filter({ hasText: /other\.csv is no suite of a known form/ }),
  ).toBeVisible();
  const own = readFileSync(new URL('../../public/suites/over-broad.jsonl', import.meta.url), 'utf8');
  await choose('own.jsonl', own.split('\n').slice(0, 4).join('\n'));
  await expect(page.getByRole('status', { name: 'Suite read' })).toContainText('3 items');
  await expect(box(page, /^Impossible and over-broad requests 2, 3 items/)).toBeChecked();
  await expect(page.getByRole('button', { name: /^Sweep over/ })).toBeDisabled();
  await expect(page.getByText('The curves appear here with the first items')).toBeVisible();
  expect(await seriousFaults(page)).toEqual([]);
  expect(errors).toEqual([]);
});
