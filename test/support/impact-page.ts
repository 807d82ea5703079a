import { expect, type Page } from '@playwright/test';
import { modelReady } from './page.ts';

export const box = (page: Page, name: RegExp) => page.getByRole('checkbox', { name });
export const sweepPart = (page: Page) => page.getByRole('region', { name: 'Sweep', exact: true });
export const state = (page: Page) => page.getByRole('status', { name: 'State of the sweep' });

export async function fill(page: Page, label: string, value: string): Promise<void> {
  const field = page.getByRole('textbox', { name: label, exact: true });
  await field.fill(value);
  await field.blur();
}

/** Opens the Impact page with the default model and its set, and without the suites that check whether it works. */
export async function openImpact(page: Page): Promise<void> {
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  await page.goto('./#impact');
  await expect(page.getByRole('heading', { name: /^Does turning them change/ })).toBeVisible();
  await modelReady(page);
  await expect(box(page, /^H-Neurons of SmolLM2/)).toBeChecked();
  for (const name of [/^Plain questions/, /^Plain prose/]) await box(page, name).uncheck({ force: true });
}
