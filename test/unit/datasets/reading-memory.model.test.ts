import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { unzipSync, zipSync } from 'fflate';
import { afterAll, describe, expect, it } from 'vitest';
import { writeInput } from '../../../scripts/fuzz/files.ts';
import { Lane } from '../../../scripts/fuzz/pool.ts';
import { readerOf } from '../../../scripts/fuzz/readers.ts';
import { replay } from '../../../scripts/fuzz/run.ts';
import { readTable } from '../../../src/datasets/tables/read-table.ts';

/** How many times longer than on an idle machine a reader may take. */
const PATIENCE = 4;
const MEGABYTE = 2 ** 20;

const lane = new Lane();
afterAll(() => lane.renew());

/** A text of `megabytes` between two others. */
const filled = (part: string, megabytes: number, head = '', tail = '') =>
  head + part.repeat(Math.floor((megabytes * MEGABYTE) / part.length)) + tail;

/** Reads one file in a process of its own, which is measured; resolves to what is wrong with how it went. */
async function faultOf(reader: string, name: string, content: string | Uint8Array): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), 'memory-'));
  try {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    await writeInput(folder, { [name]: bytes });
    return (await replay(reader, folder, lane, PATIENCE)).fault;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const fixture = (name: string) => readFile(new URL(`../../fixtures/questions/${name}`, import.meta.url));

/** An archive of a run in which one file is another. */
async function archiveWith(name: string, content: Uint8Array): Promise<Uint8Array> {
  const [seed] = await readerOf('run-archive').seeds();
  return zipSync({ ...unzipSync(Object.values(seed!)[0]!), [name]: content });
}

describe('64 MB and 20 times its file are enough for', () => {
  it.each<[string, string, string, () => string]>([
    ['millions of empty lines of a set', 'set-csv', 'a.csv', () => filled('\n', 4)],
    ['millions of neurons of a set', 'set-csv', 'a.csv', () => filled('0,1\n', 4, 'layer,neuron\n')],
    ['a set of lists', 'set-json', 'a.json', () => filled('[],', 4, '[', '[]]')],
    ['a set of numbers', 'set-json', 'a.json', () => filled('1,', 4, '[', '1]')],
    ['empty lines of questions', 'questions-csv', 'a.csv', () => filled('\n', 4, 'question,answer\nq?,a\n')],
    ['short rows', 'questions-csv', 'a.csv', () => filled('a,b\n', 4, 'question,answer\n')],
    ['broken quotes', 'questions-csv', 'a.csv', () => filled('"a"b\n",x\n', 2, 'question,answer\nq?,a\n')],
    ['JSON of empty lists', 'questions-json', 'a.json', () => filled('[],', 4, '[', '[]]')],
    ['JSON of empty objects', 'questions-json', 'a.json', () => filled('{},', 4, '[', '{}]')],
    ['JSON of numbers', 'questions-json', 'a.json', () => filled('1.0,', 4, '[', '1]')],
    [
      'a line of lists',
      'questions-jsonl',
      'a.jsonl',
      () => filled('[],', 4, '{"question":"a","answer":"b"}\n{"question":[', '1]}\n'),
    ],
    ['empty lines of labels', 'labels', 'labels.jsonl', () => filled('\n', 4)],
    ['empty lines of corrections', 'corrections', 'corrections.jsonl', () => filled('\n', 4)],
    ['a saved run of objects', 'saved-run', 'run.json', () => filled('{},', 4, '{"a":[', '{}]}')],
  ])('%s', async (_, reader, name, make) => {
    expect(await faultOf(reader, name, make())).toBeUndefined();
  });

  it('a gzip file of 100 MB', async () => {
    const packed = gzipSync(filled('\n', 100, 'question,answer\nq?,a\n'));
    expect(await faultOf('questions-csv', 'a.csv', new Uint8Array(packed))).toBeUndefined();
  });

  it.each([
    ['records.jsonl', '\n'],
    ['corrections.jsonl', '\n'],
    ['run.json', '[],'],
  ])('an archive whose %s unpacks to 12 MB', async (name, part) => {
    const archive = await archiveWith(name, new TextEncoder().encode(filled(part, 12, '[', '1]')));
    expect(await faultOf('run-archive', 'run.zip', archive)).toBeUndefined();
  });

  it.each(['one-text.parquet', 'prompts-alike.parquet', 'unpacks-large.parquet'])(
    'the texts of %s',
    async (name) => {
      expect(await faultOf('questions-parquet', name, new Uint8Array(await fixture(name)))).toBeUndefined();
    },
  );
});

it('a Parquet file of 38 MB of texts that begin alike is read to its end', async () => {
  const table = await readTable(new Uint8Array(await fixture('prompts-alike.parquet')), 'a.parquet');
  if (table.format === 'h-neuron-questions') throw new Error('a set, not a table');
  let rows = 0;
  for await (const { where, cells } of table.rows({ columns: ['prompt', 'answer'] })) {
    expect(where).toBe(`row ${rows + 1}`);
    expect(cells.prompt).toMatch(new RegExp(`^Answer the question .*How much is ${rows} and ${rows}\\?$`));
    expect(cells.answer).toBe(String(2 * rows));
    rows++;
  }
  expect(rows).toBe(13_000);
});
