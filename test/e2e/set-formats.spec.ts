import { readFile } from 'node:fs/promises';
import { expect, type Page, test } from '@playwright/test';
import { readNpz } from '../../src/neurons/formats/npz.ts';
import { formatNeuronSet, parseNeuronSet } from '../../src/neurons/set-file.ts';
import { answered, onePage } from '../support/page.ts';

const markup = '"><img src=x onerror=alert(1)>';
const fixture = (name: string) => `test/fixtures/neuron-sets/${name}`;

let page: Page;

onePage((opened) => {
  page = opened;
});

type Chosen = string | { readonly name: string; readonly mimeType: string; readonly buffer: Buffer };

const table = (name: string, text: string): Chosen => ({
  name,
  mimeType: 'text/csv',
  buffer: Buffer.from(text),
});
const adding = () => page.getByRole('dialog', { name: 'Add neurons' });
const group = (name: string) =>
  page
    .getByRole('region', { name: 'Groups of neurons' })
    .getByRole('listitem')
    .filter({ has: page.getByRole('heading', { name, exact: true }) });

async function choose(file: Chosen): Promise<void> {
  if (!(await adding().isVisible())) await page.getByRole('button', { name: 'Add neurons…' }).click();
  const choosing = page.waitForEvent('filechooser');
  await adding().getByRole('button', { name: 'Open a neuron set…' }).click();
  await (await choosing).setFiles(file);
}

/** Bytes of the set that the take-away dialog saves. */
async function saved(name: string, format: string) {
  const dialog = page.getByRole('dialog', { name: 'Export' });
  const coming = page.waitForEvent('download');
  await dialog.getByRole('button', { name: `${name} as ${format}`, exact: true }).click();
  const download = await coming;
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

test('a table of neurons becomes a group that steers', async () => {
  await choose(
    table('mine.csv', 'neuron_idx,layer_idx,importance\r\n1095,28,2.5\r\n863,23,1.25\r\n1,0,-1\r\n'),
  );
  await expect(adding()).toBeHidden();
  await expect(group('mine')).toContainText('2 neurons');
  await page.getByRole('slider', { name: 'Scale of mine' }).fill('2');
  await answered(page);
  await group('mine').getByRole('button', { name: 'About this set' }).click();
  await expect(group('mine')).toContainText('1 neuron with a negative weight was left out');
  await expect(group('mine')).toContainText('mean activation of its neurons');
});

test('coefficients saved by NumPy become a group with a classifier', async () => {
  await choose(fixture('smollm2.npz'));
  await expect(adding()).toBeHidden();
  await expect(group('smollm2')).toContainText('3 neurons');
  await group('smollm2').getByRole('button', { name: 'About this set' }).click();
  await expect(group('smollm2')).toContainText('a probability from the weighted activations of its neurons');
});

for (const [what, file, message] of [
  [
    'coefficients of another model',
    fixture('stored.npz'),
    'has 15 coefficients, but this model has 46080 neurons',
  ],
  ['a pickle', fixture('detector.pkl'), 'export its coefficients with: python -c'],
  [
    'a table with a neuron too many',
    table(`${markup}.csv`, 'layer,neuron\n0,1\n0,1536\n'),
    'in line 3: There is no neuron 0:1536',
  ],
] as const) {
  test(`${what}: refused in one sentence`, async () => {
    await choose(file);
    await expect(adding().getByRole('alert')).toContainText(message);
    await expect(page.locator('img')).toHaveCount(0);
    await page.keyboard.press('Escape');
    await expect(adding()).toBeHidden();
  });
}

/** The set beside the page as if it were found in another model. */
async function foreign(name: string, change: (norms: string[]) => string[]): Promise<Chosen> {
  const set = parseNeuronSet(await readFile('public/neurons/smollm2-135m-instruct.json', 'utf8'));
  const { signature, identity: _, ...own } = set.model;
  if (!signature) throw new Error('the set has no signature');
  const columnNorms = change(signature.columnNorms.split(' ')).join(' ');
  const model = { ...own, name, fingerprint: 'another', signature: { ...signature, columnNorms } };
  const text = formatNeuronSet({ ...set, name: 'Foreign', model });
  return { name: 'foreign.json', mimeType: 'application/json', buffer: Buffer.from(text) };
}

test('a set of other weights of the same shape is refused with both names', async () => {
  await choose(await foreign('Stranger', (norms) => [...norms].reverse()));
  await expect(adding().getByRole('alert')).toContainText(
    'was made for Stranger, but the model here is SmolLM2-135M-Instruct, whose weights are others',
  );
  await page.keyboard.press('Escape');
  await expect(group('Foreign')).toHaveCount(0);
});

test('a set of the same weights in another precision is taken with a note', async () => {
  await choose(await foreign('SmolLM2-135M-Instruct.Q8_0', (norms) => norms));
  await expect(adding()).toBeHidden();
  const note = 'The neurons were found in SmolLM2-135M-Instruct.Q8_0; SmolLM2-135M-Instruct has';
  await expect(page.getByRole('status', { name: 'Notice' })).toContainText(note);
  await group('Foreign').getByRole('button', { name: 'About this set' }).click();
  await expect(group('Foreign')).toContainText(note);
});

test('a file that is dropped is told from a run', async () => {
  const notice = page.getByRole('status', { name: 'Notice' });
  for (const [name, content] of [
    ['dropped.tsv', 'layer\tneuron\n3\t7\n'],
    ['replication.json', '{"model": "other", "h_neurons": [[3, 7], [4, 8]]}'],
  ] as const) {
    const data = await page.evaluateHandle(
      ([fileName, text]) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([text], fileName));
        return transfer;
      },
      [name, content] as const,
    );
    await page.dispatchEvent('body', 'drop', { dataTransfer: data });
    await expect(notice).toContainText(`The neuron set in ${name} was added.`);
  }
  await expect(group('replication')).toContainText('2 neurons');
});

test('each group is taken away as JSON, CSV and .npz', async () => {
  await page.getByRole('button', { name: 'Export' }).click();
  const json = await saved('smollm2', 'JSON');
  expect(json.name).toBe('neurons_smollm2.json');
  expect(parseNeuronSet(json.bytes.toString())).toMatchObject({ name: 'smollm2', intercept: -3 });
  const csv = (await saved('mine', 'CSV')).bytes.toString().split('\r\n');
  expect(csv.slice(0, 2)).toEqual([
    'layer,neuron,weight,set,model',
    '23,863,1.25,mine,SmolLM2-135M-Instruct',
  ]);
  const npz = await saved('smollm2', 'NPZ');
  const { coefficients, intercept } = readNpz(new Uint8Array(npz.bytes), npz.name);
  expect(coefficients.shape).toEqual([1, 46_080]);
  expect(coefficients.values[28 * 1536 + 1095]).toBe(2.5);
  expect(intercept).toBe(-3);
  await expect(page.getByRole('dialog', { name: 'Export' }).getByRole('status').last()).toHaveText(
    'smollm2 saved as NPZ.',
  );
});
