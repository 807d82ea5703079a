import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page, type TestInfo, test } from '@playwright/test';
import { knownModels } from '../../src/engine/known-models.ts';
import type { NeuronSet } from '../../src/neurons/set-file.ts';
import { seriousFaults } from '../support/axe.ts';
import { startHub } from '../support/hub.ts';
import { answered, collectErrors, holdModel, modelReady } from '../support/page.ts';
import { syntheticRun } from '../support/synthetic-run.ts';

const model = {
  name: 'SmolLM2-135M-Instruct',
  fingerprint: knownModels[0]!.fingerprint,
  widths: new Array<number>(30).fill(1536),
};
/** Neurons, flat, that the synthetic run's made-up answers are told by. */
const planted = [5000, 9000, 20000, 20500, 31000, 40000];

const part = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
const state = (page: Page) => page.getByRole('status', { name: 'State of the run' });
const nav = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name });

/** Opens the page without waiting for a model. */
async function openWithoutModel(page: Page): Promise<void> {
  await holdModel(page);
  await page.goto('./#identify');
  await expect(page.getByRole('button', { name: 'Ask 200 questions' })).toBeVisible();
}

async function fill(page: Page, label: string, value: number): Promise<void> {
  const field = page.getByRole('textbox', { name: label, exact: true });
  await field.fill(String(value));
  await field.blur();
}

/** Writes a run of made-up answers as files, and opens it on the page. */
async function openSynthetic(page: Page, info: TestInfo, count: number): Promise<void> {
  const folder = info.outputPath('run');
  mkdirSync(folder, { recursive: true });
  const paths = syntheticRun({ model, seed: 3, count, planted }).map(({ name, bytes }) => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return path;
  });
  const choosing = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Open a run from its files…' }).click();
  await (await choosing).setFiles(paths);
  await expect(state(page)).toContainText('all questions are asked');
}

