import { expect, type Page, test } from '@playwright/test';

const lanes = ['Unsteered', 'Steered', 'Random control'] as const;
const france = 'What is the capital of France?';
const paris = 'The capital of France is Paris.';

test.describe.configure({ mode: 'serial' });

let page: Page;
const errors: string[] = [];

test.beforeAll(async ({ browser, baseURL }) => {
  page = await browser.newPage({ baseURL });
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  await page.goto('./');
  await ready();
  await scaleTo('1');
  await setScope('Everywhere');
});
test.afterAll(() => page.close());
test.afterEach(() => {
  expect(errors).toEqual([]);
});

const question = () => page.getByRole('textbox', { name: 'Question' });
const run = () => page.getByRole('button', { name: 'Run', exact: true });
const stop = () => page.getByRole('button', { name: 'Stop', exact: true });
const scale = () => page.getByRole('slider', { name: 'Scale', exact: true });
const scope = (name: string) => page.getByRole('radiogroup', { name: 'Scope' }).getByRole('radio', { name });
const lane = (name: (typeof lanes)[number]) => page.getByRole('region', { name, exact: true });

async function ready(): Promise<void> {
  await expect(page.getByRole('status', { name: 'Model' })).toContainText('ready', { timeout: 180_000 });
}

const answer = (name: (typeof lanes)[number]) => lane(name).getByRole('paragraph').last();

/** The lanes' answers once nothing runs any more. */
async function settled(): Promise<string[]> {
  await expect(stop()).toBeDisabled();
  return Promise.all(lanes.map(async (name) => (await answer(name).textContent()) ?? ''));
}

/** Asks a question and gives the three answers. */
async function ask(text: string): Promise<string[]> {
  await question().fill(text);
  await run().click();
  await expect(stop()).toBeEnabled();
  return settled();
}

/** Changes the steering; gives the answers once the steered one is another and all are there. */
async function steer(change: () => Promise<void>): Promise<string[]> {
  const before = (await answer('Steered').textContent()) ?? '';
  await change();
  await expect(answer('Steered')).not.toHaveText(before);
  return settled();
}

/** Gives the slider a value by setting it. */
async function scaleTo(value: string): Promise<void> {
  await scale().fill(value);
  await expect(scale()).toHaveValue(value);
}

async function setScope(name: string): Promise<void> {
  await scope(name).press('Space');
  await expect(scope(name)).toBeChecked();
}

/** Limits the tokens of an answer. */
async function answerLength(tokens: number): Promise<void> {
  const length = page.getByRole('textbox', { name: 'Answer length' });
  await length.fill(String(tokens));
  await length.press('Tab');
}

test('a typed question is answered in three lanes, with both maps', async () => {
  expect(await ask(france)).toEqual([paris, paris, paris]);
  for (const name of lanes) {
    await expect(lane(name).getByRole('option', { name: 'Paris' })).toBeVisible();
  }
  for (const name of ['Neuron map', 'Token map']) {
    const map = page.getByRole('img', { name, exact: true });
    await expect(map).toBeVisible();
    expect((await map.boundingBox())!.width).toBeGreaterThan(100);
  }
});

test('the slider steers its lane and leaves the unsteered one', async () => {
  await page.getByRole('button', { name: 'Sampling' }).click();
  await answerLength(12);
  expect(await ask(france)).toEqual([paris, paris, paris]);
  const [unsteered, steered, control] = await steer(() => scaleTo('3'));
  expect(unsteered).toBe(paris);
  expect(steered).not.toBe('');
  expect(control).not.toBe(steered);
  expect(await steer(() => scaleTo('1'))).toEqual([paris, paris, paris]);
});

test('the slider is moved by keys', async () => {
  await scale().focus();
  await scale().press('End');
  await expect(scale()).not.toHaveValue('1');
  const end = Number(await scale().inputValue());
  await scale().press('ArrowLeft');
  expect(Number(await scale().inputValue())).toBeLessThan(end);
  await expect(answer('Steered')).not.toHaveText(paris);
  expect((await settled())[0]).toBe(paris);
});

test('the scope changes the steered lane only', async () => {
  await steer(() => scaleTo('1'));
  const [, everywhere] = await steer(() => scaleTo('3'));
  const [unsteered, scoped] = await steer(() => setScope('Answer only'));
  expect(unsteered).toBe(paris);
  // What is chosen behind the prompt does not depend on scales that begin with the answer.
  expect(scoped!.startsWith('The')).toBe(true);
  expect((await steer(() => setScope('Everywhere')))[1]).toBe(everywhere);
  await steer(() => scaleTo('1'));
});

test('Stop ends the answer where it is, and Run starts it anew', async () => {
  await answerLength(48);
  await question().fill('Tell me a long story about a ship and its crew.');
  await run().click();
  // The answer before stays in view until the new one begins.
  await expect(answer('Unsteered')).not.toHaveText(paris);
  await expect(answer('Unsteered')).toHaveText(/\S\s+\S/);
  await stop().click();
  const stopped = await settled();
  expect(stopped[0]).not.toBe('');
  await run().click();
  await expect(stop()).toBeEnabled();
  const whole = await settled();
  expect(whole[0]!.startsWith(stopped[0]!)).toBe(true);
  expect(whole[0]!.length).toBeGreaterThan(stopped[0]!.length);
});

test('a blank question gets a message and no answer', async () => {
  const before = await ask(france);
  await question().fill('   ');
  await run().click();
  await expect(page.getByRole('alert')).toContainText('question');
  await expect(stop()).toBeDisabled();
  expect(await settled()).toEqual(before);
});

test('markup and template marks in the prompt stay text', async () => {
  const text = `<img src="x" onerror="document.title='changed'"><script>document.title='changed'</script> {{ bos_token }}`;
  await page.getByRole('textbox', { name: 'System text' }).fill('<b>Answer</b> in one word.');
  const answers = await ask(text);
  expect(answers[0]).not.toBe('');
  await expect(question()).toHaveValue(text);
  await page.getByRole('button', { name: 'Prompt', exact: true }).click();
  await expect(
    lane('Unsteered')
      .getByRole('option', { name: /onerror|err/ })
      .first(),
  ).toBeAttached();
  await expect(page.locator('img[src="x"]')).toHaveCount(0);
  await expect(page).toHaveTitle(/· Explore · H-Neuron Explorer$/);
  await page.getByRole('button', { name: 'Prompt', exact: true }).click();
  await page.getByRole('textbox', { name: 'System text' }).fill('');
});

test('after a reload the model is ready again and answers the same', async () => {
  await page.reload();
  await ready();
  await scaleTo('1');
  expect(await ask(france)).toEqual([paris, paris, paris]);
});
