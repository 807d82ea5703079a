import { readFileSync } from 'node:fs';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { readInWorker, tableOfFile } from '../../../app/studies/read-file.ts';
import { neuronLayout } from '../../../src/neurons/layout.ts';
import { parseRun } from '../../../src/saved/run-file.ts';
import { readerPorts } from '../../support/reader-port.ts';

const file = (content: BlobPart, name: string) => new File([content], name);
const table = (text: string, name: string) => tableOfFile(file(text, name));
const options = { signal: new AbortController().signal, onProgress: () => {} };
const shipped = new URL('../../../public/runs/telephone.json', import.meta.url);

const layout = neuronLayout([4, 6]);
const ofModel = {
  layout,
  model: { name: 'tiny', architecture: 'llama', fingerprint: 'f' },
  created: '2025-01-31T12:00:00.000Z',
};

describe('a file that is read in a worker', () => {
  it('is opened and made a set of, and the worker is ended each time', async () => {
    const worker = readerPorts();
    const csv = table('question,answer\nWho is it?,Ann\n', 'a.csv');
    const head = await readInWorker('open', { table: csv }, options, worker.make);
    expect(head).toMatchObject({ name: 'a.csv', format: 'csv' });
    expect(structuredClone(head)).toEqual(head);
    const about = { name: 'a', source: { name: 'a.csv', licence: 'MIT' } };
    const mapping = { question: 'question', answers: 'answer' };
    const { set } = await readInWorker('questions', { table: csv, mapping, about }, options, worker.make);
    expect(set.questions[0].answers).toEqual(['Ann']);
    expect(worker.ended()).toBe(2);
  });

  it('may be several that make one table, as a data set of the Hub comes', async () => {
    const worker = readerPorts();
    const files = ['Who is it?,Ann\n', 'Who else?,Bob\n'].map((row, i) => ({
      name: `part/${i}.csv`,
      blob: new Blob([`question,answer\n${row}`]),
    }));
    const split = { files, name: 'own/set (default, train)' };
    const head = await readInWorker('open', { table: split }, options, worker.make);
    expect(head.name).toBe('own/set (default, train)');
    const about = { name: 'a', source: { name: 'own/set', licence: 'MIT' } };
    const mapping = { question: 'question', answers: 'answer' };
    const { set } = await readInWorker('questions', { table: split, mapping, about }, options, worker.make);
    expect(set.questions.map(({ answers }) => answers)).toEqual([['Ann'], ['Bob']]);
  });

  it('may be a saved run', async () => {
    const worker = readerPorts();
    const text = readFileSync(shipped, 'utf8');
    const run = await readInWorker('savedRun', { file: file(text, 'run.json') }, options, worker.make);
    expect(run).toEqual(await parseRun(text));
    expect(structuredClone(run)).toEqual(run);
    const large = Object.defineProperty(file('{', 'large\n.json'), 'size', { value: 40 * 2 ** 20 });
    await expect(readInWorker('savedRun', { file: large }, options, worker.make)).rejects.toThrow(
      'large␊.json has 40 MB; a run may have 32 MB.',
    );
    expect(worker.ended()).toBe(2);
  });

  it('may be a neuron set', async () => {
    const worker = readerPorts();
    const csv = file('layer,neuron,weight\n0,3,2\n', 'mine.csv');
    const set = await readInWorker('neuronSet', { file: csv, ...ofModel }, options, worker.make);
    expect(set).toMatchObject({ name: 'mine', neurons: [{ layer: 0, neuron: 3, weight: 2 }] });
    expect(structuredClone(set)).toEqual(set);
    const other = file('layer,neuron,weight\n9,3,2\n', 'other.csv');
    await expect(
      readInWorker('neuronSet', { file: other, ...ofModel }, options, worker.make),
    ).rejects.toThrow(/other\.csv/);
  });

  it('may be one of an identification run, whose records and corrections are looked through', async () => {
    const worker = readerPorts();
    const archive = (entries: Record<string, string>) =>
      file(
        zipSync(Object.fromEntries(Object.entries(entries).map(([name, text]) => [name, strToU8(text)]))),
        'run.zip',
      );
    const reading = (entries: Record<string, string>) =>
      readInWorker('runFiles', { files: [archive(entries)] }, options, worker.make);
    await expect(reading({ 'run.json': '{}' })).rejects.toThrow('records.jsonl is missing among the files');
    await expect(reading({ 'run.json': '{}', 'records.jsonl': '' })).rejects.toMatchObject({
      code: 'bad-input',
    });
  });

  it('says what is wrong with it', async () => {
    const worker = readerPorts();
    const reading = readInWorker('suite', { table: table('', 'empty.csv') }, options, worker.make);
    await expect(reading).rejects.toThrow(/^empty\.csv is empty/);
    expect(worker.ended()).toBe(1);
  });

  it('is no longer read once that is stopped, whatever the worker does', async () => {
    const worker = readerPorts(true);
    const stop = new AbortController();
    const own = { signal: stop.signal, onProgress: () => {} };
    const reading = readInWorker('open', { table: table('a,b\n', 'a.csv') }, own, worker.make);
    stop.abort();
    await expect(reading).rejects.toMatchObject({ code: 'cancelled' });
    expect(worker.ended()).toBeGreaterThan(0);
  });

  it.each([
    ['savedRun', { file: file('{}', 'slow\n.csv') }],
    ['neuronSet', { file: file('a,b\n', 'slow\n.csv'), ...ofModel }],
    ['runFiles', { files: [file('a,b\n', 'slow\n.csv')] }],
    ['suite', { table: table('a,b\n', 'slow\n.csv') }],
    ['open', { table: table('a,b\n', 'slow\n.csv') }],
  ] as const)('is left once its time is over, with one sentence: %s', async (type, input) => {
    const worker = readerPorts(true);
    const reading = readInWorker(type, input, {}, worker.make, 1000);
    await expect(reading).rejects.toThrow(
      'Reading slow␊.csv took longer than 1 second and was stopped; split the file, or check what is in it.',
    );
    expect(worker.ended()).toBeGreaterThan(0);
  });
});
