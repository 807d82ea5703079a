import { expect, test } from '@playwright/test';
import { shortcuts } from '../../app/shell/shortcuts.ts';
import { collectErrors, openRecorded } from '../support/page.ts';

test('the list of shortcuts opens by ? and by its button, on every page, and has them all', async ({
  page,
}) => {
  const errors = collectErrors(page);
  await openRecorded(page);
  const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  for (const name of ['Explore', 'Origins']) {
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name }).click();
    const before = page.getByRole('button', { name: 'Projector' });
    await before.focus();
    await page.keyboard.press('?');
    await expect(dialog).toBeVisible();
    await expect(dialog.locator('dd')).toHaveText(shortcuts.map(({ words }) => words));
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    await expect(before).toBeFocused();
  }
  await page.getByRole('button', { name: 'Keyboard shortcuts' }).click();
  await expect(dialog).toBeVisible();
  await dialog.getByRole('button', { name: 'Close' }).click();
  await expect(dialog).toBeHidden();
  expect(errors).toEqual([]);
});

test('a ? that is typed into a field is text', async ({ page }) => {
  await openRecorded(page);
  const question = page.getByRole('textbox', { name: 'Question', exact: true });
  await question.fill('Who are you');
  await question.press('End');
  await question.press('?');
  await expect(question).toHaveValue('Who are you?');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('Ctrl and Z undo a change, with Shift they redo it, on the page Explore only', async ({ page }) => {
  await openRecorded(page);
  const [undo, redo] = [/^Undo: /, /^Redo: /].map((name) => page.getByRole('button', { name }));
  const slider = page.getByRole('slider', { name: 'Scale', exact: true });
  await slider.press('ArrowLeft');
  await expect(undo!).toBeEnabled();
  await page.getByRole('link', { name: 'Origins', exact: true }).click();
  await expect(
    page.getByRole('heading', { name: 'Were they there before the model learnt to answer?' }),
  ).toBeVisible();
  await page.keyboard.press('Control+z');
  await page.getByRole('link', { name: 'Explore', exact: true }).click();
  await expect(undo!).toBeEnabled();
  await page.keyboard.press('Control+z');
  await expect(redo!).toBeEnabled();
  await expect(slider).toHaveValue('3');
  await page.keyboard.press('Control+Shift+z');
  await expect(undo!).toBeEnabled();
  await expect(slider).not.toHaveValue('3');
});

test('Escape with the list open closes the list, and nothing behind it', async ({ page }) => {
  await openRecorded(page);
  await page.getByRole('listbox', { name: 'Tokens, Steered' }).getByRole('option').nth(2).click();
  const unpin = page.getByRole('button', { name: 'Unpin (Esc)' });
  await expect(unpin).toBeVisible();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(unpin).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(unpin).toBeHidden();
});

for (const colorScheme of ['light', 'dark'] as const)
  test(`the list of shortcuts fits a phone in ${colorScheme}`, async ({ page }, info) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width: 390, height: 844 });
    await openRecorded(page);
    await page.getByRole('button', { name: 'Keyboard shortcuts' }).click();
    const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    const wide = await dialog.evaluate((element) =>
      [element, ...element.querySelectorAll('*')]
        .filter((part) => part.getBoundingClientRect().right > innerWidth)
        .map((part) => part.outerHTML.slice(0, 80)),
    );
    expect(wide).toEqual([]);
    await page.screenshot({ path: info.outputPath('phone.png') });
    await dialog.getByText('Close it').scrollIntoViewIfNeeded();
    await expect(dialog.getByText('Close it')).toBeInViewport();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });
