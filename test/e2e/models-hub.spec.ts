import { readFileSync } from 'node:fs';
import { expect, type Page, test } from '@playwright/test';
import { seriousFaults } from '../support/axe.ts';
import { exportOnHub, refuse, startHub, type TestHub } from '../support/hub.ts';
import { chooser, loaded, openChooser } from '../support/models-page.ts';
import { answered, collectErrors, holdModel, openRecorded } from '../support/page.ts';

const tinyGguf = new URL('../fixtures/gguf/tiny-llama.gguf', import.meta.url);

test('a mirror is checked, kept for the next visit and asked in the Hub’s place', async ({ page }) => {
  const asked: string[] = [];
  await page.route('https://mirror.example/**', (route) => {
    asked.push(route.request().url());
    return route.fulfill({ status: 404, headers: { 'Access-Control-Allow-Origin': '*' } });
  });
  await openRecorded(page);
  await openChooser(page, 'Any repository');
  const mirror = () => chooser(page).getByRole('textbox', { name: 'Mirror' });
  const use = () => chooser(page).getByRole('button', { name: 'Use this host' });
  await mirror().fill('http://mirror.example');
  await use().click();
  await expect(chooser(page).getByText('Write the mirror’s address with https')).toBeVisible();
  await mirror().fill('mirror.example/');
  await use().click();
  await expect(chooser(page).getByText('Models come from https://mirror.example.')).toBeVisible();
  await page.reload();
  await openChooser(page, 'Any repository');
  await expect(mirror()).toHaveValue('https://mirror.example');
  await chooser(page).getByRole('textbox', { name: 'Repository' }).fill('not a name');
  await chooser(page).getByRole('button', { name: 'Look it up' }).click();
  await expect(chooser(page).getByText('Write a repository as owner/name')).toBeVisible();
  await chooser(page).getByRole('textbox', { name: 'Repository' }).fill('someone/some-model');
  await chooser(page).getByRole('button', { name: 'Look it up' }).click();
  await expect(chooser(page).getByRole('alert').filter({ hasText: 'mirror.example' })).toBeVisible();
  expect(asked.length).toBeGreaterThan(0);
});

