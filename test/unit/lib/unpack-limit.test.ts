import { strToU8, zipSync } from 'fflate';
import { expect, it } from 'vitest';
import { unpackRuns } from '../../../src/lib/bytes/zip-files.ts';
import { readNeuronSet } from '../../../src/neurons/formats/read.ts';
import { neuronLayout } from '../../../src/neurons/layout.ts';

const megabytes = (count: number) => new Uint8Array(count * 2 ** 20);
const fileOf = (files: Record<string, Uint8Array>) =>
  new File([zipSync(files) as Uint8Array<ArrayBuffer>], 'run.zip');

it('one limit holds for all that an archive unpacks to', async () => {
  await expect(unpackRuns([fileOf({ 'a.f16': megabytes(8), 'b.f16': megabytes(8) })])).rejects.toThrow(
    /^run\.zip unpacks to more than 12 MB at b\.f16, the limit for an archive of its size; .*\.$/,
  );
  await expect(unpackRuns([fileOf({ 'a.f16': megabytes(8) })])).resolves.toHaveLength(1);
});

it('an archive of very many files is refused', async () => {
  const files = Object.fromEntries(Array.from({ length: 10_001 }, (_, i) => [`${i}`, new Uint8Array()]));
  await expect(unpackRuns([fileOf(files)])).rejects.toThrow(/holds more than 10000 files/);
});

it('NumPy archives have the same limit', () => {
  const bytes = zipSync({ 'coef.npy': megabytes(20), 'coef_.npy': megabytes(20) });
  const read = () =>
    readNeuronSet(
      bytes,
      'set.npz',
      neuronLayout([5]),
      { name: 'm', architecture: 'llama', fingerprint: 'f' },
      {
        created: '2025-01-31',
      },
    );
  expect(read).toThrow(/^set\.npz unpacks to more than 32 MB at coef_\.npy/);
});

/** An archive whose directory says another size of every entry. */
function lyingArchive(
  files: Record<string, Uint8Array>,
  place: 20 | 24,
  size: number,
): Uint8Array<ArrayBuffer> {
  const bytes = zipSync(files) as Uint8Array<ArrayBuffer>;
  const view = new DataView(bytes.buffer);
  for (let at = 0; at + 46 <= bytes.length; at++)
    if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + place, size, true);
  return bytes;
}

it('an archive that says a smaller size than an entry has is refused, a larger one is not believed', async () => {
  const content = '{"a": 1}'.repeat(1000);
  const open = (size: number) =>
    unpackRuns([new File([lyingArchive({ 'run.json': strToU8(content) }, 24, size)], 'run.zip')]);
  await expect(open(10)).rejects.toThrow(
    'run.zip is damaged: run.json does not have the size and checksum that the archive says; save it again.',
  );
  const [file] = await open(2 ** 20);
  expect(await file.text()).toBe(content);
});

it('counts entries that are stored at their packed size', async () => {
  const archive = lyingArchive({ 'run.json': strToU8('x') }, 20, 200 * 2 ** 20);
  await expect(unpackRuns([new File([archive], 'run.zip')])).rejects.toThrow(/unpacks to more than 12 MB/);
});
