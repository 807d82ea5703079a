import { readFile } from 'node:fs/promises';
import { expect, type Page, test } from '@playwright/test';
import { answered, answerOf, collectErrors, modelReady, openRecorded } from '../support/page.ts';

const markup = '"><img src=x onerror=alert(1)>';

async function takeAway(page: Page) {
  await page.getByRole('button', { name: 'Export' }).click();
  return page.getByRole('dialog', { name: 'Export' });
}

/** The text of what a button saves, and the file's name. */
async function saved(page: Page, name: string | RegExp) {
  const dialog = page.getByRole('dialog', { name: 'Export' });
  const coming = page.waitForEvent('download');
  await dialog.getByRole('button', { name, exact: typeof name === 'string' }).click();
  const download = await coming;
  const path = await download.path();
  return { name: download.suggestedFilename(), path, bytes: await readFile(path) };
}

async function copiedLink(page: Page): Promise<string> {
  const dialog = await takeAway(page);
  await dialog.getByRole('button', { name: 'Copy link' }).click();
  await expect(dialog.getByText(/Copied|Copy it by hand/)).toBeVisible();
  return page.url();
}

const question = (page: Page) => page.getByRole('textbox', { name: 'Question' });
const scale = (page: Page) => page.getByRole('slider', { name: 'Scale', exact: true });
const notice = (page: Page) => page.getByRole('status', { name: 'Notice' });

test('a link brings prompt, scales, pinned token and view to another page', async ({ context, page }) => {
  await page.goto('./');
  await modelReady(page);
  await question(page).fill('What is the capital of France?');
  await scale(page).fill('1.5');
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await answered(page);
  await page.getByRole('listbox', { name: 'Tokens, Steered' }).getByRole('option').nth(3).click();
  await page.getByRole('button', { name: 'Spaces', exact: true }).click();
  const reading = await page.getByText('While the model reads').textContent();
  const answers = await answerOf(page, 'Steered').textContent();
  const link = await copiedLink(page);
  expect(new URL(link).hash).toMatch(/^#s2\.[\w-]+$/);
  expect(link.length).toBeLessThan(300);
  // Two tabs with a model ask first.
  await page.close();

  const other = await context.newPage();
  const errors = collectErrors(other);
  await other.goto(link);
  await expect(question(other)).toHaveValue('What is the capital of France?');
  await expect(scale(other)).toHaveValue('1.5');
  await modelReady(other);
  await answered(other);
  await expect(answerOf(other, 'Steered')).toHaveText(answers!);
  await expect(other.getByText('While the model reads')).toHaveText(reading!);
  await expect(other.getByRole('button', { name: 'Unpin (Esc)' })).toBeVisible();
  await expect(other.getByRole('button', { name: 'Spaces', exact: true })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
  await expect(notice(other)).toBeEmpty();
  expect(errors).toEqual([]);
});

test('markup in a link stays text, and a link only fills fields', async ({ page, context }) => {
  await openRecorded(page);
  await question(page).fill(markup);
  const link = await copiedLink(page);
  const other = await context.newPage();
  const errors = collectErrors(other);
  await other.route('**/*.gguf', (route) => route.fulfill({ status: 404 }));
  await other.goto(link);
  await expect(question(other)).toHaveValue(markup);
  await expect(other.locator('img')).toHaveCount(0);
  expect(errors.filter((error) => !error.includes('404'))).toEqual([]);
});

for (const [kind, fragment, message] of [
  ['a damaged', '#s1.AAAA', 'The link is damaged'],
  ['an unknown', '#javascript:alert(1)', 'is not a state of this page'],
  ['a newer', '#s9.AAAA', 'newer version'],
  ['a too long', `#s1.${'A'.repeat(9000)}`, '8 kB'],
] as const) {
  test(`${kind} link is left out with a notice`, async ({ page }) => {
    const errors = collectErrors(page);
    await openRecorded(page, `./${fragment}`);
    await expect(notice(page)).toContainText(message);
    await expect(question(page)).toHaveValue('When did Albert Einstein invent the telephone?');
    await notice(page).getByRole('button', { name: 'Close' }).click();
    await expect(notice(page)).toBeEmpty();
    expect(errors).toEqual([]);
  });
}

test('a link that is followed on the open page fills its fields', async ({ page }) => {
  await openRecorded(page);
  await question(page).fill('Who?');
  const { hash } = new URL(await copiedLink(page));
  await page.keyboard.press('Escape');
  await question(page).fill('Where?');
  await page.evaluate((fragment) => {
    location.hash = '';
    location.hash = fragment;
  }, hash);
  await expect(question(page)).toHaveValue('Who?');
});

test('a run is saved as a file and opened again', async ({ page }) => {
  const errors = collectErrors(page);
  await openRecorded(page);
  await takeAway(page);
  const file = await saved(page, 'Save run');
  expect(file.name).toMatch(/^run_when-did-albert-einstein.*\.json$/);
  const run = JSON.parse(file.bytes.toString());
  expect(run).toMatchObject({ format: 'h-neurons-run', version: 1, lanes: { length: 3 } });
  run.state.prompt.question = markup;
  run.lanes[1].tokens[0].token[1] = markup;

  const choosing = page.waitForEvent('filechooser');
  await page.getByRole('dialog', { name: 'Export' }).getByRole('button', { name: 'Open run…' }).click();
  await (await choosing).setFiles({
    name: `${markup}.json`,
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify(run)),
  });
  await expect(notice(page)).toContainText('is shown as it was recorded');
  await page.keyboard.press('Escape');
  await expect(question(page)).toHaveValue(markup);
  await expect(answerOf(page, 'Steered')).toContainText(markup);
  await expect(page.locator('img')).toHaveCount(0);
  expect(errors).toEqual([]);
});

test('a file that is no run is refused in one sentence, and what is shown stays', async ({ page }) => {
  await openRecorded(page);
  const drop = async (name: string, text: string) => {
    const data = await page.evaluateHandle(
      ([fileName, content]) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([content!], fileName!));
        return transfer;
      },
      [name, text],
    );
    await page.dispatchEvent('body', 'drop', { dataTransfer: data });
  };
  await drop('a.json', '{"a": 1}');
  await expect(notice(page)).toContainText('The file is not a saved run');
  await drop('b.json', '{"format": "h-neurons-run", "version": 7}');
  await expect(notice(page)).toContainText('newer version');
  await drop('c.json', 'no JSON');
  await expect(notice(page)).toContainText('not valid JSON');
  await expect(answerOf(page, 'Steered')).toContainText('in Erlon, Austria');
});

