import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  aboutSplit,
  bytesOf,
  chooseSplit,
  fetchSplit,
  type HubDataset,
  KNOWN_DATASETS,
  listDataset,
  parseHubName,
} from '../../../src/datasets/hub/hub.ts';
import { splitsOfCard, splitsOfNames } from '../../../src/datasets/hub/splits.ts';
import { completeMapping } from '../../../src/datasets/questions/columns.ts';
import { toQuestionSet } from '../../../src/datasets/questions/from-table.ts';
import { HUB } from '../../../src/lib/bytes/hub.ts';
import type { Progress } from '../../../src/lib/bytes/progress.ts';
import { runQuestions } from '../../../src/studies/identify/terminal/questions.ts';

const parquet = (name: string) => readFileSync(new URL(`../../fixtures/questions/${name}`, import.meta.url));
const trivia = parquet('trivia-shape.parquet');
const popqa = parquet('popqa-shape-snappy.parquet');
const SHA = 'a'.repeat(40);

const json = (response: ServerResponse, body: unknown) =>
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));

const file =
  (body: Buffer | string): RequestListener =>
  (_, response) =>
    response.writeHead(200, { 'content-length': Buffer.byteLength(body) }).end(body);

/** What `GET /api/datasets/{id}?blobs=true` gives: the fields of the Hub's answer, as far as they matter here. */
function info(id: string, siblings: Record<string, number>, cardData?: unknown): RequestListener {
  return (_, response) =>
    json(response, {
      _id: '621ffdd236468d709f181d5e',
      id,
      author: id.split('/')[0],
      sha: SHA,
      lastModified: '2024-01-05T13:24:37.000Z',
      private: false,
      gated: false,
      disabled: false,
      tags: ['language:en'],
      likes: 1,
      downloads: 2,
      cardData,
      siblings: Object.entries({ '.gitattributes': 2310, 'README.md': 9000, ...siblings }).map(
        ([rfilename, size]) => ({ rfilename, size, blobId: 'b'.repeat(40) }),
      ),
    });
}

const triviaCard = {
  license: ['unknown'],
  pretty_name: 'TriviaQA',
  configs: [
    {
      config_name: 'rc',
      data_files: [
        { split: 'train', path: 'rc/train-*' },
        { split: 'validation', path: 'rc/validation-*' },
      ],
    },
    {
      config_name: 'rc.nocontext',
      data_files: [
        { split: 'train', path: 'rc.nocontext/train-*' },
        { split: 'validation', path: 'rc.nocontext/validation-*' },
      ],
    },
  ],
};

const routes: Record<string, RequestListener> = {
  '/api/datasets/mandarjoshi/trivia_qa?blobs=true': info(
    'mandarjoshi/trivia_qa',
    {
      'rc/train-00000-of-00026.parquet': 300 * 2 ** 20,
      'rc/validation-00000-of-00001.parquet': 5,
      'rc.nocontext/train-00000-of-00001.parquet': trivia.length,
      'rc.nocontext/validation-00001-of-00002.parquet': trivia.length,
      'rc.nocontext/validation-00000-of-00002.parquet': trivia.length,
    },
    triviaCard,
  ),
  [`/datasets/mandarjoshi/trivia_qa/resolve/${SHA}/rc.nocontext/validation-00000-of-00002.parquet`]: (
    _,
    response,
  ) => response.writeHead(302, { location: '/blobs/trivia' }).end(),
  '/blobs/trivia': file(trivia),
  [`/datasets/mandarjoshi/trivia_qa/resolve/${SHA}/rc.nocontext/validation-00001-of-00002.parquet`]:
    file(trivia),
  '/api/datasets/akariasai/PopQA?blobs=true': info('akariasai/PopQA', { 'test.tsv': 60 }),
  [`/datasets/akariasai/PopQA/resolve/${SHA}/test.tsv`]: file(
    'id\tprop\tquestion\tpossible_answers\n1\tcapital\tWhat is the capital of X?\t"[""A"", ""B""]"\n',
  ),
  '/api/datasets/own/script?blobs=true': info(
    'own/script',
    { 'script.py': 900, 'dataset_infos.json': 30 },
    {
      license: 'other',
      license_name: 'own-terms',
    },
  ),
  '/api/datasets/own/script/parquet': (_, response) =>
    json(response, {
      'plain text': {
        test: ['https://elsewhere.example/api/datasets/own/script/parquet/plain%20text/test/0.parquet'],
      },
    }),
  '/api/datasets/own/script/parquet/plain%20text/test/0.parquet': file(popqa),
  '/api/datasets/own/none?blobs=true': info('own/none', { 'images.zip': 4 }),
  '/api/datasets/own/none/parquet': (_, response) => response.writeHead(500).end(),
  '/api/datasets/own/secret?blobs=true': (_, response) => response.writeHead(401).end('{"error":"..."}'),
  '/api/datasets/own/busy?blobs=true': (_, response) => response.writeHead(429).end(),
  '/api/datasets/own/down?blobs=true': (_, response) => response.writeHead(503).end(),
  '/api/datasets/own/login?blobs=true': (_, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!DOCTYPE html><p>Log in'),
  '/api/datasets/own/odd?blobs=true': (_, response) => json(response, { hello: 1 }),
  '/api/datasets/own/files?blobs=true': info('own/files', {
    'page.csv': 50,
    'short.csv': 1000,
    'pointer.csv': 130,
    'slow.csv': 1000,
    'gated.csv': 10,
    'unknown/huge.csv': 10,
  }),
  [`/datasets/own/files/resolve/${SHA}/page.csv`]: file('<!DOCTYPE html><p>Log in'),
  [`/datasets/own/files/resolve/${SHA}/pointer.csv`]: file(
    'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n',
  ),
  [`/datasets/own/files/resolve/${SHA}/short.csv`]: (_, response) => {
    response.writeHead(200, { 'content-length': 1000 });
    response.write('question,answer\n', () => response.destroy());
  },
  [`/datasets/own/files/resolve/${SHA}/slow.csv`]: (_, response) => {
    response.writeHead(200, { 'content-length': 1000 });
    response.write('question,answer\n');
  },
  [`/datasets/own/files/resolve/${SHA}/gated.csv`]: (_, response) => response.writeHead(403).end(),
  [`/datasets/own/files/resolve/${SHA}/unknown/huge.csv`]: (_, response) =>
    response.writeHead(200, { 'content-length': 300 * 2 ** 20 }).write('question'),
};

let server: Server;
let host: string;
let asked: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const route = routes[request.url ?? ''];
    if (route) route(request, response);
    else response.writeHead(404).end('{"error":"Repository not found"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  asked = [];
});

