import { expect, type Page } from '@playwright/test';
import { seriousFaults } from './axe.ts';

/** Axe finds no serious fault in light and dark, and nothing reaches beyond the page at several widths. */
export async function expectGoodLooks(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme);
    expect(await seriousFaults(page)).toEqual([]);
  }
  for (const width of [390, 800, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    await expect
      .poll(() => page.evaluate(() => document.documentElement.scrollWidth))
      .toBeLessThanOrEqual(width);
  }
}