test('questions are asked, paused, found again after a reload, gone on with, read and corrected', async ({
  page,
}) => {
  test.setTimeout(900_000);
  const errors = collectErrors(page);
  await page.goto('./#identify');
  await expect(page.getByRole('heading', { name: /Which neurons are active/ })).toBeVisible();
  await modelReady(page);
  await fill(page, 'Questions to ask', 8);
  await page.getByRole('button', { name: 'Advanced: how they are asked' }).click();
  await fill(page, 'Replies to a question', 4);
  await expect(page.getByRole('textbox', { name: 'Replies that must agree' })).toHaveValue('4');
  await fill(page, 'Replies that must agree', 3);
  await fill(page, 'Reply length', 6);
  await page.getByRole('button', { name: 'Ask 8 questions' }).click();

  const ask = part(page, 'Ask');
  await expect(ask.getByText(/[1-9] of 8 questions/)).toBeVisible({ timeout: 180_000 });
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await expect(state(page)).toContainText('paused');
  const done = Number(/(\d+) of 8/.exec((await ask.getByText(/of 8 questions/).textContent())!)![1]);
  expect(done).toBeLessThan(8);

  await page.reload();
  const runs = page.getByRole('region', { name: 'Runs in this browser' });
  await expect(runs.getByRole('row').nth(1)).toContainText(`${done} of 8`);
  await runs.getByRole('button', { name: /^Open Facts for small models/ }).click();
  await expect(ask.getByText(`${done} of 8 questions`)).toBeVisible();
  await modelReady(page);
  await page.getByRole('button', { name: 'Resume', exact: true }).click();
  await expect(state(page)).toContainText('all questions are asked', { timeout: 180_000 });

  const answers = part(page, 'Answers');
  await expect(answers.getByRole('row')).toHaveCount(9);
  await answers.getByRole('button', { expanded: false }).first().click();
  await expect(answers.getByRole('listitem')).toHaveCount(4);
  await expect(answers.getByText('Accepted')).toBeVisible();

  const label = answers.getByLabel(/^Label of/).first();
  const judged = await label.inputValue();
  await label.selectOption(judged === 'right' ? 'made up' : 'right');
  await answers.getByLabel('Outcome').selectOption('corrected by you (1)');
  await expect(answers.getByLabel(/^Label of/)).toHaveCount(1);
  await expect(part(page, 'Find the neurons').getByText(/at least 5 of each are needed/)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Find the neurons', exact: true })).toBeDisabled();

  const coming = page.waitForEvent('download');
  await answers.getByRole('button', { name: 'Save these as CSV' }).click();
  const csv = readFileSync(await (await coming).path(), 'utf8')
    .trim()
    .split('\r\n');
  expect(csv).toHaveLength(2);
  expect(csv[1]).toMatch(judged === 'right' ? /,right,made up,/ : /,made up,right,/);

  await page.reload();
  await runs.getByRole('button', { name: /^Open Facts for small models/ }).click();
  await answers.getByLabel('Outcome').selectOption('corrected by you (1)');
  await expect(answers.getByLabel(/^Label of/)).toHaveCount(1);
  await runs.getByRole('button', { name: /^Delete Facts/ }).click();
  await runs.getByRole('button', { name: /^Really delete Facts/ }).click();
  await expect(runs.getByRole('row')).toHaveCount(0);
  expect(errors).toEqual([]);
});

test('neurons are found in a run, tested, shown with every number, and used in the explorer', async ({
  page,
}, info) => {
  test.setTimeout(900_000);
  const errors = collectErrors(page);
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  await page.goto('./#identify');
  await modelReady(page);
  await openSynthetic(page, info, 140);
  const find = part(page, 'Find the neurons');
  await expect(find.getByText(/pairs within \d relations/)).toBeVisible();
  await page.getByRole('button', { name: 'Advanced: how they are found' }).click();
  await fill(page, 'Random sets', 20);
  await page.getByRole('button', { name: 'Find the neurons', exact: true }).click();
  await expect(page.getByRole('progressbar', { name: 'Finding the neurons' })).toBeVisible();

  const result = page.getByRole('region', { name: 'Result' });
  await expect(result).toBeVisible({ timeout: 600_000 });
  await expect(result.getByRole('status')).toContainText(
    /On answers that it has not seen the set reaches an AUROC of/,
  );
  await expect(result.getByText(/H-Neurons? of 46,080/)).toBeVisible();
  const charts = [
    'Detectors compared',
    'ROC curves',
    'Calibration',
    'How many neurons it takes',
    'Where these neurons are',
    'Would they be found again?',
  ];
  for (const chart of charts) {
    const picture = result.getByRole('img', { name: chart });
    await expect(picture).toBeVisible();
    expect(await picture.locator('circle, rect, path').count()).toBeGreaterThan(3);
    await result.getByRole('button', { name: `${chart} as a table` }).click();
    await expect(result.getByRole('region', { name: chart })).toBeVisible();
  }
  const detectors = result.getByRole('region', { name: 'Detectors compared' });
  await expect(detectors.getByRole('rowheader', { name: 'H-Neurons', exact: true })).toBeVisible();
  await expect(detectors.getByRole('rowheader', { name: 'shuffled labels' })).toBeVisible();
  await expect(result.getByRole('region', { name: 'Transfer matrix' })).toContainText('capitals');

  expect(await seriousFaults(page)).toEqual([]);
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  expect(await seriousFaults(page)).toEqual([]);
  for (const width of [390, 800, 1100, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    await expect
      .poll(() => page.evaluate(() => document.documentElement.scrollWidth))
      .toBeLessThanOrEqual(width);
  }

  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await expect(find.getByText(/^Of \d+ answers held out the set calls \d+ % made up/)).toBeVisible({
    timeout: 300_000,
  });

  const use = part(page, 'Use them');
  const coming = page.waitForEvent('download');
  await use.getByRole('button', { name: 'My H-Neurons as JSON' }).click();
  const set = JSON.parse(readFileSync(await (await coming).path(), 'utf8')) as NeuronSet;
  expect(set).toMatchObject({ format: 'h-neuron-set', name: 'My H-Neurons', model: { name: model.name } });

  await use.getByRole('button', { name: 'Use My H-Neurons in the explorer' }).click();
  await expect(nav(page, 'Explore')).toHaveAttribute('aria-current', 'page');
  const groups = page.getByRole('region', { name: 'Groups of neurons' });
  await expect(groups.getByRole('listitem').first()).toContainText('My H-Neurons');
  await answered(page);
  await nav(page, 'Identify').click();
  await expect(result).toBeVisible();

  await nav(page, 'Impact').click();
  const handedOver = page.getByRole('checkbox', { name: /^My H-Neurons \d+ neurons?, found here/ });
  await expect(handedOver).toBeChecked();
  await expect(page.getByRole('button', { name: /^Sweep over \d+ items/ })).toBeEnabled();
  expect(errors).toEqual([]);
});

test('a file’s columns are chosen, its questions seen before they are taken', async ({ page }) => {
  const errors = collectErrors(page);
  await openWithoutModel(page);
  await page.getByText('A file', { exact: true }).click();
  const questions = part(page, 'Questions');
  const choose = async (name: string, text: string) => {
    const choosing = page.waitForEvent('filechooser');
    await questions.getByRole('button', { name: 'Choose a file…' }).click();
    await (await choosing).setFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });
  };
  await choose('empty.csv', '');
  await expect(questions.getByRole('alert').filter({ hasText: /empty\.csv/ })).toBeVisible();
  await choose(
    'tiere.csv',
    'Frage;Antwort;Gruppe\n"Wer sagt ""Muh""?";Kuh|Rind;Laute\nWer bellt?;Hund;Laute\n;Katze;Laute\n',
  );
  const mapping = questions.getByRole('region', { name: 'Which column is what' });
  await expect(mapping.getByText('Choose the columns of the questions')).toBeVisible();
  await mapping.getByLabel('Question', { exact: true }).selectOption('Frage');
  await mapping.getByLabel('Accepted answers', { exact: true }).selectOption('Antwort');
  await mapping.getByLabel('Relation (group)').selectOption('Gruppe');
  await expect(mapping.getByRole('row', { name: 'Wer sagt "Muh"? Kuh, Rind Laute' })).toBeVisible();
  await mapping.getByRole('button', { name: 'Take these questions' }).click();
  await expect(mapping.getByRole('status')).toContainText('2 questions of 3 rows; 1 left out');
  await expect(page.getByRole('button', { name: 'Ask 2 questions' })).toBeDisabled();
  expect(await seriousFaults(page)).toEqual([]);
  await page.getByText('Invented names', { exact: true }).click();
  await expect(page.getByRole('button', { name: 'Ask 200 questions' })).toBeVisible();
  expect(errors).toEqual([]);
});

