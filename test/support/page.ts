import { expect, type Page, test } from '@playwright/test';

export const lanes = ['Unsteered', 'Steered', 'Random control'] as const;
export type LaneName = (typeof lanes)[number];

/** Waits until the model on the page answers. */
export async function modelReady(page: Page): Promise<void> {
  await expect(page.getByRole('status', { name: 'Model' })).toContainText('ready on', { timeout: 180_000 });
}

/** One page with the default model for all tests of a file, which see what the earlier ones left; none may report an error. */
export function onePage(use: (page: Page) => void): void {
  let opened: Page | undefined;
  let errors: readonly string[] = [];
  test.describe.configure({ mode: 'serial' });
  test.beforeAll(async ({ browser, baseURL }) => {
    const page = await browser.newPage({ baseURL });
    opened = page;
    use(page);
    errors = collectErrors(page);
    await page.goto('./');
    await modelReady(page);
  });
  test.afterAll(() => opened?.close());
  test.afterEach(() => {
    expect(errors).toEqual([]);
  });
}

/** Waits until nothing is being answered. */
export async function answered(page: Page): Promise<void> {
  // The first one is the form's; on a phone there is another above the slider while the model answers.
  const stop = page.getByRole('button', { name: 'Stop', exact: true }).first();
  await expect(stop).toBeDisabled({ timeout: 120_000 });
}

export function answerOf(page: Page, lane: LaneName) {
  return page.getByRole('region', { name: lane, exact: true }).getByRole('paragraph').last();
}

/** Keeps the model's file from arriving; the page finds that it is there. */
export async function holdModel(page: Page): Promise<void> {
  await page.route('**/*.gguf', async (route) => {
    if (route.request().method() === 'HEAD') await route.continue();
  });
}

/** Opens the page with its recorded run and no model. */
export async function openRecorded(page: Page, path = './'): Promise<void> {
  await holdModel(page);
  await page.goto(path);
  await expect(page.getByText('Recorded', { exact: true })).toBeVisible();
}

/** Collects what goes wrong in a page. */
export function collectErrors(page: Page): string[] {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('dialog', (dialog) => {
    errors.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return errors;
}
