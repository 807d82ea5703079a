import { expect, test } from '@playwright/test';
import { fill } from '../support/impact-page.ts';
import { answered, collectErrors, modelReady } from '../support/page.ts';

test('a run is told its time before, is seen on every page, and can be asked more when it is done', async ({
  page,
}) => {
  const errors = collectErrors(page);
  const link = (name: string) => page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name });
  const state = page.getByRole('status', { name: 'State of the run' });
  const jobs = page.getByRole('region', { name: 'Work in progress' });
  await page.goto('./');
  await modelReady(page);
  await answered(page);
  await link('Identify').click();
  await fill(page, 'Questions to ask', '3');
  await expect(state).toContainText(/^about .* on this machine/);
  await expect(jobs).toBeHidden();
  await page.getByRole('button', { name: 'Ask 3 questions' }).click();
  await link('Explore').click();
  await expect(jobs).toContainText('Asking questions');
  await expect(jobs).toContainText(/\d of 3/);
  await jobs.getByRole('button', { name: 'Pause: Asking questions' }).click();
  await expect(jobs).toContainText('paused');
  await jobs.getByRole('button', { name: 'Resume: Asking questions' }).click();
  await jobs.getByRole('button', { name: 'Open: Asking questions' }).click();
  await expect(state).toHaveText('all questions are asked', { timeout: 200_000 });
  await expect(jobs).toBeHidden();
  await page.getByRole('button', { name: 'Ask 50 more questions' }).click();
  await expect(page.getByText(/[3-9] of 53 questions/)).toBeVisible();
  await page.getByRole('button', { name: 'Pause', exact: true }).first().click();
  await expect(state).toContainText('paused');
  expect(errors).toEqual([]);
});
