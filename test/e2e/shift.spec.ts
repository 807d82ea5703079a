import { expect, test } from '@playwright/test';
import { answered, modelReady } from '../support/page.ts';

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

for (const { name, width, height } of views) {
  test(`nothing moves on ${name} while the model loads`, async ({ page }) => {
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
    await page.goto('./');
    await modelReady(page);
    await answered(page);
    const shifts = await page.evaluate(() => window.shifts);
    expect(
      shifts.reduce((sum, { value }) => sum + value, 0),
      JSON.stringify(shifts),
    ).toBeLessThan(0.05);
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