test('a key that can be read in two ways is asked for, and choices are shown to the model where that is chosen', async ({
  page,
}, info) => {
  const errors = collectErrors(page);
  await openWithoutModel(page);
  await page.getByText('A file', { exact: true }).click();
  const questions = part(page, 'Questions');
  const choosing = page.waitForEvent('filechooser');
  await questions.getByRole('button', { name: 'Choose a file…' }).click();
  const table = 'question,A,B,C,answer\nWhat says moo?,cow,dog,cat,1\nWhat barks?,cow,dog,cat,2\n';
  await (await choosing).setFiles({
    name: 'sounds.csv',
    mimeType: 'text/plain',
    buffer: Buffer.from(table),
  });
  const mapping = questions.getByRole('region', { name: 'Which column is what' });
  await expect(mapping.getByText('can be read in two ways')).toBeVisible();
  await mapping.getByLabel('The right choice is named by').selectOption('from 1');
  await expect(mapping.getByRole('row', { name: 'What barks? dog' })).toBeVisible();
  await expect(mapping.getByText('The right choice is named by its number, from 1.')).toBeVisible();
  await expect(mapping.getByLabel('Asked')).toHaveValue('open');
  await mapping.getByLabel('Asked').selectOption('choices');
  await expect(mapping.getByRole('row', { name: 'What barks? - cow - dog - cat' })).toBeVisible();
  expect(await seriousFaults(page)).toEqual([]);
  await mapping.scrollIntoViewIfNeeded();
  await page.screenshot({ path: info.outputPath('choices.png') });
  await mapping.getByRole('button', { name: 'Take these questions' }).click();
  await expect(mapping.getByRole('status')).toContainText('2 questions of 2 rows');
  expect(errors).toEqual([]);
});

