import { expect, test } from '@playwright/test';
import { seriousFaults } from '../support/axe.ts';
import { chooser, openChooser } from '../support/models-page.ts';
import { answerOf, collectErrors, openRecorded } from '../support/page.ts';

for (const scheme of ['light', 'dark'] as const) {
  test(`axe finds no serious fault in ${scheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    await openRecorded(page);
    await expect(page.locator('html')).toHaveAttribute('data-theme', scheme);
    expect(await seriousFaults(page)).toEqual([]);
    for (const title of ['Sampling', 'Token map as a table', 'Neuron map as a table', 'Layers as a table'])
      await page.getByRole('button', { name: title }).click();
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByRole('button', { name: '22:530' }).first().click();
    await expect(page.getByRole('heading', { name: 'Neuron 22:530' })).toBeVisible();
    expect(await seriousFaults(page)).toEqual([]);
    for (const menu of ['Export', 'Model and device']) {
      await page.getByRole('button', { name: menu }).click();
      await expect(page.getByRole('dialog', { name: menu })).toBeVisible();
      expect(await seriousFaults(page)).toEqual([]);
      await page.keyboard.press('Escape');
    }
  });
}

test('everything is reached and worked by keyboard, with visible focus', async ({ page }) => {
  await openRecorded(page);
  await page.keyboard.press('Tab');
  const skip = page.getByRole('link', { name: 'Skip to the figure' });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  const seen = new Set<string>();
  for (let i = 0; i < 120; i++) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return undefined;
      const style = getComputedStyle(element);
      const around = element.closest('[data-focus-visible]');
      const outlined =
        (style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) > 0) ||
        (around !== null && getComputedStyle(around).outlineStyle !== 'none');
      const name = element.getAttribute('aria-label') ?? element.textContent?.trim().slice(0, 30) ?? '';
      return { name: `${element.tagName} ${name}`, outlined };
    });
    if (!focused) break;
    seen.add(focused.name);
    expect(focused.outlined, focused.name).toBe(true);
  }
  for (const wanted of ['Run', 'Export', 'Projector', 'Model and device', 'Prompt'])
    expect(
      [...seen].some((name) => name.endsWith(wanted)),
      wanted,
    ).toBe(true);
  // Tools that belong together are one stop; arrow keys go from one to the next.
  await page.getByRole('button', { name: 'Prompt', exact: true }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('button', { name: 'Spaces', exact: true })).toBeFocused();
});

test('tokens are walked, pinned and let go by keys', async ({ page }) => {
  await openRecorded(page);
  const steered = page.getByRole('listbox', { name: 'Tokens, Steered' });
  await steered.getByRole('option').nth(2).focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByText('While the model reads')).toContainText('was');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Unpin (Esc)' })).toBeHidden();
});

test('a phone has one column: answers, question, maps, then the rest; the slider stays at the bottom edge', async ({
  page,
}) => {
  const errors = collectErrors(page);
  await page.setViewportSize({ width: 390, height: 844 });
  await openRecorded(page);
  await expect(answerOf(page, 'Steered')).toContainText('in Erlon, Austria');
  const top = async (name: string, role: 'region' | 'textbox' | 'slider') =>
    (await page.getByRole(role, { name, exact: true }).boundingBox())!.y;
  const tops = [
    await top('Answers', 'region'),
    await top('Question', 'textbox'),
    await top('All neurons', 'region'),
    await top('Next token', 'region'),
    await top('Groups of neurons', 'region'),
  ];
  expect(tops).toEqual([...tops].sort((a, b) => a - b));
  await expect(page.locator('.dock .slider-track')).toBeInViewport();
  await expect(page.getByRole('listbox', { name: 'Tokens, Steered' })).toBeInViewport();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  expect(errors).toEqual([]);
});

for (const width of [800, 1100, 1440]) {
  test(`nothing reaches beyond a page ${width} pixels wide`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    await openRecorded(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  });
}

test('the projector has larger type', async ({ page }) => {
  await page.setViewportSize({ width: 1920, height: 1080 });
  await openRecorded(page);
  const size = () =>
    answerOf(page, 'Steered').evaluate((element) => Number.parseFloat(getComputedStyle(element).fontSize));
  const token = page.getByRole('listbox', { name: 'Tokens, Steered' }).getByRole('option').nth(3);
  const [before, narrow] = [await size(), (await token.boundingBox())!.width];
  await page.getByRole('button', { name: 'Projector' }).click();
  await expect.poll(size).toBeCloseTo(1.25 * before);
  await expect.poll(async () => (await token.boundingBox())!.width).toBeGreaterThan(narrow);
  await page.getByRole('button', { name: 'Projector' }).click();
  await expect.poll(size).toBeCloseTo(before);
});

test('high contrast and forced colours keep what is marked', async ({ page }) => {
  await page.emulateMedia({ contrast: 'more' });
  await openRecorded(page);
  const line = () =>
    page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--ink').trim());
  const strong = await line();
  await page.emulateMedia({ contrast: 'no-preference' });
  expect(await line()).not.toBe(strong);
  await page.emulateMedia({ forcedColors: 'active' });
  await expect(page.locator('.lane-mark-1').first()).toHaveCSS('forced-color-adjust', 'none');
});

test('a page is walked in few stops, its headings are in order, and each page has its title', async ({
  page,
}) => {
  await openRecorded(page);
  const stops = new Set<string>();
  for (let i = 0; i < 70; i++) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return undefined;
      return [...document.querySelectorAll('*')].indexOf(element);
    });
    if (stop === undefined) break;
    stops.add(String(stop));
  }
  expect(stops.size).toBeLessThan(58);
  const titles: string[] = [];
  for (const name of ['Explore', 'Identify', 'Impact', 'Origins']) {
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name }).click();
    await expect(page).toHaveTitle(new RegExp(`${name} · H-Neuron Explorer$`));
    titles.push(await page.title());
    const levels = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('h1, h2, h3, h4')]
        .filter((heading) => heading.checkVisibility())
        .map((heading) => Number(heading.tagName[1])),
    );
    levels.forEach((level, at) => {
      expect(level - (levels[at - 1] ?? 0), `${name}: ${levels.join()}`).toBeLessThanOrEqual(1);
    });
  }
  expect(new Set(titles).size).toBe(4);
});

test('forced colours show what is selected', async ({ page }) => {
  await page.emulateMedia({ forcedColors: 'active' });
  await openRecorded(page);
  const backgroundOf = (locator: ReturnType<typeof page.locator>) =>
    locator.evaluate((element) => getComputedStyle(element).backgroundColor);
  const links = page.getByRole('navigation', { name: 'Pages' });
  expect(await backgroundOf(links.getByRole('link', { name: 'Explore' }))).not.toBe(
    await backgroundOf(links.getByRole('link', { name: 'Identify' })),
  );
  const choice = (name: string) => page.locator('.choice-option', { hasText: new RegExp(`^${name}$`) });
  expect(await backgroundOf(choice('Chat'))).not.toBe(await backgroundOf(choice('Completion')));
  expect(await seriousFaults(page)).toEqual([]);
});

test('charts take the side of the system’s forced colours, whatever theme was chosen', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await openRecorded(page);
  const theme = page.locator('html');
  await page.locator('.bar .choice-option', { hasText: /^Dark$/ }).click();
  await expect(theme).toHaveAttribute('data-theme', 'dark');
  await page.emulateMedia({ forcedColors: 'active' });
  await expect(theme).toHaveAttribute('data-theme', 'light');
  await page.emulateMedia({ forcedColors: 'none' });
  await expect(theme).toHaveAttribute('data-theme', 'dark');
});

test('where motion is reduced, a theme is there at once', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  await openRecorded(page);
  // Styles are worked out anew when they are asked for, and what then begins to move is in the list.
  const moving = await page.evaluate(() => {
    document.documentElement.dataset.theme = 'dark';
    return document.getAnimations().length;
  });
  expect(moving).toBe(0);
});

test('keys walk the cells of a table that are seen, and keep the focus when the page gets narrow', async ({
  page,
}) => {
  await page.route('https://huggingface.co/**', (route) => route.abort());
  await page.setViewportSize({ width: 390, height: 844 });
  await openRecorded(page);
  await openChooser(page);
  const table = chooser(page).getByRole('grid', { name: 'Models' });
  const focused = page.locator(':focus');
  await table.getByRole('row', { name: /Qwen3 0.6B/ }).focus();
  for (const text of ['Qwen3 0.6B', /^596M/, / q8$/]) {
    await page.keyboard.press('ArrowRight');
    await expect(focused).toHaveText(text);
    await expect(focused).toBeInViewport();
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await expect(table.getByRole('columnheader', { name: 'Licence' })).toBeVisible();
  for (const text of [/ [GM]B/, 'Apache 2.0']) {
    await page.keyboard.press('ArrowRight');
    await expect(focused).toContainText(text);
  }
  await page.setViewportSize({ width: 390, height: 844 });
  await expect(table.getByRole('columnheader', { name: 'Licence' })).toBeHidden();
  await page.keyboard.press('ArrowDown');
  await expect(table.locator(':focus')).toBeInViewport();
});
