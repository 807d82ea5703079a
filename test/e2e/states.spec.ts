import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { anyDialog, faultsInAllViews, screenSize } from '../support/axe.ts';
import {
  closeDialog,
  type DialogOfPage,
  deleteDialog,
  dialogs,
  expectFocusInside,
  openDialog,
  type PageState,
} from '../support/dialogs.ts';
import { exportOnHub, startHub } from '../support/hub.ts';
import { chooser, loaded, openChooser } from '../support/models-page.ts';
import { answered, holdModel, openRecorded } from '../support/page.ts';
import { exploreStates, otherStates, sweptStates } from '../support/states.ts';

test.use({ contextOptions: { reducedMotion: 'reduce' }, viewport: screenSize });

test.beforeEach(async ({ page }) => {
  await page.route('https://huggingface.co/**', (route) => route.abort());
});

/** Opens one state after the other on a page; none may have a fault in any look. */
async function expectNoFaults(page: Page, states: readonly PageState[]): Promise<void> {
  for (const { name, part, open } of states)
    await test.step(name, async () => {
      await open(page);
      expect.soft(await faultsInAllViews(page, part), name).toEqual([]);
    });
}

/** A dialog is opened, walked and closed by keyboard; neither it nor anything in it has a fault. */
async function expectGoodDialog(page: Page, entry: DialogOfPage): Promise<void> {
  await test.step(String(entry.name), async () => {
    const dialog = await openDialog(page, entry);
    await expectFocusInside(page, dialog, entry);
    const first = { name: `${entry.name}`, open: async () => undefined };
    await expectNoFaults(
      page,
      [first, ...(entry.states ?? [])].map((state) => ({ ...state, part: anyDialog })),
    );
    await closeDialog(page, dialog, entry);
  });
}

test('every dialog is in the list of those that are tested', () => {
  const inList = [...dialogs, deleteDialog].map(({ file }) => file).sort();
  // What opens over the page: one component, or one element, for each.
  const opens =
    /<(?:Dialog|dialog|Menu|Tooltip|ComboBox|Select)[\s>]|<[a-z]+\s[^>]*(?:\bpopover=|role="(?:alert)?dialog")/g;
  const app = new URL('../../app/', import.meta.url).pathname;
  const inPage = readdirSync(app, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.tsx'))
    .flatMap((file) => [...readFileSync(join(app, file), 'utf8').matchAll(opens)].map(() => file))
    .sort();
  expect(inPage).toEqual(inList);
});

test('dialogs are worked by keyboard, and axe finds no fault in them', async ({ page }) => {
  await openRecorded(page);
  for (const entry of dialogs) await expectGoodDialog(page, entry);
});

test('axe finds no fault in the explorer', async ({ page }) => {
  await openRecorded(page);
  await expectNoFaults(page, exploreStates);
});

test('axe finds no fault on the other pages', async ({ page }) => {
  await openRecorded(page);
  await expectNoFaults(page, otherStates);
});

test('axe finds no fault where no model is there, or a part of the page', async ({ page }) => {
  const model = page.locator('.load');
  await expectNoFaults(page, [
    {
      name: 'a model that is not beside the page',
      async open() {
        await page.route('**/*.gguf', (route) => route.fulfill({ status: 404 }));
        await page.route('**/assets/Identify-*.js', (route) => route.fulfill({ status: 404 }));
        await page.goto('./');
        await expect(model.getByRole('button', { name: /^Fetch from the Hub/ })).toBeVisible();
      },
    },
    {
      name: 'a model that cannot be loaded',
      part: '.load',
      async open() {
        await page.unroute('**/*.gguf');
        await page.route('**/*.gguf', (route) =>
          route.request().method() === 'HEAD' ? route.continue() : route.fulfill({ status: 500 }),
        );
        await page.reload();
        await expect(model.getByRole('alert')).toBeVisible();
      },
    },
    {
      name: 'a page that cannot be fetched, and a new version of all',
      async open() {
        await page.route(/\/(\?.*)?$/, async (route) => {
          const response = await route.fetch();
          const html = await response.text();
          await route.fulfill({ response, body: html.replace(/index-[\w-]+\.js/, 'index-another.js') });
        });
        await page.getByRole('link', { name: 'Identify', exact: true }).click();
        await expect(page.getByText('A new version of this page is there.')).toBeVisible();
        await expect(page.getByRole('alert').filter({ hasText: 'could not be fetched' })).toBeVisible();
      },
    },
  ]);
});

test('axe finds no fault while a model answers and works, nor in what is kept', async ({ page, context }) => {
  const hub = await startHub({
    'own/llama': { files: exportOnHub({ 'llama/tjs-q8': 'onnx/model_quantized.onnx' }) },
  });
  try {
    await context.addInitScript((host) => localStorage.setItem('h-neurons.hub-host', host), hub.host);
    await openRecorded(page);
    let link = '';
    await expectNoFaults(page, [
      {
        name: 'what a repository of the Hub has',
        async open() {
          await openChooser(page, 'Any repository');
          await chooser(page).getByRole('textbox', { name: 'Repository' }).fill('own/llama');
          await chooser(page).getByRole('button', { name: 'Look it up' }).click();
          await expect(chooser(page).getByRole('radio', { name: /^q8/ })).toBeChecked();
        },
      },
      {
        name: 'answers of a model',
        async open() {
          await chooser(page)
            .getByRole('button', { name: /^Fetch and load/ })
            .click();
          await loaded(page, 'llama');
          await answered(page);
        },
      },
      {
        name: 'a neuron’s card with what it writes',
        async open() {
          await page
            .getByRole('button', { name: /^Neuron \d+:\d+$/ })
            .first()
            .click();
          await expect(page.getByText(/^norm /)).toBeVisible();
        },
      },
      {
        name: 'what is known of a model',
        async open() {
          await page.getByRole('button', { name: 'Model and device' }).click();
          await expect(page.getByRole('dialog').getByText('Runs on')).toBeVisible();
        },
      },
      { name: 'the menu closed', open: () => page.keyboard.press('Escape') },
      ...sweptStates,
      {
        name: 'work that is paused, on another page',
        async open() {
          await page.getByRole('link', { name: 'Identify', exact: true }).click();
          await page.getByRole('button', { name: 'Ask 200 questions' }).click();
          await page.getByRole('button', { name: 'Pause', exact: true }).click();
          await page.getByRole('link', { name: 'Origins', exact: true }).click();
          await expect(page.getByRole('region', { name: 'Work in progress' })).toContainText('paused');
        },
      },
      {
        name: 'models that are kept',
        async open() {
          await openChooser(page, 'Kept here');
          await expect(deleteDialog.trigger(page)).toBeVisible();
        },
      },
    ]);
    await expectGoodDialog(page, deleteDialog);
    await page.keyboard.press('Escape');

    await page.getByRole('link', { name: 'Explore', exact: true }).click();
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByRole('button', { name: 'Copy link' }).click();
    await expect(page).toHaveURL(/#s2\./);
    link = page.url();
    const other = await context.newPage();
    await expectNoFaults(other, [
      {
        name: 'a link with another model',
        async open() {
          await holdModel(other);
          await other.goto(link);
          await expect(other.getByText('This link was made with llama')).toBeVisible();
        },
      },
      {
        name: 'another tab with a model',
        async open() {
          await other.goto('./#explore');
          await other.reload();
          await expect(other.getByText('Another tab of this page holds a model')).toBeVisible();
        },
      },
    ]);
  } finally {
    hub.close();
  }
});