test('what a Parquet file holds beside texts and numbers is said, and rows of wrong answers are left out', async ({
  page,
}, info) => {
  const errors = collectErrors(page);
  await openWithoutModel(page);
  await page.getByText('A file', { exact: true }).click();
  const questions = part(page, 'Questions');
  const choose = async (file: string | { name: string; mimeType: string; buffer: Buffer }) => {
    const choosing = page.waitForEvent('filechooser');
    await questions.getByRole('button', { name: 'Choose a file…' }).click();
    await (await choosing).setFiles(file);
  };
  await choose('test/fixtures/questions/values.parquet');
  const mapping = questions.getByRole('region', { name: 'Which column is what' });
  await expect(mapping.getByText('In the first rows of values.parquet, 2 values of "float64"')).toBeVisible();
  await mapping.getByLabel('Accepted answers', { exact: true }).selectOption('float64');
  await expect(mapping.getByRole('row', { name: 'How much? -0' })).toBeVisible();
  await mapping.getByRole('button', { name: 'Take these questions' }).click();
  await expect(
    mapping.getByText('In values.parquet, 2 values of "float64" are no finite numbers'),
  ).toBeVisible();
  expect(await seriousFaults(page)).toEqual([]);
  await mapping.scrollIntoViewIfNeeded();
  await page.screenshot({ path: info.outputPath('values.png'), fullPage: true });

  const text =
    'question,answer,label\nWho wrote Emma?,Charlotte Bront&euml;,0\nWho wrote Emma?,Jane Austen,1\n';
  await choose({ name: 'pairs.csv', mimeType: 'text/plain', buffer: Buffer.from(text) });
  await expect(mapping.getByRole('row', { name: 'Who wrote Emma? Jane Austen' })).toBeVisible();
  await mapping.getByLabel('Rows of right answers are marked in').selectOption('none');
  await expect(mapping.getByRole('row', { name: 'Who wrote Emma? Charlotte Brontë' })).toBeVisible();
  expect(await seriousFaults(page)).toEqual([]);
  await page.screenshot({ path: info.outputPath('pairs.png'), fullPage: true });
  expect(errors).toEqual([]);
});

test('a data set comes from the mirror that the browser uses', async ({ page }) => {
  const table = 'question,answer\nWhat says moo?,cow\nWhat barks?,dog\n';
  const hub = await startHub({
    'datasets/own/sounds': { files: new Map([['test.csv', new TextEncoder().encode(table)]]) },
  });
  try {
    await page.addInitScript((host) => localStorage.setItem('h-neurons.hub-host', host), hub.host);
    await openWithoutModel(page);
    await page.getByText('The Hub', { exact: true }).click();
    const questions = part(page, 'Questions');
    const name = questions.getByRole('textbox', { name: 'Data set on the Hugging Face Hub' });
    await name.fill('own/sounds');
    await name.press('Enter');
    await questions.getByRole('button', { name: 'Fetch', exact: true }).click();
    await questions.getByRole('button', { name: 'Take these questions' }).click();
    await expect(page.getByRole('button', { name: 'Ask 2 questions' })).toBeVisible();
    expect(hub.asked.some((path) => path.includes('/resolve/'))).toBe(true);
  } finally {
    hub.close();
  }
});

