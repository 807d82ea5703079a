import { zipSync } from 'fflate';
import { expect, it } from 'vitest';
import { unpacked } from '../../app/identify/run-archive.ts';
import { readNeuronSet } from '../../src/neurons/formats/read.ts';
import { neuronLayout } from '../../src/neurons/layout.ts';

const megabytes = (count: number) => new Uint8Array(count * 2 ** 20);
const fileOf = (files: Record<string, Uint8Array>) =>
  new File([zipSync(files) as Uint8Array<ArrayBuffer>], 'run.zip');

it('one limit holds for all that an archive unpacks to', async () => {
  await expect(unpacked([fileOf({ 'a.f16': megabytes(20), 'b.f16': megabytes(20) })])).rejects.toThrow(
    /^run\.zip unpacks to more than 32 MB at b\.f16, the limit for an archive of its size; .*\.$/,
  );
  await expect(unpacked([fileOf({ 'a.f16': megabytes(20) })])).resolves.toHaveLength(1);
});

it('an archive of very many files is refused', async () => {
  const files = Object.fromEntries(Array.from({ length: 10_001 }, (_, i) => [`${i}`, new Uint8Array()]));
  await expect(unpacked([fileOf(files)])).rejects.toThrow(/holds more than 10000 files/);
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
