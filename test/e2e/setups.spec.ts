import { readFile, writeFile } from 'node:fs/promises';
import { expect, type Page, test } from '@playwright/test';
import { collectErrors, holdModel } from '../support/page.ts';

const field = (page: Page, label: string) => page.getByRole('textbox', { name: label, exact: true });

async function fill(page: Page, label: string, value: string): Promise<void> {
  await field(page, label).fill(value);
  await field(page, label).blur();
}

test('what was set up on Identify is there after a reload', async ({ page }) => {
  const errors = collectErrors(page);
  const advanced = () => page.getByRole('button', { name: 'Advanced: how they are asked' }).click();
  await holdModel(page);
  await page.goto('./#identify');
  await expect(page.getByRole('button', { name: 'Ask 200 questions' })).toBeVisible();
  await page.getByText('Invented names', { exact: true }).click();
  await fill(page, 'Questions to ask', '37');
  await advanced();
  await fill(page, 'Replies to a question', '6');
  await fill(page, 'Seed', '11');

  await page.reload();
  await expect(page.getByRole('button', { name: 'Ask 37 questions' })).toBeVisible();
  await expect(page.getByRole('radio', { name: 'Invented names' })).toBeChecked();
  await advanced();
  await expect(field(page, 'Replies to a question')).toHaveValue('6');
  await expect(field(page, 'Seed')).toHaveValue('11');
  expect(errors).toEqual([]);
});

test('what was set up on Impact is there after a reload, and a kept setup that does not fit is left', async ({
  page,
}) => {
  const errors = collectErrors(page);
  await holdModel(page);
  await page.goto('./#impact');
  const suite = page.getByRole('checkbox', { name: /^False premises/ });
  await expect(suite).toBeVisible();
  const wasChosen = await suite.isChecked();
  await page.locator('label').filter({ has: suite }).click();
  await fill(page, 'Factors', '0, 1, 2');
  await fill(page, 'Items of a suite', '5');

  await page.reload();
  await expect(field(page, 'Factors')).toHaveValue('0, 1, 2');
  await expect(field(page, 'Items of a suite')).toHaveValue('5');
  await expect(suite).toBeChecked({ checked: !wasChosen });

  await page.evaluate(() => sessionStorage.setItem('h-neurons.impact.fields', '{"factors":3}'));
  await page.reload();
  await expect(field(page, 'Items of a suite')).toHaveValue('40');
  expect(errors).toEqual([]);
});

async function choose(page: Page, button: string, file: { name: string; text: string }): Promise<void> {
  const choosing = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: button }).click();
  await (await choosing).setFiles({
    name: file.name,
    mimeType: 'text/csv',
    buffer: Buffer.from(file.text),
  });
}

const animals = {
  name: 'animals.csv',
  text: 'ask,reply,other\nWhat says moo?,cow,dog\nWhat barks?,dog,cow\nWhat purrs?,cat,cow\n',
};

test('a file of questions is there after a reload with its columns, until it is removed', async ({
  page,
}) => {
  const errors = collectErrors(page);
  const mapping = page.getByRole('region', { name: 'Which column is what' });
  const take = mapping.getByRole('button', { name: 'Take these questions' });
  await holdModel(page);
  await page.goto('./#identify');
  await page.getByText('A file', { exact: true }).click();
  await choose(page, 'Choose a file…', animals);
  await mapping.getByLabel('Question', { exact: true }).selectOption('ask');
  await mapping.getByLabel('Accepted answers', { exact: true }).selectOption('reply');
  await take.click();
  await expect(page.getByRole('button', { name: 'Ask 3 questions' })).toBeVisible();
  await mapping.getByLabel('Relation (group)').selectOption('other');

  // A file that is refused takes nothing away.
  await choose(page, 'Choose a file…', { name: 'empty.csv', text: '' });
  await expect(page.getByRole('alert').filter({ hasText: 'empty.csv is empty' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Ask 3 questions' })).toBeVisible();

  // Nor does another page.
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Explore' }).click();
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Identify' }).click();
  await expect(page.getByRole('button', { name: 'Ask 3 questions' })).toBeVisible();

  await page.reload();
  await expect(page.getByText('animals.csv (1 kB, kept in this browser)')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Ask 3 questions' })).toBeVisible();
  await expect(mapping.getByLabel('Question', { exact: true })).toHaveValue('ask');
  await expect(mapping.getByLabel('Relation (group)')).toHaveValue('other');
  await expect(mapping.getByRole('status')).toContainText('3 questions of 3 rows');

  await page.getByRole('button', { name: 'Remove animals.csv' }).click();
  await expect(mapping).toBeHidden();
  await expect(page.getByRole('button', { name: 'Ask 3 questions' })).toBeHidden();
  await page.reload();
  await expect(page.getByRole('button', { name: 'Choose a file…' })).toBeVisible();
  await expect(page.getByText('animals.csv')).toHaveCount(0);
  expect(errors).toEqual([]);
});

test('a file that another tab put in the place of this one’s is not taken for it', async ({
  page,
  context,
}) => {
  await holdModel(page);
  await page.goto('./#identify');
  await page.getByText('A file', { exact: true }).click();
  await choose(page, 'Choose a file…', animals);
  await expect(page.getByText('animals.csv (1 kB, kept in this browser)')).toBeVisible();
  const other = await context.newPage();
  await holdModel(other);
  await other.goto('./#identify');
  await other.getByText('A file', { exact: true }).click();
  await expect(other.getByText('animals.csv (1 kB, kept in this browser)')).toBeVisible();
  await choose(other, 'Choose a file…', { ...animals, name: 'second.csv' });
  await expect(other.getByText('second.csv (1 kB, kept in this browser)')).toBeVisible();
  await page.reload();
  await expect(page.getByText(/^Another tab of this page has opened second\.csv since/)).toBeVisible();
  await expect(page.getByRole('region', { name: 'Which column is what' })).toBeHidden();
});

test('what is too large to be kept is said', async ({ page }) => {
  await holdModel(page);
  await page.goto('./#identify');
  await page.getByText('A file', { exact: true }).click();
  const [head = '', ...rows] = animals.text.trim().split('\n');
  const path = test.info().outputPath('large.csv');
  const some = `${rows.join('\n')}\n`;
  await writeFile(path, `${head}\n${some.repeat(Math.ceil((65 * 2 ** 20) / some.length))}`);
  const choosing = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose a file…' }).click();
  await (await choosing).setFiles(path);
  await expect(
    page.getByText(/^large\.csv has 66 MB, and what has more than 64 MB is not kept/),
  ).toBeVisible();
  await expect(page.getByRole('button', { name: 'Take these questions' })).toBeVisible();
});

test('a suite from a file is there after a reload, and ticked, until it is removed', async ({ page }) => {
  const errors = collectErrors(page);
  await holdModel(page);
  await page.goto('./#impact');
  await expect(page.getByRole('checkbox', { name: /^False premises/ })).toBeChecked();
  await page.getByRole('button', { name: 'More suites' }).click();
  const text = await readFile('test/fixtures/suites/falseqa.csv', 'utf8');
  await choose(page, 'Choose a suite’s file…', { name: 'falseqa.csv', text });
  const own = page.getByRole('checkbox', { name: /^FalseQA, / });
  await expect(own).toBeChecked();

  await page.reload();
  await expect(own).toBeChecked();
  await page.getByRole('button', { name: 'Remove FalseQA' }).click();
  await expect(own).toHaveCount(0);
  await page.reload();
  await expect(page.getByRole('checkbox', { name: /^False premises/ })).toBeVisible();
  await expect(own).toHaveCount(0);
  expect(errors).toEqual([]);
});
