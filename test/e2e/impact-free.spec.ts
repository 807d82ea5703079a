import { readFileSync } from 'node:fs';
import { expect, type Page, test } from '@playwright/test';
import type { FreeLabel } from '../../src/studies/impact/labels.ts';
import type { FreeRecord, ImpactRecord } from '../../src/studies/impact/score-item.ts';
import { fill, openImpact, state, sweepPart } from '../support/impact-page.ts';
import { expectGoodLooks } from '../support/looks.ts';
import { collectErrors, modelReady } from '../support/page.ts';

/** What the model answers in the terminal with the command in it. */
const terminal: { readonly records: readonly FreeRecord[] } = JSON.parse(
  readFileSync(new URL('../fixtures/impact/free.json', import.meta.url), 'utf8'),
);

async function savedRecords(page: Page): Promise<(ImpactRecord | FreeLabel)[]> {
  const coming = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Records (JSONL)' }).click();
  const text = readFileSync(await (await coming).path(), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as ImpactRecord | FreeLabel);
}

/** Opens the only item that was answered freely; shows what the random set answers. */
async function openAnswers(page: Page) {
  const result = page.getByRole('region', { name: 'Result: False premises' });
  await result.getByLabel('Items', { exact: true }).selectOption('answered freely (1)');
  await result.getByRole('table', { name: 'Items of False premises' }).getByRole('button').first().click();
  await result.getByLabel('Free answers under').selectOption('control 1');
  const answers = result.getByRole('list', { name: /^Free answers to/ });
  return { answers, label: answers.getByLabel('Label of the answer at 3') };
}

test('items are answered freely as in the terminal, labelled by hand, found again after a reload, and gone on with', async ({
  page,
}) => {
  test.setTimeout(900_000);
  const errors = collectErrors(page);
  await openImpact(page);
  await fill(page, 'Factors', '0, 1, 3');
  await fill(page, 'Random sets', '1');
  await fill(page, 'Items of a suite', '2');
  await fill(page, 'Free answers, items of each suite', '1');
  await page.getByRole('button', { name: 'Sweep over 2 items' }).click();
  await expect(sweepPart(page).getByText('0 of 1 answered freely')).toBeVisible({ timeout: 300_000 });
  await expect(state(page)).toHaveText('done', { timeout: 300_000 });
  await expect(sweepPart(page).getByText('3 of 3 items, 1 of 1 answered freely')).toBeVisible();

  const free = page.getByRole('region', { name: 'Free answers: False premises', exact: true });
  await expect(free).toContainText('own answers to 1 item at every factor');
  const verdicts = 'Verdicts on free answers: False premises';
  await expect(free.getByRole('img', { name: verdicts })).toBeVisible();
  await free.getByRole('button', { name: `${verdicts} as a table` }).click();
  await expect(free.getByRole('region', { name: verdicts }).getByRole('row')).toHaveCount(4);
  const rates = 'Free answers that go along: False premises';
  await free.getByRole('button', { name: `${rates} as a table` }).click();
  const last = free.getByRole('region', { name: rates }).getByRole('row').last().getByRole('cell').last();
  await expect(last).toHaveText('100 %');
  await expect(page.getByRole('img', { name: 'Length of free answers: False premises' })).toBeVisible();

  const records = await savedRecords(page);
  expect(records.filter(({ type }) => type === 'free')).toMatchObject([...terminal.records]);

  const { answers, label } = await openAnswers(page);
  const atThree = answers.getByRole('listitem', { name: 'At 3' });
  await expect(atThree).toContainText(terminal.records[0]!.answers[1]![2]!.text);
  await expect(atThree).toContainText('by rule: goes along');
  await label.selectOption('does not');
  await expect(free).toContainText('one is labelled by hand');
  await expect(last).toHaveText('0 %');
  await expectGoodLooks(page);

  await page.reload();
  await page
    .getByRole('region', { name: 'Sweeps in this browser' })
    .getByRole('button', { name: /^Open False premises/ })
    .click();
  await expect(free).toContainText('one is labelled by hand');
  const again = await openAnswers(page);
  await expect(again.label).toHaveValue('against');
  expect((await savedRecords(page)).at(-1)).toEqual({
    type: 'label',
    suite: 'False premises',
    id: terminal.records[0]!.id,
    text: terminal.records[0]!.answers[1]![2]!.text,
    label: 'against',
  });

  await modelReady(page);
  await fill(page, 'Answer freely', '2');
  await page.getByRole('button', { name: 'Let it answer' }).click();
  await expect(sweepPart(page).getByText('4 of 4 items, 2 of 2 answered freely')).toBeVisible({
    timeout: 300_000,
  });
  await expect(state(page)).toHaveText('done');
  await expect(free).toContainText('own answers to 2 items at every factor');
  expect(errors).toEqual([]);
});
