import { expect, type Page } from '@playwright/test';
import type { PageState } from './dialogs.ts';
import { box, fill, state as sweepState } from './impact-page.ts';
import { syntheticRun } from './synthetic-run.ts';

const map = (page: Page) => page.getByRole('img', { name: 'Neuron map', exact: true });
const link = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name });
const alert = (page: Page, text: RegExp) => page.getByRole('alert').filter({ hasText: text });

/** Gives a file to the button that asks for one. */
async function choose(page: Page, button: string, name: string, content: string): Promise<void> {
  const choosing = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: button }).click();
  await (await choosing).setFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(content) });
}

/** Opens every part of the page that is closed, and those within them. */
async function openAllParts(page: Page): Promise<void> {
  const closed = page.locator('.disclosure-title[aria-expanded="false"]:visible');
  await expect
    .poll(() =>
      closed.evaluateAll((titles) => {
        for (const title of titles) (title as HTMLElement).click();
        return titles.length;
      }),
    )
    .toBe(0);
}

const allParts: PageState = { name: 'every part opened', open: openAllParts };

const colouredBy = (label: string): PageState => ({
  name: `tokens coloured by ${label}`,
  part: '.panel.tokens',
  open: (page) => page.getByRole('combobox', { name: 'Colour' }).selectOption({ label }),
});

/** The explorer, from its recorded run on. */
export const exploreStates: readonly PageState[] = [
  {
    name: 'the recorded run',
    open: (page) => expect(page.getByText('Recorded', { exact: true })).toBeVisible(),
  },
  {
    name: 'a pinned token',
    part: '.panel.tokens',
    async open(page) {
      await page.getByRole('listbox', { name: 'Tokens, Steered' }).getByRole('option').nth(3).click();
      await expect(page.getByRole('button', { name: 'Unpin (Esc)' })).toBeVisible();
    },
  },
  {
    name: 'a neuron’s card',
    part: '.card',
    async open(page) {
      await page.getByRole('button', { name: 'Neuron 22:530', exact: true }).click();
      await expect(page.getByRole('region', { name: 'Neuron 22:530' })).toBeVisible();
    },
  },
  {
    name: 'a brush on the map of differences',
    part: '.neuron-map',
    async open(page) {
      const panel = page.getByRole('region', { name: 'All neurons' });
      await page.keyboard.press('Escape');
      await panel.getByRole('radio', { name: 'Difference' }).press('Space');
      await panel.getByRole('button', { name: 'Select' }).click();
      await map(page).focus();
      for (const key of ['ArrowRight', ' ', 'ArrowRight', 'ArrowDown']) await page.keyboard.press(key);
      await expect(panel.getByRole('button', { name: 'Make a group' })).toBeVisible();
    },
  },
  {
    name: 'a group of one’s own',
    part: '.rail',
    async open(page) {
      await page.getByRole('button', { name: 'Make a group' }).click();
      await expect(page.getByRole('textbox', { name: /^Name of / })).toBeVisible();
    },
  },
  {
    name: 'groups that are off',
    part: '.rail',
    async open(page) {
      const on = page.locator('.group-head .check[data-selected]');
      while ((await on.count()) > 0) await on.first().click();
    },
  },
  {
    name: 'groups that are on again',
    part: '.rail',
    async open(page) {
      const off = page.locator('.group-head .check:not([data-selected])');
      while ((await off.count()) > 0) await off.first().click();
    },
  },
  {
    name: 'running text with the prompt and marks for spaces',
    part: '.figure',
    async open(page) {
      await page.getByRole('radio', { name: 'Text', exact: true }).press('Space');
      for (const name of ['Prompt', 'Spaces']) await page.getByRole('button', { name, exact: true }).click();
    },
  },
  colouredBy('entropy'),
  colouredBy('detector’s score (as trained only)'),
  colouredBy('how far the prediction moved (KL divergence)'),
  colouredBy('nothing'),
  colouredBy('how likely the word is as trained'),
  {
    name: 'answers with other settings, and to another question',
    part: '.panel.tokens',
    async open(page) {
      await page.getByRole('radio', { name: 'Aligned', exact: true }).press('Space');
      await page.getByRole('slider', { name: 'Scale', exact: true }).fill('2');
      await expect(page.getByText('The dimmed answers were made with other settings.')).toBeVisible();
      await page.getByRole('textbox', { name: 'Question' }).fill('Who was Ada Lovelace?');
      await expect(page.getByText('These answers are to an earlier question.')).toBeVisible();
    },
  },
  {
    name: 'a projector',
    part: '.figure',
    open: (page) => page.getByRole('button', { name: 'Projector' }).click(),
  },
  {
    name: 'a text to continue, and nothing to ask',
    part: '.rail',
    async open(page) {
      await page.getByRole('button', { name: 'Projector' }).click();
      await page.locator('.choice-option', { hasText: /^Completion$/ }).click();
      await page.getByRole('textbox', { name: 'Text to continue' }).fill('');
      await page.getByRole('button', { name: 'Run', exact: true }).click();
      await expect(page.getByRole('alert').filter({ hasText: /\S/ }).first()).toBeVisible();
    },
  },
  {
    name: 'a file over the page',
    part: '.load',
    async open(page) {
      await page.evaluate(() => {
        const data = new DataTransfer();
        data.items.add(new File(['{}'], 'a.json'));
        const event = { dataTransfer: data, bubbles: true, cancelable: true };
        document.body.dispatchEvent(new DragEvent('dragenter', event));
        document.body.dispatchEvent(new DragEvent('dragover', event));
      });
      await expect(page.getByText(/^Drop a model/)).toBeVisible();
    },
  },
  {
    name: 'a file that is no run',
    part: '.notice',
    async open(page) {
      await page.evaluate(() => {
        const data = new DataTransfer();
        data.items.add(new File(['{}'], 'a.json'));
        document.body.dispatchEvent(
          new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }),
        );
      });
      await expect(page.getByRole('status', { name: 'Notice' })).not.toBeEmpty();
    },
  },
  allParts,
];

