import { expect, type Page, test } from '@playwright/test';
import { answered, answerOf, collectErrors, lanes, modelReady } from '../support/page.ts';

test.describe.configure({ mode: 'serial' });

let page: Page;
let errors: readonly string[];

const PARIS = 'The capital of France is Paris.';

test.beforeAll(async ({ browser, baseURL }) => {
  page = await browser.newPage({ baseURL, viewport: { width: 1440, height: 1000 } });
  errors = collectErrors(page);
  await page.goto('./');
  await modelReady(page);
  await page.getByRole('slider', { name: 'Scale', exact: true }).fill('0');
  await page.getByRole('button', { name: 'Sampling' }).click();
  const length = page.getByRole('textbox', { name: 'Answer length' });
  await length.fill('16');
  await length.press('Tab');
  await page.getByRole('textbox', { name: 'Question' }).fill('What is the capital of France?');
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(answerOf(page, 'Unsteered')).toHaveText(PARIS);
  await answered(page);
});
test.afterAll(() => page.close());
test.afterEach(() => {
  expect(errors).toEqual([]);
});

const map = () => page.getByRole('img', { name: 'Neuron map', exact: true });
const panel = () => page.getByRole('region', { name: 'All neurons' });
const region = (name: string) => page.getByRole('region', { name, exact: true });
const token = (text: string) => region('Unsteered').getByRole('option', { name: text });

async function pin(text: string): Promise<void> {
  await token(text).click();
  await page.mouse.move(5, 5);
  await expect(page.getByRole('button', { name: /Unpin/ })).toBeVisible();
}

test('a pinned token is what all parts show', async () => {
  await pin('Paris');
  await expect(page.getByText('While the model reads')).toContainText('Paris');
  await expect(map()).toHaveAttribute('aria-description', /of Unsteered/);
  const next = page.getByRole('region', { name: 'Next token' });
  await expect(next.getByRole('button', { name: /^What if/ }).first()).toBeVisible();
});

test('the neuron map zooms down to single neurons by keys, and its table follows', async () => {
  await map().focus();
  for (let i = 0; i < 14; i++) await page.keyboard.press('+');
  const tableHead = panel().getByRole('button', { name: 'Neuron map as a table' });
  await tableHead.click();
  const firstCell = panel()
    .getByRole('row')
    .nth(1)
    .getByRole('cell')
    .or(panel().getByRole('row').nth(1).getByRole('rowheader'));
  await expect(firstCell.first()).toHaveText(/^\d+$/);
  const rows = await panel().getByRole('row').count();
  expect(rows).toBeLessThan(200);
  await expect(panel().getByText('Neuron', { exact: true }).first()).toBeVisible();
  await map().focus();
  await page.keyboard.press('0');
  await expect(firstCell.first()).toHaveText(/^\d+ to \d+$/);
  await tableHead.click();
});

