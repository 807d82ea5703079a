import { expect, type Page, test } from '@playwright/test';
import { collectErrors } from '../support/page.ts';

const host = 'http://explorer.example/';

/** Serves the site under a foreign name; counts how often the model is fetched. It never comes. */
async function hosted(page: Page, baseURL: string, beside: boolean): Promise<() => number> {
  let fetched = 0;
  await page.route('**/*.gguf', async (route) => {
    if (route.request().method() === 'HEAD') await route.fulfill({ status: beside ? 200 : 404 });
    else fetched += 1;
  });
  await page.route(`${host}**`, async (route) => {
    const url = route.request().url();
    if (url.endsWith('.gguf')) await route.fallback();
    else await route.fulfill({ response: await route.fetch({ url: url.replace(host, baseURL) }) });
  });
  return () => fetched;
}

test('a hosted page asks once before it fetches the model, and says its size', async ({ page, baseURL }) => {
  const fetched = await hosted(page, baseURL!, true);
  await page.goto(host);
  const load = page.getByRole('button', { name: 'Load the model (98 MB)' });
  await expect(load).toBeVisible();
  await expect(page.getByText('98 MB, fetched once and kept by this browser')).toBeVisible();
  await expect(page.getByText('Recorded', { exact: true })).toBeVisible();
  expect(fetched()).toBe(0);
  await load.click();
  await expect(page.getByRole('progressbar', { name: 'Loading the model' })).toBeVisible();
  await expect.poll(fetched).toBe(1);

  await page.reload();
  await expect.poll(fetched).toBe(2);
  await expect(load).toBeHidden();
});

test('a page without a model beside it offers the Hub and a file', async ({ page }) => {
  const errors = collectErrors(page);
  await page.route('**/*.gguf', (route) => route.fulfill({ status: 404 }));
  await page.goto('./');
  await expect(page.getByText('The model is not beside this page.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Fetch from the Hub (98 MB)' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Choose a model…' })).toBeVisible();
  await expect(page.getByText('Recorded', { exact: true })).toBeVisible();
  expect(errors.filter((error) => !error.includes('404'))).toEqual([]);
});

test('a host that cannot be reached is named, and the recorded run stays', async ({ page }) => {
  await page.route('**/*.gguf', (route) =>
    route.request().url().includes('huggingface.co') ? route.abort() : route.fulfill({ status: 404 }),
  );
  await page.goto('./');
  await page.getByRole('button', { name: 'Fetch from the Hub (98 MB)' }).click();
  await expect(
    page.getByRole('alert').filter({ hasText: 'huggingface.co could not be reached' }),
  ).toBeVisible();
  await expect(page.getByRole('button', { name: 'Try again' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Steered', exact: true })).toContainText('Austria');
});