/** The other pages, without a model, one after the other. */
export const otherStates: readonly PageState[] = [
  {
    name: 'Identify',
    async open(page) {
      await link(page, 'Identify').click();
      await expect(page.getByRole('button', { name: 'Ask 200 questions' })).toBeVisible();
    },
  },
  { ...allParts, name: 'Identify, every part opened' },
  {
    name: 'a file of questions that is empty',
    async open(page) {
      await page.getByText('A file', { exact: true }).click();
      await choose(page, 'Choose a file…', 'empty.csv', '');
      await expect(alert(page, /empty\.csv/)).toBeVisible();
    },
  },
  {
    name: 'columns of a file to choose from',
    async open(page) {
      await choose(
        page,
        'Choose a file…',
        'sounds.csv',
        'question,A,B,C,answer\nWhat moos?,cow,dog,cat,1\nWhat barks?,cow,dog,cat,2\n',
      );
      await expect(page.getByText('can be read in two ways')).toBeVisible();
    },
  },
  {
    name: 'questions taken from a file',
    async open(page) {
      await page.getByLabel('The right choice is named by').selectOption('from 1');
      await page.getByRole('button', { name: 'Take these questions' }).click();
      await expect(page.getByRole('button', { name: 'Ask 2 questions' })).toBeVisible();
    },
  },
  {
    name: 'a data set of the Hub that cannot be fetched',
    async open(page) {
      await page.getByText('The Hub', { exact: true }).click();
      const name = page.getByRole('textbox', { name: 'Data set on the Hugging Face Hub' });
      await name.fill('own/sounds');
      await name.press('Enter');
      await expect(alert(page, /huggingface\.co/)).toBeVisible();
    },
  },
  {
    name: 'neurons that were found in a run',
    async open(page) {
      const model = { name: 'Test', fingerprint: 'a'.repeat(64), widths: [20, 20] };
      const run = syntheticRun({ model, seed: 3, count: 140, planted: [7, 31] });
      const choosing = page.waitForEvent('filechooser');
      await page.getByRole('button', { name: 'Open a run from its files…' }).click();
      const files = run.map(({ name, bytes }) => ({
        name,
        mimeType: 'application/octet-stream',
        buffer: bytes,
      }));
      await (await choosing).setFiles(files);
      await expect(page.getByRole('status', { name: 'State of the run' })).toContainText(
        'all questions are asked',
      );
      await page.getByRole('button', { name: 'Advanced: how they are found' }).click();
      await fill(page, 'Random sets', '5');
      await page.getByRole('button', { name: 'Find the neurons', exact: true }).click();
      await expect(page.getByRole('img', { name: 'Detectors compared' })).toBeVisible();
    },
  },
  { ...allParts, name: 'neurons that were found, every part opened', part: '[aria-label="Result"]' },
  {
    name: 'Impact',
    async open(page) {
      await link(page, 'Impact').click();
      await expect(box(page, /^False premises/)).toBeChecked();
    },
  },
  { ...allParts, name: 'Impact, every part opened' },
  {
    name: 'a file that is no suite, neurons that are not there, and factors without 1',
    async open(page) {
      await choose(page, 'Choose a suite’s file…', 'other.csv', 'a,b\n1,2\n');
      await expect(alert(page, /other\.csv/)).toBeVisible();
      const single = page.getByRole('textbox', { name: 'Single neurons by name' });
      await single.fill('99:1');
      await single.press('Enter');
      await expect(alert(page, /layers are 0 to 29/)).toBeVisible();
      await fill(page, 'Factors', '0, 2');
      await expect(alert(page, /1 among them/)).toBeVisible();
    },
  },
  {
    name: 'Origins',
    async open(page) {
      await link(page, 'Origins').click();
      await expect(page.getByRole('button', { name: 'Compare', exact: true })).toBeVisible();
    },
  },
  {
    name: 'files without a model, and a set that is none',
    async open(page) {
      await choose(page, 'Choose files…', 'a.txt', 'no model');
      await expect(alert(page, /no model among these files/)).toBeVisible();
      await choose(page, 'Open a set’s file…', 'a.json', '{}');
      await expect(page.getByRole('alert').filter({ hasText: /\S/ })).toHaveCount(2);
    },
  },
  {
    name: 'a repository to compare with that is no name',
    async open(page) {
      const base = page.getByRole('region', { name: 'Base model', exact: true });
      await base.getByText('From the Hub', { exact: true }).click();
      await base.getByRole('textbox', { name: 'Repository' }).fill('no name');
      await base.getByRole('button', { name: 'Look it up' }).click();
      await expect(alert(page, /owner\/name/)).toBeVisible();
    },
  },
];

/** A sweep with a small model that was loaded, and what it shows. */
export const sweptStates: readonly PageState[] = [
  {
    name: 'a sweep that is done',
    async open(page) {
      await link(page, 'Impact').click();
      await fill(page, 'Factors', '0, 1, 3');
      await fill(page, 'Random sets', '1');
      await fill(page, 'Items of a suite', '20');
      const single = page.getByRole('textbox', { name: 'Single neurons by name' });
      await single.fill('1:7');
      await single.press('Enter');
      await page.getByRole('button', { name: /^Sweep over/ }).click();
      await expect(sweepState(page)).toHaveText('done');
      await expect(page.getByRole('img', { name: 'Dose and response: False premises' })).toBeVisible();
    },
  },
  {
    name: 'an item of a sweep, and every part opened',
    part: '.impact',
    async open(page) {
      const result = page.getByRole('region', { name: 'Result: False premises' });
      await result.getByLabel('Items', { exact: true }).selectOption('all (20)');
      const items = result.getByRole('table', { name: 'Items of False premises' });
      await items.getByRole('button').first().click();
      await expect(result.getByRole('img', { name: /^Margin of/ })).toBeVisible();
      await openAllParts(page);
    },
  },
];
