import { expect, test } from '@playwright/test';
import { answered, answerOf, collectErrors, modelReady, openRecorded } from '../support/page.ts';

test('a recorded run fills the page and can be explored before the model is there', async ({ page }) => {
  const errors = collectErrors(page);
  await openRecorded(page);
  await expect(answerOf(page, 'Steered')).toContainText('in Erlon, Austria');
  await expect(answerOf(page, 'Unsteered')).toContainText('was born in');
  await expect(page.getByRole('region', { name: 'Next token' }).getByRole('listitem')).toHaveCount(30);
  await expect(page.getByText('The answer changes')).toBeVisible();

  const reading = page.getByText('While the model reads');
  await expect(reading).toContainText('born');
  await page
    .getByRole('listbox', { name: 'Tokens, Unsteered' })
    .getByRole('option', { name: 'Germany' })
    .click();
  await expect(reading).toContainText('Germany');

  await page.getByRole('slider', { name: 'Scale', exact: true }).fill('2');
  await expect(page.getByRole('alert').filter({ hasText: 'recorded run' })).toBeVisible();
  await expect(answerOf(page, 'Steered')).toContainText('in Erlon, Austria');
  // The captions stay those of what is shown.
  const steered = page.getByRole('region', { name: 'Steered', exact: true });
  await expect(steered).toContainText('× 3.00');
  await expect(steered).not.toContainText('× 2.00');
  const told = page.getByText('The dimmed answers were made with other settings.');
  await expect(told).toBeVisible();
  await page.getByRole('slider', { name: 'Scale', exact: true }).fill('3');
  await expect(told).toBeHidden();
  await page.getByRole('textbox', { name: 'Question' }).fill('Who was Ada Lovelace?');
  await expect(page.getByText('These answers are to an earlier question.')).toBeVisible();
  await expect(page.locator('.run-caption q')).toHaveText('When did Albert Einstein invent the telephone?');
  expect(errors).toEqual([]);
});

test('the live model takes over with what stands in the fields', async ({ page }) => {
  const errors = collectErrors(page);
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route('**/*.gguf', async (route) => {
    if (route.request().method() !== 'HEAD') await held;
    await route.continue();
  });
  await page.goto('./');
  await expect(page.getByText('Recorded', { exact: true })).toBeVisible();
  await expect(page.getByRole('progressbar', { name: 'Loading the model' })).toBeVisible();
  await page.getByRole('slider', { name: 'Scale', exact: true }).fill('2');
  release();
  await expect(page.getByText(/[\d.]+ MB of 98\.4 MB/)).toBeVisible();
  await modelReady(page);
  await expect(page.getByText('Recorded', { exact: true })).toBeHidden();
  await answered(page);
  await expect(page.getByRole('slider', { name: 'Scale', exact: true })).toHaveValue('2');
  await expect(answerOf(page, 'Steered')).toContainText('in a small town in Germany');
  await expect(page.getByText('While the model reads')).toContainText('born');

  await page.unroute('**/*.gguf');
  await page.reload();
  await expect(page.getByText(/from this browser’s cache/).first()).toBeVisible({ timeout: 60_000 });
  await modelReady(page);
  expect(errors).toEqual([]);
});
