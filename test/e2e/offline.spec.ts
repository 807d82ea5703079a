import { expect, type Page, test } from '@playwright/test';
import { openRecorded } from '../support/page.ts';

const question = (page: Page) => page.getByRole('textbox', { name: 'Question' });
const pageLink = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name });

/** Waits until these parts of the site have arrived. */
async function arrived(page: Page, parts: readonly string[]): Promise<void> {
  await page.waitForFunction((names) => {
    const got = performance.getEntriesByType('resource').map(({ name }) => name);
    return names.every((name) => got.some((url) => url.includes(name)));
  }, parts);
}

const laterParts = [
  '/Identify-',
  '/Impact-',
  '/Origins-',
  '/study.worker-',
  '/read-suite-',
  '/write-',
  'questions/facts.jsonl',
  'questions/invented.jsonl',
  'suites/pushback.jsonl',
  'prompts/gallery.json',
];

test('without a connection every page opens, and what was typed stays', async ({ context, page }) => {
  await openRecorded(page);
  await arrived(page, laterParts);
  await question(page).fill('Who was Ada Lovelace?');
  await context.setOffline(true);
  await pageLink(page, 'Identify').click();
  await expect(page.getByRole('heading', { name: /^Which neurons are active/ })).toBeVisible();
  await expect(page.getByText(/Facts.*questions in/)).toBeVisible();
  await page.getByRole('radio', { name: 'Invented names' }).check({ force: true });
  await expect(page.getByText(/Invented.*questions in/)).toBeVisible();
  await pageLink(page, 'Impact').click();
  await expect(page.getByRole('checkbox', { name: /^Pushback/ })).toBeVisible();
  await pageLink(page, 'Origins').click();
  await expect(page.getByRole('heading', { name: /^Were they there/ })).toBeVisible();
  await pageLink(page, 'Explore').click();
  await expect(question(page)).toHaveValue('Who was Ada Lovelace?');
  await page.getByRole('button', { name: 'Examples…' }).click();
  await expect(page.getByRole('dialog', { name: 'Examples' }).getByRole('heading').first()).toBeVisible();
  await expect(page.getByRole('alert').filter({ hasText: /\S/ })).toHaveCount(0);
});

test('a page whose code cannot be had leaves the others alone and can be tried again', async ({ page }) => {
  await page.route('**/assets/Impact-*.js', (route) => route.abort());
  await openRecorded(page);
  await question(page).fill('Who was Ada Lovelace?');
  await pageLink(page, 'Impact').click();
  await expect(page.getByRole('alert').filter({ hasText: 'could not be fetched' })).toBeVisible();
  await pageLink(page, 'Explore').click();
  await expect(question(page)).toHaveValue('Who was Ada Lovelace?');
  await expect(page.getByRole('region', { name: 'Steered', exact: true })).toContainText('Austria');
  await pageLink(page, 'Impact').click();
  await page.unroute('**/assets/Impact-*.js');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('checkbox', { name: /^Pushback/ })).toBeVisible();
});

test('a new version is said when a part of the old one is gone, and a reload keeps what was typed', async ({
  page,
}) => {
  await page.route('**/assets/Identify-*.js', (route) => route.fulfill({ status: 404 }));
  await openRecorded(page);
  const version = page.getByRole('status', { name: 'Version' });
  await expect(version).toBeEmpty();
  await page.route(/\/(\?.*)?$/, async (route) => {
    const response = await route.fetch();
    const html = await response.text();
    await route.fulfill({ response, body: html.replace(/index-[\w-]+\.js/, 'index-another.js') });
  });
  await question(page).fill('Who was Ada Lovelace?');
  await pageLink(page, 'Identify').click();
  await expect(page.getByRole('alert').filter({ hasText: 'could not be fetched' })).toBeVisible();
  await expect(version).toContainText('A new version of this page is there.');
  await version.getByRole('button', { name: 'Later' }).click();
  await expect(version).toBeEmpty();
  await page.unrouteAll();
  await page.reload();
  await expect(page.getByRole('heading', { name: /^Which neurons are active/ })).toBeVisible();
  await pageLink(page, 'Explore').click();
  await expect(question(page)).toHaveValue('Who was Ada Lovelace?');
});
