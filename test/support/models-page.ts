import { expect, type Page } from '@playwright/test';

const status = (page: Page) => page.getByRole('status', { name: 'Model' });
/** The dialog in which a model is chosen. */
export const chooser = (page: Page) => page.getByRole('dialog', { name: 'Choose a model' });

export async function openChooser(page: Page, part?: string): Promise<void> {
  await page.getByRole('button', { name: 'Model and device' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Choose a model…' }).click();
  await expect(chooser(page)).toBeVisible();
  if (part) await chooser(page).getByRole('tab', { name: part }).click();
}

export async function loaded(page: Page, name: string): Promise<void> {
  await expect(status(page)).toContainText(`${name}, ready on`, { timeout: 120_000 });
}
