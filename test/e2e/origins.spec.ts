import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { readGguf } from '../../src/graph/gguf/file.ts';
import { bytesSource } from '../../src/lib/bytes/source.ts';
import { fingerprintOf } from '../../src/model/fingerprint.ts';
import { formatNeuronSet } from '../../src/neurons/set-file.ts';
import { runOrigins } from '../../src/studies/origins/terminal/origins.ts';
import { originsSentence } from '../../src/studies/report-text/origins.ts';
import { seriousFaults } from '../support/axe.ts';
import { collectErrors, holdModel, modelReady } from '../support/page.ts';
import { tinyFile, tinyTensors, turn } from '../support/tiny-mlp-pair.ts';

const still = [4, 30, 71];

/** Files of two small models, of which one layer was turned except for the neurons of a set, and the set's. */
async function writePair(folder: string) {
  mkdirSync(folder, { recursive: true });
  const tensors = await tinyTensors();
  const base = await tinyFile(tensors);
  for (const name of ['gate', 'up']) {
    const { values } = tensors.get(`blk.1.ffn_${name}.weight`)!;
    for (let neuron = 0; neuron < 96; neuron++) {
      const places = Array.from({ length: 64 }, (_, i) => 64 * neuron + i);
      if (!still.includes(neuron)) turn(values, places, 0.1 + neuron / 100, neuron);
    }
  }
  // By the down projections' first weights files are told apart.
  tensors.get('blk.0.ffn_down.weight')!.values[0]! += 0.01;
  const instruct = await tinyFile(tensors);
  const set = formatNeuronSet({
    format: 'h-neuron-set',
    version: 2,
    name: 'Still ones',
    model: {
      name: 'instruct',
      architecture: 'llama',
      fingerprint: await fingerprintOf(await readGguf(bytesSource(instruct, 'instruct'))),
      layers: 2,
      widths: [96, 96],
    },
    neurons: still.map((neuron) => ({ layer: 1, neuron })),
    feature: { aggregation: 'mean', position: 'read' },
    provenance: { created: '2025-01-31', command: 'test', questions: 'test' },
    metrics: {},
  });
  const paths = {
    base: join(folder, 'base.gguf'),
    model: join(folder, 'instruct.gguf'),
    set: join(folder, 'set.json'),
  };
  writeFileSync(paths.base, base);
  writeFileSync(paths.model, instruct);
  writeFileSync(paths.set, set);
  return paths;
}

async function chooseFile(
  page: Page,
  section: string | undefined,
  button: string,
  path: string,
): Promise<void> {
  const scope = section === undefined ? page : page.getByRole('region', { name: section, exact: true });
  const choosing = page.waitForEvent('filechooser');
  await scope.getByRole('button', { name: button }).click();
  await (await choosing).setFiles(path);
}

test('two models from disk are compared without loading them, as the terminal does', async ({
  page,
}, info) => {
  const errors = collectErrors(page);
  await holdModel(page);
  await page.goto('./#origins');
  const compare = page.getByRole('button', { name: 'Compare', exact: true });
  await expect(compare).toBeDisabled();

  const paths = await writePair(info.outputPath('pair'));
  await chooseFile(page, 'Base model', 'Choose files…', paths.base);
  await page
    .getByRole('radiogroup', { name: 'Instruct model' })
    .getByRole('radio', { name: 'From disk' })
    .click({ force: true });
  await expect(compare).toBeDisabled();
  await chooseFile(page, 'Instruct model', 'Choose files…', paths.model);
  await chooseFile(page, undefined, 'Open a set’s file…', paths.set);
  await expect(page.getByRole('combobox', { name: 'Neurons' })).toContainText('Still ones, from a file');
  await compare.click();

  const terminal = await runOrigins({ ...paths, draws: 1000, fittedDraws: 200, seed: 1 });
  const sentence = originsSentence(terminal);
  expect(sentence).toContain("The set's 3 neurons moved less from base to instruct");
  await expect(page.getByRole('status', { name: 'Result' })).toHaveText(sentence);
  expect(terminal.difference).toBe('instruct has other weights, compared with base.');
  await expect(page.getByText(terminal.difference!)).toBeVisible();
  await expect(page.getByText('The neuron set carries the identity of before')).toBeVisible();
  await page.getByRole('status', { name: 'Result' }).scrollIntoViewIfNeeded();
  await page.screenshot({ path: info.outputPath('difference.png') });
  await expect(page.getByRole('img', { name: 'How far every neuron moved' })).toBeVisible();
  await page.getByRole('button', { name: 'How far every neuron moved as a table' }).click();
  const rows = page.getByRole('region', { name: 'How far every neuron moved' }).getByRole('row');
  await expect(rows).toHaveCount(4);
  await expect(rows.nth(1)).toContainText(
    `1:${terminal.drift.members.toSorted((a, b) => a.rank - b.rank)[0]!.neuron}`,
  );
  await page.getByRole('button', { name: 'Layer by layer as a table' }).click();
  await expect(page.getByRole('region', { name: 'Layer by layer' }).getByRole('row')).toHaveCount(3);

  expect(await seriousFaults(page)).toEqual([]);

  await page.setViewportSize({ width: 360, height: 800 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);

  // The wrong way round, the set is of the other model.
  await chooseFile(page, 'Instruct model', 'Choose files…', paths.base);
  await compare.click();
  await expect(page.getByRole('alert').filter({ hasText: 'was made for instruct' })).toBeVisible();
  expect(errors).toEqual([]);
});

test('the loaded model with its own set, beside its own file, has no drift', async ({ page }) => {
  const errors = collectErrors(page);
  await page.goto('./#origins');
  await modelReady(page);
  await expect(page.getByRole('combobox', { name: 'Neurons' })).toContainText('comes with this page');
  const file = 'public/models/SmolLM2-135M-Instruct.Q4_1.gguf';
  await chooseFile(page, 'Base model', 'Choose files…', file);
  await page.getByRole('button', { name: 'Compare', exact: true }).click();
  await expect(page.getByRole('status', { name: 'Result' })).toContainText('are the same: no neuron moved');
  await expect(page.getByRole('img', { name: 'How far every neuron moved' })).toBeVisible();
  expect(errors).toEqual([]);
});

test('a base model can be asked as plain text, without the instruction', async ({ page }) => {
  await holdModel(page);
  await page.goto('./#identify');
  await expect(page.getByRole('button', { name: 'Ask 200 questions' })).toBeVisible();
  await page.getByRole('button', { name: 'Advanced: how they are asked' }).click();
  const instruction = page.getByRole('textbox', { name: 'Put behind every question' });
  const put = (form: string) => page.getByRole('radio', { name: form }).click({ force: true });
  await put('As plain text, for base models');
  await expect(page.getByText('until the line ends')).toBeVisible();
  await expect(instruction).toHaveCount(0);
  await put('As a chat');
  await expect(instruction).toHaveValue(/^Respond with the answer only/);
});
