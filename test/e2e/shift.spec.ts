import { expect, type Page, test } from '@playwright/test';
import { answered, holdModel, modelReady } from '../support/page.ts';

declare global {
  interface Window {
    /** Shifts of the layout that no input explains. */
    shifts: { readonly value: number; readonly startTime: number }[];
  }
}

const views = [
  { name: 'a laptop', width: 1440, height: 900 },
  { name: 'a tablet', width: 800, height: 1100 },
  { name: 'a phone', width: 390, height: 844 },
] as const;

const pages = [
  { hash: 'explore', title: 'Explore' },
  { hash: 'identify', title: 'Identify' },
  { hash: 'impact', title: 'Impact' },
  { hash: 'origins', title: 'Origins' },
] as const;

/** Shifts since the last call; together they may not reach what a person notices. */
async function expectStill(page: Page, what: string): Promise<void> {
  const shifts = await page.evaluate(() => window.shifts.splice(0));
  const sum = shifts.reduce((total, { value }) => total + value, 0);
  expect(sum, `${what}: ${JSON.stringify(shifts)}`).toBeLessThan(0.05);
}

/** Waits until what the page shows first has come. */
async function shown(page: Page, hash: string): Promise<void> {
  await expect(page.locator(`#${hash}`)).toBeVisible();
  if (hash !== 'explore') await expect(page.locator(`#${hash} .part`).first()).toBeVisible();
}

/** Opens a page of a size, and keeps every shift from its first moment on. */
async function openWatched(
  page: Page,
  { width, height }: (typeof views)[number],
  hash: string,
): Promise<void> {
  await page.setViewportSize({ width, height });
  await page.addInitScript(() => {
    window.shifts = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & {
        value: number;
        hadRecentInput: boolean;
      })[])
        if (!entry.hadRecentInput) window.shifts.push({ value: entry.value, startTime: entry.startTime });
    }).observe({ type: 'layout-shift', buffered: true });
  });
  await page.goto(`./#${hash}`);
}

for (const view of views) {
  test(`nothing moves on ${view.name} while the model loads and answers, and other pages are turned to`, async ({
    page,
  }) => {
    await openWatched(page, view, 'explore');
    await modelReady(page);
    await answered(page);
    await expectStill(page, 'Explore');
    for (const { hash, title } of [...pages].reverse()) {
      // Without a click, so that no shift counts as an answer to one.
      await page.evaluate((next) => location.assign(`#${next}`), hash);
      await shown(page, hash);
      await expectStill(page, title);
    }
  });

  for (const { hash, title } of pages.slice(1))
    test(`nothing moves on ${view.name} while ${title} opens before there is a model`, async ({ page }) => {
      await holdModel(page);
      await openWatched(page, view, hash);
      await shown(page, hash);
      await expectStill(page, title);
    });
}

test('the page has its bar before any script runs', async ({ browser, baseURL }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(baseURL!);
  await expect(page.getByRole('heading', { name: 'H-Neuron Explorer' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Identify' })).toBeVisible();
  await context.close();
});