test('every part is a picture with its text as text', async ({ page }) => {
  const errors = collectErrors(page);
  await openRecorded(page);
  await takeAway(page);
  for (const part of ['Whole figure', 'Answers', 'All neurons', 'Layers', 'Next token']) {
    const svg = (await saved(page, `${part} as SVG`)).bytes.toString();
    expect(svg).toContain('xmlns="http://www.w3.org/2000/svg"');
    expect(svg).toContain(`<title>H-Neuron Explorer: ${part}</title>`);
    const text = Array.from(svg.matchAll(/<text[^>]*>([^<]*)</g), ([, line]) => line).join(' ');
    for (const words of [
      '“When did Albert Einstein invent the telephone?”',
      'SmolLM2-135M-Instruct',
      'Seed 1',
      '× 3.00 while reading the question and answering',
    ])
      expect(text).toContain(words);
    expect(svg).toContain('</text>');
    const isWellFormed = await page.evaluate(
      (source) => !new DOMParser().parseFromString(source, 'image/svg+xml').querySelector('parsererror'),
      svg,
    );
    expect(isWellFormed).toBe(true);
    if (part !== 'Next token') expect(svg).toContain('href="data:image/png;base64,');
    const png = (await saved(page, `${part} as PNG`)).bytes;
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    const width = Number(/ width="(\d+)"/.exec(svg)?.[1]);
    expect(png.readUInt32BE(16)).toBe(2 * width);
  }
  // The mark of the first different word lies on top of its token's other lines.
  const answers = (await saved(page, 'Answers as SVG')).bytes.toString();
  const accent = await page.evaluate(() => {
    const context = new OffscreenCanvas(1, 1).getContext('2d')!;
    context.fillStyle = getComputedStyle(document.documentElement).getPropertyValue('--accent');
    context.fillRect(0, 0, 1, 1);
    return `rgb(${[...context.getImageData(0, 0, 1, 1).data].slice(0, 3).join()})`;
  });
  const marks = answers
    .split('\n')
    .flatMap((line, i, lines) =>
      line.includes('width="3"') && line.includes(`fill="${accent}"`) ? [lines[i + 1]!] : [],
    );
  expect(marks).toHaveLength(2);
  for (const next of marks) expect(next).not.toContain('width="4"');

  const neurons = (await saved(page, 'All neurons as SVG')).bytes.toString();
  expect(neurons).toMatch(/<text[^>]*>Layer<\/text>/);
  expect(neurons).toMatch(/<text[^>]*>1400<\/text>/);
  expect(errors).toEqual([]);
});

test('every table is CSV', async ({ page }) => {
  await openRecorded(page);
  await takeAway(page);
  const answers = (await saved(page, 'Answers, token by token as CSV')).bytes.toString();
  expect(answers.split('\r\n')[0]).toBe(
    'lane,answer token,position,token id,token,log-probability,log-probability as trained,entropy (nats),divergence from unsteered (nats)',
  );
  expect(answers).toMatch(/\r\nSteered,3,40,\d+, Einstein,-0\.0\d+,/);
  for (const name of [
    'CETT of the watched neurons',
    'All neurons at the chosen token',
    'Sum of CETT of every layer',
    'Next tokens',
    'Doses',
    'Scaled neurons',
  ]) {
    const rows = (await saved(page, `${name} as CSV`)).bytes.toString().trimEnd().split('\r\n');
    expect(rows.length).toBeGreaterThan(5);
  }
});