test('the wheel scrolls the page and says how to zoom; with Ctrl it zooms at the pointer', async () => {
  await map().blur();
  await map().scrollIntoViewIfNeeded();
  const box = (await map().boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  const before = await page.evaluate(() => scrollY);
  await page.mouse.wheel(0, -120);
  await expect.poll(() => page.evaluate(() => scrollY)).not.toBe(before);
  await expect(panel().getByText(/and the wheel zoom the map/)).toBeVisible();
  await expect(map()).not.toHaveClass(/canvas-pan/);
  await map().scrollIntoViewIfNeeded();
  const moved = (await map().boundingBox())!;
  await page.mouse.move(moved.x + moved.width / 2, moved.y + moved.height / 2);
  await page.keyboard.down('Control');
  await page.mouse.wheel(0, -400);
  await page.keyboard.up('Control');
  await expect(map()).toHaveClass(/canvas-pan/);
  await expect(panel().getByText(/and the wheel zoom the map/)).toBeHidden();
  await panel().getByRole('button', { name: 'All', exact: true }).click();
  await expect(map()).not.toHaveClass(/canvas-pan/);
});

test('the map shows differences and scales', async () => {
  await panel().getByRole('radio', { name: 'Difference' }).press('Space');
  await expect(map()).toHaveAttribute('aria-description', /Steered minus unsteered/);
  await panel().getByRole('radio', { name: 'Scales' }).press('Space');
  await expect(map()).toHaveAttribute('aria-description', /Scales/);
  await panel().getByRole('radio', { name: 'Activation' }).press('Space');
});

test('a value that is pointed at is read in full', async () => {
  await map().scrollIntoViewIfNeeded();
  await map().hover({ position: { x: 200, y: 60 } });
  const readout = panel().getByText(/CETT [\d.]+ in layer/);
  await expect(readout).toBeVisible();
  expect(
    await readout.evaluate(
      (line) => line.scrollWidth <= line.clientWidth && line.scrollHeight <= line.clientHeight,
    ),
  ).toBe(true);
});

test('Escape lets a card, a brush, the selection and a pin go, one after the other, wherever the focus is', async () => {
  const card = page.getByRole('region', { name: /^Neuron \d+:\d+$/ });
  await page.getByRole('listbox', { name: 'Tokens, Steered' }).getByRole('option').first().click();
  await panel().getByRole('button', { name: 'Select' }).click();
  const box = (await map().boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.4, box.y + box.height * 0.4);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.5, { steps: 4 });
  await page.mouse.up();
  await page.getByRole('button', { name: 'Neuron 22:530', exact: true }).click();
  await expect(card).toBeVisible();
  await page.getByRole('radio', { name: 'Text', exact: true }).focus();
  await page.keyboard.press('Escape');
  await expect(card).toBeHidden();
  await expect(panel().getByRole('button', { name: 'Make a group' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(panel().getByRole('button', { name: 'Make a group' })).toBeHidden();
  await expect(panel().getByRole('button', { name: 'Select' })).toHaveAttribute('aria-pressed', 'true');
  await page.keyboard.press('Escape');
  await expect(panel().getByRole('button', { name: 'Select' })).toHaveAttribute('aria-pressed', 'false');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: /^Unpin/ })).toBeHidden();
});

test('a card leaves the next tokens their width', async () => {
  const next = page.getByRole('region', { name: 'Next token' });
  const before = (await next.boundingBox())!.width;
  await page.getByRole('button', { name: 'Neuron 22:530', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Neuron 22:530' })).toBeVisible();
  expect((await next.boundingBox())!.width).toBeGreaterThanOrEqual(before);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('heading', { name: 'Neuron 22:530' })).toBeHidden();
});

test('“what if” is the first thing that Undo takes back', async () => {
  const start = page.getByText('Answer starts with');
  await page
    .getByRole('region', { name: 'Next token' })
    .getByRole('listitem')
    .nth(3)
    .getByRole('button')
    .click();
  await expect(start).toBeVisible();
  await answered(page);
  await page.getByRole('button', { name: /^Undo: what if/ }).click();
  await expect(start).toBeHidden();
  await answered(page);
});

test('a brush makes a group with a slider of its own', async () => {
  await map().focus();
  for (let i = 0; i < 14; i++) await page.keyboard.press('+');
  await panel().getByRole('button', { name: 'Select' }).click();
  const box = (await map().boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.4, box.y + box.height * 0.4);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.5, { steps: 4 });
  await page.mouse.up();
  await panel().getByRole('button', { name: 'Make a group' }).click();
  await expect(page.getByRole('slider', { name: /^Scale of layers? / })).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByRole('slider', { name: /^Scale of layers? / })).toBeHidden();
  await panel().getByRole('button', { name: 'Select' }).click();
  await panel().getByRole('button', { name: 'All', exact: true }).click();
  await answered(page);
});