test('turning pages loses nothing, and the page is part of the address', async ({ page }) => {
  const errors = collectErrors(page);
  await holdModel(page);
  await page.goto('./');
  const question = page.getByRole('textbox', { name: 'Question', exact: true });
  await question.fill('Who?');
  await page.getByRole('button', { name: 'Export' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Copy link' }).click();
  await expect(page.getByRole('dialog').getByText(/Copied|Copy it by hand/)).toBeVisible();
  await page.keyboard.press('Escape');
  await question.fill('Where?');
  await nav(page, 'Identify').click();
  await expect(page).toHaveURL(/#identify$/);
  await fill(page, 'Questions to ask', 31);
  await expect(question).toBeHidden();
  await page.goBack();
  await expect(question).toHaveValue('Where?');
  await expect(page.getByRole('status', { name: 'Notice' })).toBeEmpty();
  await nav(page, 'Identify').click();
  await expect(page.getByRole('textbox', { name: 'Questions to ask' })).toHaveValue('31');
  await page.keyboard.press('Home');
  await page.getByRole('link', { name: 'Skip to the page' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('status', { name: 'Notice' })).toBeEmpty();
  expect(errors).toEqual([]);
});

test('until something is found the set beside the page is shown with its verdict', async ({ page }) => {
  const auroc = { value: 0.83, low: 0.77, high: 0.89 };
  const set = {
    format: 'h-neuron-set',
    version: 1,
    name: 'Shipped set',
    model: { ...model, architecture: 'llama', layers: 30 },
    neurons: [
      { layer: 3, neuron: 5, weight: 1 },
      { layer: 20, neuron: 7, weight: 2 },
    ],
    intercept: -1,
    feature: { aggregation: 'mean', position: 'read' },
    provenance: { created: '2026-01-01', command: 'hneurons fit', questions: 'Facts', notes: 'A weak set.' },
    metrics: { C: 1, 'AUROC, H-Neurons': auroc, 'AUROC, log-probability, mean': auroc },
  };
  await page.route('**/neurons/index.json', (route) => route.fulfill({ json: { sets: ['a.json'] } }));
  await page.route('**/neurons/a.json', (route) => route.fulfill({ json: set }));
  await openWithoutModel(page);
  const shown = page.getByRole('region', { name: 'Set beside this page: Shipped set' });
  await expect(shown.getByText('A weak set.').first()).toBeVisible();
  await expect(shown.getByRole('img', { name: 'Detectors compared' })).toBeVisible();
  await expect(shown.getByRole('img', { name: 'Where these neurons are' })).toBeVisible();
  await expect(page.getByRole('button', { name: /^Use .* in the explorer$/ })).toBeDisabled();
});

test('without a set beside the page there is a place for the result', async ({ page }) => {
  await page.route('**/neurons/index.json', (route) => route.fulfill({ status: 404 }));
  await openWithoutModel(page);
  await expect(page.getByText('The result appears here, with everything that it rests on.')).toBeVisible();
  await expect(page.getByText('Once a set is found it can be used here.')).toBeVisible();
});

test('a run whose storage is cleared says that nothing of it is stored, and can only be closed', async ({
  page,
}, info) => {
  test.setTimeout(600_000);
  await page.goto('./#identify');
  await modelReady(page);
  await fill(page, 'Questions to ask', 60);
  await page.getByRole('button', { name: 'Ask 60 questions' }).click();
  const ask = part(page, 'Ask');
  await expect(ask.getByText(/[1-9]\d* of 60 questions/)).toBeVisible({ timeout: 180_000 });
  await page.evaluate(() => indexedDB.deleteDatabase('h-neuron-runs'));
  await expect(state(page)).toContainText('stopped; nothing of it is stored any more', { timeout: 120_000 });
  await expect(ask.getByRole('alert')).toContainText('was cleared while the run went on: nothing of the run');
  await expect(ask.getByRole('button', { name: 'Resume' })).toHaveCount(0);
  await page.screenshot({ path: info.outputPath('lost.png'), fullPage: true });
  await ask.getByRole('button', { name: 'Close the run' }).click();
  await expect(page.getByRole('button', { name: 'Ask 60 questions' })).toBeVisible();
});
