import { expect, type Page, test } from '@playwright/test';
import { collectErrors, holdModel } from '../support/page.ts';

const field = (page: Page, label: string) => page.getByRole('textbox', { name: label, exact: true });

async function fill(page: Page, label: string, value: string): Promise<void> {
  await field(page, label).fill(value);
  await field(page, label).blur();
}

test('what was set up on Identify is there after a reload', async ({ page }) => {
  const errors = collectErrors(page);
  const advanced = () => page.getByRole('button', { name: 'Advanced: how they are asked' }).click();
  await holdModel(page);
  await page.goto('./#identify');
  await expect(page.getByRole('button', { name: 'Ask 200 questions' })).toBeVisible();
  await page.getByText('Invented names', { exact: true }).click();
  await fill(page, 'Questions to ask', '37');
  await advanced();
  await fill(page, 'Replies to a question', '6');
  await fill(page, 'Seed', '11');

  await page.reload();
  await expect(page.getByRole('button', { name: 'Ask 37 questions' })).toBeVisible();
  await expect(page.getByRole('radio', { name: 'Invented names' })).toBeChecked();
  await advanced();
  await expect(field(page, 'Replies to a question')).toHaveValue('6');
  await expect(field(page, 'Seed')).toHaveValue('11');
  expect(errors).toEqual([]);
});

test('what was set up on Impact is there after a reload, and a kept setup that does not fit is left', async ({
  page,
}) => {
  const errors = collectErrors(page);
  await holdModel(page);
  await page.goto('./#impact');
  const suite = page.getByRole('checkbox', { name: /^False premises/ });
  await expect(suite).toBeVisible();
  const wasChosen = await suite.isChecked();
  await page.locator('label').filter({ has: suite }).click();
  await fill(page, 'Factors', '0, 1, 2');
  await fill(page, 'Items of a suite', '5');

  await page.reload();
  await expect(field(page, 'Factors')).toHaveValue('0, 1, 2');
  await expect(field(page, 'Items of a suite')).toHaveValue('5');
  await expect(suite).toBeChecked({ checked: !wasChosen });

  await page.evaluate(() => sessionStorage.setItem('h-neurons.impact.fields', '{"factors":3}'));
  await page.reload();
  await expect(field(page, 'Items of a suite')).toHaveValue('40');
  expect(errors).toEqual([]);
});
