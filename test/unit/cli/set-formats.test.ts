import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runSet, setText } from '../../../src/cli/set.ts';
import { formatNeuronSet, parseNeuronSet } from '../../../src/neurons/set-file.ts';

const tiny = 'test/fixtures/gguf/tiny-llama.gguf';
let folder: string;
const path = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'h-neurons-set-'));
  await writeFile(path('a.csv'), 'layer,neuron,weight\n0,3,1.5\n1,0,-2\n1,1,0.5\n');
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

test('a table becomes a set of the model, and a set every format and back', async () => {
  const { set } = await runSet(path('a.csv'), { model: tiny, intercept: -1, out: path('a.json') });
  expect(set.neurons).toEqual([
    { layer: 0, neuron: 3, weight: 1.5 },
    { layer: 1, neuron: 1, weight: 0.5 },
  ]);
  expect(set).toMatchObject({ name: 'a', intercept: -1, model: { layers: 2 } });
  expect(await readFile(path('a.json'), 'utf8')).toBe(formatNeuronSet(set));
  for (const format of ['csv', 'npz'] as const) {
    await runSet(path('a.json'), { out: path(`b.${format}`) });
    const again = await runSet(path(`b.${format}`), { model: tiny });
    expect(again.set.neurons).toEqual(set.neurons);
    expect(again.set.intercept).toBe(-1);
    expect(again.set.model).toEqual(set.model);
  }
  const all = await runSet(path('a.csv'), { model: tiny, allSigns: true, to: 'json' });
  expect(parseNeuronSet(all.written!).neurons).toHaveLength(3);
  expect(setText(set)).toContain('largest weights: 0:3 1.50, 1:1 0.500');
});

test("the program's own file needs no model; where one is named, it must be of its shape", async () => {
  const other = JSON.parse(await readFile(path('a.json'), 'utf8'));
  other.model = { ...other.model, name: 'big', layers: 3, widths: [9, 9, 9] };
  await writeFile(path('other.json'), JSON.stringify(other));
  expect((await runSet(path('other.json'), {})).set.model.name).toBe('big');
  await expect(runSet(path('other.json'), { model: tiny })).rejects.toThrow(
    'was made for big, but the model here is tiny-llama: the one has 3 layers of 9 neurons, the other 2 layers',
  );
});

test('what cannot be read or written is refused in one sentence', async () => {
  await expect(runSet(path('none.csv'), {})).rejects.toThrow(
    'none.csv cannot be opened: it is not there; check the path.',
  );
  await expect(runSet(path('a.json'), { to: 'npz' })).rejects.toThrow(
    '--to npz is not text; name its file with --out.',
  );
  await expect(runSet(path('a.json'), { out: path('a.xlsx') })).rejects.toThrow(
    'does not end in a format that can be',
  );
  await expect(runSet('test/fixtures/neuron-sets/detector.pkl', {})).rejects.toThrow('is a Python pickle');
});