const shown = (dataset: HubDataset) =>
  dataset.splits.map(({ config, split, files }) => `${config} ${split} ${files.length}`);

describe('a data set on the Hub', () => {
  it('is described by its card and read from its files, in order, as of one commit', async () => {
    const dataset = await listDataset('mandarjoshi/trivia_qa', { host: `${host}/` });
    expect(shown(dataset)).toEqual([
      'rc train 1',
      'rc validation 1',
      'rc.nocontext train 1',
      'rc.nocontext validation 2',
    ]);
    expect(dataset).toMatchObject({ title: 'TriviaQA', licence: 'unknown', revision: SHA });
    const split = chooseSplit(dataset, {});
    expect(split).toMatchObject({ config: 'rc.nocontext', split: 'validation' });
    expect(bytesOf(split)).toBe(2 * trivia.length);

    const told: Progress[] = [];
    const table = await fetchSplit(dataset, split, { onProgress: (progress) => told.push(progress) });
    expect(told.at(-1)).toEqual({
      stage: 'Downloading',
      done: 2 * trivia.length,
      total: 2 * trivia.length,
      unit: 'bytes',
    });
    expect(asked.filter((url) => url.includes('resolve')).map((url) => url.slice(-31))).toEqual([
      'lidation-00000-of-00002.parquet',
      'lidation-00001-of-00002.parquet',
    ]);
    if (table.format === 'h-neuron-questions') throw new Error('a set, not a table');
    const { set, rows } = await toQuestionSet(table, completeMapping(table), aboutSplit(dataset, split));
    expect(rows).toBe(12);
    expect(table.rowCount).toBe(12);
    expect(set.questions).toHaveLength(10);
    expect(set.questions[0].answers).toEqual(['Mercury', 'Planet Mercury', 'Merkur']);
    expect(new Set(set.questions.map(({ id }) => id)).size).toBe(10);
    expect(set.header.sources.import).toEqual({
      name: 'TriviaQA',
      url: `${host}/datasets/mandarjoshi/trivia_qa`,
      licence: 'unknown',
    });
  });

  it('without a card is told by the names of its files; a licence that is not stated is said', async () => {
    const dataset = await listDataset('akariasai/PopQA', { host });
    expect(shown(dataset)).toEqual(['default test 1']);
    expect(dataset.licence).toBe('not stated');
    const table = await fetchSplit(dataset, chooseSplit(dataset, { split: 'test' }));
    if (table.format === 'h-neuron-questions') throw new Error('a set, not a table');
    const { set } = await toQuestionSet(
      table,
      completeMapping(table),
      aboutSplit(dataset, dataset.splits[0]),
    );
    expect(set.questions[0]).toMatchObject({ answers: ['A', 'B'], question: 'What is the capital of X?' });
  });

  it('that is a script comes as the Parquet files that the Hub makes, from the host that is named', async () => {
    const dataset = await listDataset('own/script', { host });
    expect(shown(dataset)).toEqual(['plain text test 1']);
    expect(dataset.licence).toBe('own-terms');
    expect(await fetchSplit(dataset, chooseSplit(dataset, {}))).toMatchObject({
      format: 'parquet',
      rowCount: 5,
    });
  });

  it('is read in the terminal by name, config and split, from the host of HF_ENDPOINT', async () => {
    const before = process.env.HF_ENDPOINT;
    process.env.HF_ENDPOINT = host;
    try {
      const report = await runQuestions('hub:mandarjoshi/trivia_qa', {});
      expect(report).toMatchObject({
        format: 'parquet',
        questions: 10,
        skipped: { count: 2 },
        sources: [{ name: 'TriviaQA', licence: 'unknown' }],
      });
      await expect(runQuestions('hub:mandarjoshi/trivia_qa:rc:test', {})).rejects.toThrow(
        'mandarjoshi/trivia_qa has no split "test" in "rc"; it has "train", "validation".',
      );
    } finally {
      if (before === undefined) delete process.env.HF_ENDPOINT;
      else process.env.HF_ENDPOINT = before;
    }
  });

  it('is refused over the limit before anything is fetched', async () => {
    const dataset = await listDataset('mandarjoshi/trivia_qa', { host });
    const split = chooseSplit(dataset, { config: 'rc', split: 'train' });
    await expect(fetchSplit(dataset, split)).rejects.toThrow(
      'mandarjoshi/trivia_qa (rc, train) has 300 MB, over the limit of 200 MB; choose a smaller part',
    );
    expect(asked).toHaveLength(1);
  });
});

