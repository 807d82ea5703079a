import { expect, type Page, test } from '@playwright/test';
import { answered, answerOf, collectErrors, modelReady, openRecorded } from '../support/page.ts';

const question = (page: Page) => page.getByRole('textbox', { name: 'Question' });
const scale = (page: Page) => page.getByRole('slider', { name: 'Scale', exact: true });
const hashOf = (page: Page) => new URL(page.url()).hash;

test('what is seen is what is shared, and what a reload gives back', async ({ page, context }) => {
  const errors = collectErrors(page);
  await page.goto('./');
  await modelReady(page);
  expect(hashOf(page), 'an untouched page has a plain address').toBe('');
  await question(page).fill('What is the capital of France?');
  await scale(page).fill('2');
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await answered(page);
  const steered = (await answerOf(page, 'Steered').textContent())!;
  await page.getByRole('button', { name: 'Follow up' }).click();
  await expect(question(page)).toHaveValue('');
  await expect.poll(() => hashOf(page)).toMatch(/^#s2\./);
  await question(page).fill('And of Spa');
  await page.getByRole('radio', { name: /^Answer only|only while answering/ }).check({ force: true });
  await answered(page);
  const answerOnly = (await answerOf(page, 'Steered').textContent())!;
  await expect(answerOf(page, 'Steered')).toHaveText(answerOnly);
  await expect
    .poll(() => page.evaluate(() => sessionStorage.getItem('h-neurons.page')))
    .toContain('And of Spa');

  await page.reload();
  await expect(question(page)).toHaveValue('And of Spa');
  await expect(scale(page)).toHaveValue('2');
  await expect(page.getByText('The capital of France is').first()).toBeVisible();
  await modelReady(page);
  await answered(page);
  await expect(answerOf(page, 'Steered')).toHaveText(answerOnly);
  await expect(question(page)).toHaveValue('And of Spa');

  const link = page.url();
  expect(link.length).toBeLessThan(400);
  await page.close();
  const other = await context.newPage();
  await other.goto(link);
  await modelReady(other);
  await answered(other);
  await expect(answerOf(other, 'Steered')).toHaveText(answerOnly);
  await expect(question(other)).toHaveValue('And of Spa');
  await expect(scale(other)).toHaveValue('2');
  expect(steered.length).toBeGreaterThan(0);
  expect(errors).toEqual([]);
});

test('going back and forth between pages keeps what was typed, in the address, too', async ({ page }) => {
  await openRecorded(page);
  await question(page).fill('Who was Ada Lovelace?');
  await expect.poll(() => hashOf(page)).toMatch(/^#s2\./);
  const first = hashOf(page);
  await page.getByRole('link', { name: 'Impact' }).click();
  await expect(page).toHaveURL(/#impact$/);
  await page.goBack();
  await expect(question(page)).toHaveValue('Who was Ada Lovelace?');
  await expect.poll(() => hashOf(page)).toBe(first);
  await page.goForward();
  await expect(page.getByRole('heading', { name: /^Does turning them/ })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('heading', { name: /^Does turning them/ })).toBeVisible();
  await page.getByRole('link', { name: 'Explore' }).click();
  await expect(question(page)).toHaveValue('Who was Ada Lovelace?');
});

test('a page that is opened anew starts with the example', async ({ page, context }) => {
  await openRecorded(page);
  await question(page).fill('Who was Ada Lovelace?');
  await expect.poll(() => hashOf(page)).toMatch(/^#s2\./);
  const other = await context.newPage();
  await openRecorded(other);
  await expect(question(other)).not.toHaveValue('Who was Ada Lovelace?');
});
