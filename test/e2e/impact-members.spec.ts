import { readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { knownModels } from '../../src/engine/known-models.ts';
import type { NeuronSet } from '../../src/neurons/set-file.ts';
import type { ImpactReport } from '../../src/studies/impact/report.ts';
import { startHub, type TestHub } from '../support/hub.ts';
import { box, fill, openImpact } from '../support/impact-page.ts';
import { expectGoodLooks } from '../support/looks.ts';
import { collectErrors, holdModel } from '../support/page.ts';

/** Two neurons of the default model. */
const pair: NeuronSet = {
  format: 'h-neuron-set',
  version: 2,
  name: 'Pair',
  model: {
    name: 'SmolLM2-135M-Instruct',
    fingerprint: knownModels[0]!.fingerprint,
    architecture: 'llama',
    layers: 30,
    widths: new Array<number>(30).fill(1536),
  },
  neurons: [
    { layer: 6, neuron: 535, weight: 1 },
    { layer: 22, neuron: 530, weight: 1 },
  ],
  intercept: 0,
  feature: { aggregation: 'mean', position: 'read' },
  provenance: { created: '2026-01-01', command: 'by hand', questions: 'none' },
  metrics: {},
};

test('several sets and the members of the first are swept; a neuron that matters opens in the explorer', async ({
  page,
}) => {
  test.setTimeout(900_000);
  const errors = collectErrors(page);
  await openImpact(page);
  await box(page, /^H-Neurons of SmolLM2/).uncheck({ force: true });
  const choosing = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Open a set from a file…' }).click();
  const buffer = Buffer.from(JSON.stringify(pair));
  await (await choosing).setFiles({ name: 'pair.json', mimeType: 'application/json', buffer });
  await box(page, /^Pair 2 neurons, from a file/).check({ force: true });
  const single = page.getByRole('textbox', { name: 'Single neurons by name' });
  await single.fill('30:1');
  await single.press('Enter');
  await expect(page.getByRole('alert').filter({ hasText: /layers are 0 to 29/ })).toBeVisible();
  await single.fill('3:7');
  await single.press('Enter');
  await expect(box(page, /^3:7 1 neuron, named here/)).toBeChecked();
  await expect(page.getByText(/^Pair was chosen first/)).toBeVisible();
  await fill(page, 'Factors', '0, 1, 2');
  await fill(page, 'Random sets', '1');
  await fill(page, 'Items of a suite', '3');
  await expect(page.getByText('read by 7 versions of the model:')).toBeVisible();
  await box(page, /^Each neuron of the set .* 11 versions of the model instead of 7/).check({ force: true });
  await expect(page.getByText('read by 11 versions of the model:')).toBeVisible();
  await page.getByRole('button', { name: 'Sweep over 3 items' }).click();
  const state = page.getByRole('status', { name: 'State of the sweep' });
  await expect(state).toHaveText('done', { timeout: 300_000 });

  const result = page.getByRole('region', { name: 'Result: False premises' });
  await result.getByRole('button', { name: 'Numbers of too few items' }).click();
  const doses = result.getByRole('region', { name: 'Dose and response: False premises' });
  await result.getByRole('button', { name: 'Dose and response: False premises as a table' }).click();
  await expect(doses.getByRole('columnheader')).toHaveText(['Factor', 'Pair', '3:7', 'control 1']);
  const neurons = result.getByRole('region', { name: 'Neurons of False premises' });
  await page.getByText('Margin', { exact: true }).click();
  await expect(neurons.getByText('3 items are too few to say; at least 20 are needed.')).toBeVisible();
  const chart = 'Which neurons matter most: False premises';
  await expect(neurons.getByRole('img', { name: chart }).locator('circle')).toHaveCount(4);
  await neurons.getByRole('button', { name: `${chart} as a table` }).click();
  const rows = neurons.getByRole('region', { name: chart }).getByRole('rowheader');
  const coming = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Report (JSON)' }).click();
  const report = JSON.parse(readFileSync(await (await coming).path(), 'utf8')) as ImpactReport;
  const members = report.compliance[0]!.members!.members;
  await expect(rows).toHaveText(members.map(({ neuron }) => `${neuron.layer}:${neuron.neuron}`));
  // Of two members, the set without the one is the other.
  const whole = report.compliance[0]!.sets[0]!.endpoints.margin.value;
  expect(members[0]!.alone.margin.value + members[1]!.lost.margin.value).toBeCloseTo(whole, 5);

  await expectGoodLooks(page);
  await neurons.getByRole('button', { name: '22:530', exact: true }).click();
  await expect(page.getByRole('region', { name: 'Neuron 22:530' })).toBeVisible();
  expect(errors).toEqual([]);
});

test.describe('a suite of the Hub', () => {
  let hub: TestHub;
  test.beforeAll(async () => {
    const file = readFileSync(new URL('../fixtures/suites/falseqa.csv', import.meta.url));
    hub = await startHub({ 'datasets/own/falseqa': { files: new Map([['test.csv', file]]) } });
  });
  test.afterAll(() => hub.close());

  test('is fetched from the mirror that the browser uses, and refused where there is none', async ({
    page,
  }) => {
    const elsewhere: string[] = [];
    await page.route('https://huggingface.co/**', (route) => {
      elsewhere.push(route.request().url());
      return route.abort();
    });
    await page.addInitScript((host) => localStorage.setItem('h-neurons.hub-host', host), hub.host);
    await holdModel(page);
    await page.goto('./#impact');
    // The list of suites moves what is below it when it comes.
    await expect(box(page, /^False premises/)).toBeChecked();
    await page.getByRole('button', { name: 'More suites' }).click();
    const name = page.getByRole('textbox', { name: 'Data set on the Hugging Face Hub' });
    await name.fill('own/none');
    await name.press('Enter');
    await expect(page.getByRole('alert').filter({ hasText: /own\/none/ })).toBeVisible();
    await name.fill('own/falseqa');
    await page.getByRole('button', { name: 'Fetch it' }).click();
    await expect(page.getByRole('status', { name: 'Suite read' })).toHaveText(
      'FalseQA: 2 items of 6 rows; 1 left out.',
    );
    await expect(box(page, /, 2 items \(going along: taking a false premise for granted\)/)).toBeChecked();
    expect(hub.asked.filter((path) => path.includes('/resolve/'))).toHaveLength(1);
    expect(elsewhere).toEqual([]);
  });
});