describe('what goes wrong', () => {
  it.each([
    [
      'own/missing',
      /^127\.0\.0\.1:\d+ gives out no public data set own\/missing \(404\); check the name, or open its file/,
    ],
    ['own/secret', /gives out no public data set own\/secret \(401\)/],
    ['own/busy', /too many requests from here \(429\)/],
    ['own/down', /answered 503 for the data set own\/down; try again later, or open its file from disk/],
    [
      'own/login',
      /sent no JSON about the data set own\/login, perhaps a log-in page; open its file from disk/,
    ],
    ['own/odd', /did not describe own\/odd as the Hub does/],
    [
      'own/none',
      /own\/none on 127\.0\.0\.1:\d+ has no CSV, TSV, JSON, JSONL or Parquet file; open a file from disk/,
    ],
  ])('with %s is said', async (id, message) => {
    await expect(listDataset(id, { host })).rejects.toMatchObject({
      code: 'load-failed',
      message: expect.stringMatching(message),
    });
  });

  it('names the host that cannot be reached and offers a file', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    await expect(listDataset('own/any', { host: `http://127.0.0.1:${port}` })).rejects.toMatchObject({
      code: 'load-failed',
      message: `127.0.0.1:${port} could not be reached; check the connection, or fetch the data set's file elsewhere and open it from disk.`,
    });
    expect(HUB).toBe('https://huggingface.co');
  });

  it.each([
    ['page.csv', 'page.csv is a web page'],
    ['pointer.csv', 'pointer.csv is a pointer of Git LFS'],
    ['short.csv', 'broke after 16 bytes; fetch own/files again.'],
    ['gated.csv', 'gives out no public data set own/files (403)'],
    ['unknown/huge.csv', 'The files of own/files are over the limit of 200 MB'],
  ])('with %s is said', async (path, message) => {
    const dataset = await listDataset('own/files', { host });
    const files = dataset.splits[0].files.filter((each) => each.path === path);
    expect(files).toHaveLength(1);
    await expect(fetchSplit(dataset, { ...dataset.splits[0], files })).rejects.toThrow(message);
  });

  it('can be cancelled in the middle of a file', async () => {
    const dataset = await listDataset('own/files', { host });
    const files = dataset.splits[0].files.filter((each) => each.path === 'slow.csv');
    const stop = new AbortController();
    const fetching = fetchSplit(
      dataset,
      { ...dataset.splits[0], files },
      { signal: stop.signal, onProgress: () => stop.abort(new Error('enough')) },
    );
    await expect(fetching).rejects.toThrow('enough');
  });
});

describe('a name', () => {
  it.each([
    ['owner/name', { id: 'owner/name' }],
    ['owner/name:config', { id: 'owner/name', config: 'config' }],
    [
      'owner/na-me.2:rc.nocontext:validation',
      { id: 'owner/na-me.2', config: 'rc.nocontext', split: 'validation' },
    ],
    ['owner/name::test', { id: 'owner/name', split: 'test' }],
  ])('%s is read', (text, expected) => {
    expect(parseHubName(text)).toEqual({ config: undefined, split: undefined, ...expected });
  });

  it.each(['name', 'a/b/c', 'https://huggingface.co/datasets/a/b', 'a/b:c:d:e', '../x', 'a/..', 'a/b?c'])(
    '%s is refused',
    (text) => {
      expect(() => parseHubName(text)).toThrow('is named as owner/name');
    },
  );

  it('of a known data set is read as well', () => {
    for (const { id, config, split } of KNOWN_DATASETS)
      expect(parseHubName(`${id}:${config}:${split}`)).toEqual({ id, config, split });
  });
});