test('tokens are coloured by what is chosen', async () => {
  const colour = page.getByRole('combobox', { name: 'Colour' });
  const background = () => token('Paris').evaluate((element) => getComputedStyle(element).backgroundColor);
  await colour.selectOption({ index: 0 });
  const plain = await background();
  await colour.selectOption({ label: 'entropy' });
  await expect(page.getByText('Tokens coloured by', { exact: false })).toContainText(/entropy/i);
  await colour.selectOption({ index: 1 });
  await expect.poll(background).not.toBe(plain);
  // A score of the neurons that are scaled would say what was put in: only the unsteered answer has one.
  await colour.selectOption({ label: 'detector’s score (as trained only)' });
  const coloured = (name: string) => region(name).locator('.token[data-coloured="true"]');
  await expect(coloured('Unsteered')).not.toHaveCount(0);
  await expect(coloured('Steered')).toHaveCount(0);
  await expect(coloured('Random control')).toHaveCount(0);
  // Behind the first different word, too, it is known how likely the words are as trained.
  await colour.selectOption({ label: 'how likely the word is as trained' });
  for (const lane of lanes) {
    const words = region(lane).locator('.token-answer');
    await expect(coloured(lane)).toHaveCount(await words.count());
  }
});

test('the token map is put in order by layer', async () => {
  const rows = page
    .getByRole('region', { name: 'Answers' })
    .getByRole('button', { name: /^Neuron \d+:\d+$/ });
  const names = async () => (await rows.allTextContents()).map((text) => Number(text.split(':')[0]));
  await page.getByRole('combobox', { name: 'Order' }).selectOption({ label: 'by layer' });
  const layers = await names();
  expect(layers.length).toBeGreaterThanOrEqual(5);
  expect(layers).toEqual([...layers].sort((a, b) => a - b));
});

test('"what if" goes on from another token in every lane, and back', async () => {
  await pin('The');
  const next = page.getByRole('region', { name: 'Next token' });
  const other = next.getByRole('button', { name: /^What if/ }).nth(1);
  await other.click();
  await expect(page.getByText('Answer starts with')).toBeVisible();
  await answered(page);
  const texts = await Promise.all(lanes.map((lane) => answerOf(page, lane).textContent()));
  for (const text of texts) {
    expect(text).toMatch(/^The /);
    expect(text).not.toBe(PARIS);
  }
  await page.getByRole('button', { name: 'Let the model start by itself' }).click();
  await expect(answerOf(page, 'Unsteered')).toHaveText(PARIS);
  await answered(page);
});

test('layers are shown over all tokens or at one', async () => {
  const layers = page.getByRole('region', { name: 'Layers', exact: true });
  await layers.getByRole('radio', { name: 'One' }).press('Space');
  await expect(layers.getByRole('radio', { name: 'One' })).toBeChecked();
  await layers.getByRole('radio', { name: 'All tokens' }).press('Space');
  await expect(layers.getByRole('img', { name: 'Layer profile' })).toBeVisible();
});

test('while an answer streams the slider follows the pointer, and the last place wins', async () => {
  const length = page.getByRole('textbox', { name: 'Answer length' });
  await length.fill('60');
  await length.press('Tab');
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Stop', exact: true })).toBeEnabled();
  const slider = page.getByRole('slider', { name: 'Scale', exact: true });
  const track = (await page.locator('.slider-track').filter({ has: slider }).first().boundingBox())!;
  const y = track.y + track.height / 2;
  const places = [0.2, 0.35, 0.5, 0.65, 0.45];
  await page.mouse.move(track.x + track.width * 0.1, y);
  await page.mouse.down();
  const values: number[] = [];
  for (const place of places) {
    await page.mouse.move(track.x + track.width * place, y);
    await expect.poll(() => slider.inputValue().then(Number)).not.toBe(values.at(-1));
    values.push(Number(await slider.inputValue()));
  }
  await page.mouse.up();
  for (const [i, value] of values.entries()) expect(Math.abs(value / 3 - places[i]!)).toBeLessThan(0.08);
  await answered(page);
  const last = Number(await slider.inputValue());
  await expect(region('Steered')).toContainText(`× ${last.toFixed(2)}`);
});