test.describe('the Hub', () => {
  let hub: TestHub;
  test.beforeAll(async () => {
    const files = exportOnHub({
      'llama/optimum-external-data-2files': 'onnx/model.onnx',
      'llama/tjs-q8': 'onnx/model_quantized.onnx',
    });
    const tiny = new Uint8Array(readFileSync(tinyGguf));
    const gguf = ['Q2_K', 'Q8_0'].map((type): [string, Uint8Array] => [
      `A-small-model-1.7B.${type}.gguf`,
      tiny,
    ]);
    hub = await startHub({
      'own/llama': { files, licence: 'mit' },
      'own/files-GGUF': { files: new Map(gguf) },
    });
  });
  test.afterAll(() => hub.close());
  test.beforeEach(() => hub.reset());

  const weights = () => hub.asked.filter((path) => /\/resolve\/.*\.onnx/.test(path));
  const mirrored = (page: Page) =>
    page.addInitScript((host) => localStorage.setItem('h-neurons.hub-host', host), hub.host);

  async function lookUp(page: Page, repository: string): Promise<void> {
    await openChooser(page, 'Any repository');
    await chooser(page).getByRole('textbox', { name: 'Repository' }).fill(repository);
    await chooser(page).getByRole('button', { name: 'Look it up' }).click();
  }

  test('a repository is looked at, loaded, kept, linked to and deleted', async ({ page, context }) => {
    const errors = collectErrors(page);
    await mirrored(page);
    await holdModel(page);
    await page.goto('./');
    await lookUp(page, `${hub.host}/own/llama`);
    const found = chooser(page).getByRole('region', { name: 'Repository' });
    await expect(found.getByRole('radio', { name: /^q8/ })).toBeChecked();
    await expect(found.getByText(/^Needs about \d+ MB of memory/)).toBeVisible();
    await expect(found.getByText('mit', { exact: true })).toBeVisible();
    expect(weights()).toEqual([]);
    expect(await seriousFaults(page)).toEqual([]);

    await found.getByRole('button', { name: /^Fetch and load/ }).click();
    await loaded(page, 'llama');
    await answered(page);
    expect(weights()).not.toEqual([]);
    await page.getByRole('button', { name: 'Model and device' }).click();
    await expect(page.getByRole('dialog')).toContainText('own/llama, q8');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByRole('button', { name: 'Copy link' }).click();
    await expect(page).toHaveURL(/#s2\./);
    const link = page.url();
    expect(link.length).toBeLessThan(3000);
    expect(errors).toEqual([]);
    await page.close();

    hub.reset();
    const other = await context.newPage();
    await mirrored(other);
    await holdModel(other);
    await other.goto(link);
    await expect(other.getByText('This link was made with llama, from own/llama')).toBeVisible();
    await expect(other.getByRole('progressbar', { name: 'Loading the model' })).toBeHidden();
    expect(hub.asked).toEqual([]);
    await other.getByRole('button', { name: 'Load llama' }).click();
    await loaded(other, 'llama');
    await answered(other);
    expect(weights()).toEqual([]);

    await openChooser(other, 'Kept here');
    const kept = chooser(other).getByRole('list', { name: 'Kept models' });
    await expect(kept.getByRole('listitem')).toHaveCount(1);
    await expect(chooser(other).getByText(/free as far as the browser tells/)).toBeVisible();
    await kept.getByRole('button', { name: 'Delete own/llama…' }).click();
    const ask = other.getByRole('alertdialog', { name: 'Delete own/llama' });
    await ask.getByRole('button', { name: 'Keep it' }).click();
    await expect(kept.getByRole('listitem')).toHaveCount(1);
    await kept.getByRole('button', { name: 'Delete own/llama…' }).click();
    await ask.getByRole('button', { name: 'Delete', exact: true }).click();
    await expect(chooser(other).getByText('No model is kept yet.')).toBeVisible();
  });

  test('files of a narrow offer are read whole; one of a type that is not read is no choice of size', async ({
    page,
  }) => {
    await page.setViewportSize({ width: 400, height: 700 });
    await mirrored(page);
    await openRecorded(page);
    await lookUp(page, 'own/files-GGUF');
    const found = chooser(page).getByRole('region', { name: 'Repository' });
    await expect(found.getByRole('radio', { name: /Q8_0.*fits, suits this device/ })).toBeChecked();
    await expect(found.getByRole('radio', { name: /Q2_K.*does not run here/ })).not.toBeChecked();
    const name = await found.getByText('A-small-model-1.7B.Q2_K.gguf').boundingBox();
    expect(name!.height).toBeLessThan(30);
    await found.getByText('A-small-model-1.7B.Q2_K.gguf').click();
    await expect(found.getByRole('status')).toContainText('Weights of the type Q2_K cannot be read here');
    await expect(found.getByRole('button', { name: /^Try it anyway/ })).toBeVisible();
  });

  test('what a host refuses is said in one sentence, and can be asked for again', async ({ page }) => {
    await mirrored(page);
    await openRecorded(page);
    await lookUp(page, 'own/nothing');
    const found = chooser(page).getByRole('region', { name: 'Repository' });
    await expect(found.getByRole('alert')).toContainText('own/nothing');
    await chooser(page).getByRole('textbox', { name: 'Repository' }).fill('own/llama');
    hub.misbehave('/revision/main', refuse(429), 1);
    await chooser(page).getByRole('button', { name: 'Look it up' }).click();
    await expect(found.getByRole('alert')).toContainText('429');
    await found.getByRole('button', { name: 'Ask again' }).click();
    await expect(found.getByRole('radio', { name: /^q8/ })).toBeChecked();
    await chooser(page).getByRole('tab', { name: 'Kept here' }).click();
    await expect(chooser(page).getByText('No model is kept yet.')).toBeVisible();
  });
});