describe('the choice of a split', () => {
  const split = (config: string, name: string) => ({ config, split: name, files: [] });
  const dataset = (...splits: HubDataset['splits']): HubDataset => ({
    id: 'own/any',
    host: 'https://hub.example',
    title: 'Any',
    url: 'https://hub.example/datasets/own/any',
    licence: 'MIT',
    revision: SHA,
    splits,
  });

  it('takes what is usual where nothing is named', () => {
    const both = dataset(split('default', 'test'), split('default', 'train'), split('other', 'validation'));
    expect(chooseSplit(both, {})).toMatchObject({ config: 'default', split: 'train' });
    expect(chooseSplit(both, { config: 'other' })).toMatchObject({ config: 'other', split: 'validation' });
    expect(chooseSplit(dataset(split('one', 'odd')), {})).toMatchObject({ config: 'one', split: 'odd' });
  });

  it('names the choices where it cannot tell', () => {
    const both = dataset(split('a', 'train'), split('b', 'train'));
    expect(() => chooseSplit(both, {})).toThrow(
      'own/any has several configurations: "a", "b"; name one of them.',
    );
    expect(() => chooseSplit(both, { config: 'c' })).toThrow(
      'own/any has no configuration "c"; it has "a", "b".',
    );
  });
});

describe('the files of a card', () => {
  const files = (...paths: string[]) => paths.map((path) => ({ path, url: `https://hub.example/${path}` }));
  const found = (configs: unknown, ...paths: string[]) =>
    splitsOfCard(configs, files(...paths)).map(
      ({ config, split, files: all }) => `${config}/${split}: ${all.map(({ path }) => path).join(' ')}`,
    );

  it.each<[string, unknown, string[], string[]]>([
    ['a path', [{ config_name: 'd', data_files: 'data.csv' }], ['data.csv', 'x.csv'], ['d/train: data.csv']],
    [
      'paths, split by their names',
      [{ config_name: 'd', data_files: ['a_train.csv', 'a_dev.csv'] }],
      ['a_dev.csv', 'a_train.csv'],
      ['d/validation: a_dev.csv', 'd/train: a_train.csv'],
    ],
    [
      'stars within a folder',
      [{ config_name: 'd', data_files: [{ split: 's', path: 'a/*.jsonl' }] }],
      ['a/1.jsonl', 'a/b/2.jsonl', 'a/3.json'],
      ['d/s: a/1.jsonl'],
    ],
    [
      'stars across folders, in order',
      [{ config_name: 'd', data_files: [{ split: 's', path: '**/*.parquet' }] }],
      ['b/1.parquet', 'a/b/2.parquet', '3.parquet'],
      ['d/s: 3.parquet a/b/2.parquet b/1.parquet'],
    ],
    [
      'choices and sets',
      [{ config_name: 'd', data_files: [{ split: 's', path: ['{a,b}/[0-1].csv', 'c+?.csv'] }] }],
      ['a/0.csv', 'b/1.csv', 'c/0.csv', 'a/2.csv', 'c+1.csv', 'cc1.csv'],
      ['d/s: a/0.csv b/1.csv c+1.csv'],
    ],
    [
      'a folder',
      [{ config_name: 'd', data_dir: 'x' }],
      ['x/train.csv', 'x/test.csv', 'y/train.csv'],
      ['d/test: x/test.csv', 'd/train: x/train.csv'],
    ],
    ['files that cannot be read', [{ config_name: 'd', data_files: 'a.zip' }], ['a.zip'], []],
    ['an old list of names', ['a', 'b'], ['a.csv'], []],
    ['nothing', undefined, ['a.csv'], []],
  ])('are found by %s', (_, configs, paths, expected) => {
    expect(found(configs, ...paths)).toEqual(expected);
  });

  it('are told by names where the card has none, in one format only', () => {
    const splits = splitsOfNames(
      files(
        'data/train-00000.parquet',
        'data/train-00001.parquet',
        'train.csv',
        'eval/contest.parquet',
        'state.json',
      ),
    );
    expect(splits.map(({ split, files: all }) => `${split} ${all.length}`)).toEqual(['train 2', 'test 1']);
    expect(splitsOfNames(files('questions.jsonl', 'dataset_infos.json'))).toMatchObject([
      { config: 'default', split: 'train' },
    ]);
    expect(splitsOfNames(files('dataset_infos.json', 'README.md'))).toEqual([]);
  });
});
