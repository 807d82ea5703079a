import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Progress } from '../../../src/lib/bytes/progress.ts';
import { nativeRuntime } from '../../../src/model/runtime/native.ts';
import type { HubSource } from '../../../src/model/source.ts';
import { createEngine } from '../../../src/worker/engine.ts';
import type { LoadIn } from '../../../src/worker/engine-calls.ts';
import type { EngineClient } from '../../../src/worker/engine-client.ts';
import { memoryCaches } from '../../support/caches.ts';
import {
  breakAfter,
  COMMIT,
  exportOnHub,
  instead,
  refuse,
  startHub,
  type TestHub,
} from '../../support/hub.ts';
import { lane } from '../../support/models.ts';
import { connect } from '../../support/port.ts';
import { splitGguf } from '../../support/tiny-split.ts';

const tiny = new Uint8Array(readFileSync('test/fixtures/gguf/tiny-llama.gguf'));
const llama = exportOnHub({
  'llama/optimum-external-data-2files': 'onnx/model.onnx',
  'llama/tjs-q8': 'onnx/model_quantized.onnx',
  'llama/tjs-bnb4': 'onnx/model_bnb4.onnx',
});
const weights = 'onnx/model_quantized.onnx';
/** As transformers.js's repositories were in 2023; the graph without a cache reads the whole sequence at each step. */
const decoders = exportOnHub({ 'llama/dynamo-fp32': 'onnx/decoder_model.onnx' });
const merged = new Map([...decoders].filter(([path]) => !path.endsWith('.onnx')));
for (const name of ['decoder_model_merged', 'decoder_model_merged_quantized'])
  merged.set(`onnx/${name}.onnx`, new Uint8Array(1000));

let hub: TestHub;
beforeAll(async () => {
  const parts = await splitGguf(tiny, 'tiny.gguf', [4, 8, 8]);
  const split = new Map<string, Uint8Array>();
  for (const part of parts) split.set(part.name, await part.read(0, part.size));
  hub = await startHub({
    'own/llama': { files: llama, licence: 'apache-2.0' },
    'own/tiny-GGUF': {
      files: new Map([
        ['tiny.Q2_K.gguf', tiny],
        ['tiny.F16.gguf', tiny],
        ['tiny.Q8_0.gguf', tiny],
        ['mmproj-tiny.gguf', tiny],
        ['config.json', new TextEncoder().encode('{"model_type":"llama"}')],
      ]),
      parameters: 100_000,
    },
    'own/split-GGUF': { files: split },
    'own/old': { files: new Map([...merged, ...decoders, ['onnx/decoder_with_past_model.onnx', tiny]]) },
    'own/merged': { files: merged },
    'own/python': { files: new Map([['model.safetensors', tiny]]) },
    gpt2: { files: llama },
  });
});
afterAll(() => hub.close());

let kept: ReturnType<typeof memoryCaches>;
beforeEach(() => {
  kept = memoryCaches();
});
const open: EngineClient[] = [];
afterEach(async () => {
  hub.reset();
  vi.unstubAllGlobals();
  for (const client of open.splice(0)) await client.call('free', {});
});

function engine(): EngineClient {
  const runtime = async () => ({ ...nativeRuntime(1), kind: 'wasm' as const });
  const client = connect(
    createEngine({ wasm: runtime, webgpu: runtime, webgpuObstacle: async () => 'a test' }),
  );
  open.push(client);
  return client;
}

const source = (repository: string, change: Partial<HubSource> = {}): HubSource => ({
  kind: 'hub',
  repository,
  host: hub.host,
  ...change,
});
const loadIn = (repository: string, change: Partial<HubSource> = {}): LoadIn => ({
  source: source(repository, change),
  device: 'wasm',
});
const resolved = (path: string, commit = COMMIT) => `${hub.host}/own/llama/resolve/${commit}/${path}`;
const fetched = () => hub.asked.filter((path) => path.includes('/resolve/'));

describe('a model of the Hub', () => {
  it('is fetched with one progress over all files, kept, and read from the cache the next time', async () => {
    const told: Progress[] = [];
    const first = await engine().call('load', loadIn('own/llama'), { onEvent: (p) => told.push(p) });
    expect(first).toMatchObject({
      name: 'llama',
      architecture: 'llama',
      fromCache: false,
      notice: undefined,
    });
    const coming = told.filter(({ stage }) => stage === 'Downloading');
    const total = ['config.json', 'tokenizer.json', 'tokenizer_config.json', weights].reduce(
      (sum, path) => sum + llama.get(path)!.byteLength,
      0,
    );
    expect(new Set(coming.map((p) => p.total))).toEqual(new Set([total]));
    expect(coming.at(-1)!.done).toBe(total);
    expect(coming.map(({ done }) => done)).toEqual(coming.map(({ done }) => done).toSorted((a, b) => a - b));
    expect(kept.urls().toSorted()).toEqual(
      ['config.json', weights, 'tokenizer.json', 'tokenizer_config.json']
        .map((path) => resolved(path))
        .toSorted(),
    );

    hub.reset();
    const again: Progress[] = [];
    const second = await engine().call('load', loadIn('own/llama'), { onEvent: (p) => again.push(p) });
    expect(second).toMatchObject({ fingerprint: first.fingerprint, fromCache: true });
    expect(fetched()).toEqual([]);
    expect(again[0]).toMatchObject({ done: total, total, stage: 'Read from this browser’s cache' });
  });

  it('answers from its neurons', async () => {
    const client = engine();
    await client.call('load', loadIn('own/llama', { precision: 'fp32' }));
    expect(fetched().filter((path) => path.includes('model.onnx'))).toHaveLength(3);
    const out = await client.call('generate', {
      prompt: { kind: 'ids', ids: [1, 2, 3] },
      lanes: [lane()],
      maxTokens: 3,
      watched: [],
      bins: 4,
    });
    expect(out.promptLength).toBe(3);
  });

  it('that is kept loads while the Hub is out of reach', async () => {
    await engine().call('load', loadIn('own/llama'));
    hub.misbehave('revision/main', refuse(503));
    hub.misbehave('.onnx', refuse(503));
    expect(await engine().call('load', loadIn('own/llama'))).toMatchObject({ fromCache: true });
  });

  it('is taken from what transformers.js kept under the name of the branch, if it is that file', async () => {
    await kept.replace(resolved(weights, 'main'), llama.get(weights)!);
    const other = llama.get('tokenizer.json')!;
    await kept.replace(resolved('tokenizer.json', 'main'), other.subarray(1));
    await engine().call('load', loadIn('own/llama'));
    expect(fetched().some((path) => path.endsWith(weights))).toBe(false);
    expect(fetched().some((path) => path.endsWith('/tokenizer.json'))).toBe(true);
  });

  it('of GGUF files comes as the one that suits, all its parts together', async () => {
    expect(await engine().call('load', loadIn('own/tiny-GGUF'))).toMatchObject({ name: 'tiny.Q8_0' });
    hub.reset();
    const file = 'tiny-00002-of-00003.gguf';
    expect(await engine().call('load', loadIn('own/split-GGUF', { file }))).toMatchObject({
      architecture: 'llama',
      layout: { total: 192 },
    });
    expect(fetched()).toHaveLength(3);
  });
});

describe('a connection', () => {
  it('that breaks is taken up where it broke', async () => {
    const others = [...llama].filter(([path]) => path.endsWith('.json'));
    const before = others.reduce((sum, [, bytes]) => sum + bytes.byteLength, 0);
    let arrive = () => {};
    const arrived = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    hub.misbehave(weights, breakAfter(70_000, arrived), 1);
    const told: number[] = [];
    const model = await engine().call('load', loadIn('own/llama'), {
      onEvent({ stage, done }) {
        if (stage !== 'Downloading') return;
        told.push(done);
        if (done > before) arrive();
      },
    });
    expect(model.fromCache).toBe(false);
    expect(fetched().filter((path) => path.includes(weights))).toEqual([
      `/own/llama/resolve/${COMMIT}/${weights}`,
      `/own/llama/resolve/${COMMIT}/${weights} range`,
    ]);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect(kept.urls()).toContain(resolved(weights));
  });

  it('that breaks on a host that gives no parts starts again', async () => {
    hub.misbehave(weights, breakAfter(70_000), 1);
    hub.misbehave(weights, (request, _, answer) => {
      delete request.headers.range;
      answer();
    });
    expect(await engine().call('load', loadIn('own/llama'))).toMatchObject({ fromCache: false });
    expect(fetched().filter((path) => path.includes(weights))).toHaveLength(2);
  });

  it('that breaks again and again is said; nothing of the file is kept', async () => {
    hub.misbehave(weights, breakAfter(1000));
    await expect(engine().call('load', loadIn('own/llama'))).rejects.toMatchObject({
      code: 'load-failed',
      message: expect.stringMatching(
        /^The connection to 127\.0\.0\.1:\d+ broke after \d+ of \d+ bytes of onnx\/model_quantized\.onnx, 4 times; load the model again\.$/,
      ),
    });
    expect(kept.urls()).not.toContain(resolved(weights));
  });

  it('that is packed never tells more than there is', async () => {
    hub.misbehave('tokenizer.json', (_, response) =>
      response
        .writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'application/json' })
        .end(gzipSync(llama.get('tokenizer.json')!)),
    );
    const told: Progress[] = [];
    await engine().call('load', loadIn('own/llama'), { onEvent: (p) => told.push(p) });
    for (const { done, total } of told.filter(({ unit }) => unit === 'bytes'))
      expect(done).toBeLessThanOrEqual(total!);
  });

  it('that is cancelled ends; what was complete stays', async () => {
    const stop = new AbortController();
    hub.misbehave(weights, (_, response) => {
      response.writeHead(200, { 'content-length': llama.get(weights)!.byteLength });
      response.write(new Uint8Array(1000), () => stop.abort());
    });
    await expect(engine().call('load', loadIn('own/llama'), { signal: stop.signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(kept.urls()).toContain(resolved('config.json'));
    expect(kept.urls()).not.toContain(resolved(weights));
  });
});

const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 210267\n';

describe('what comes in place of a file', () => {
  it.each<[string, string, Parameters<TestHub['misbehave']>[1], RegExp]>([
    [
      'a web page for JSON',
      'tokenizer.json',
      instead('<!DOCTYPE html><p>Log in', 'text/html'),
      /sent a web page in place of tokenizer\.json/,
    ],
    [
      'a web page of another type',
      'tokenizer.json',
      instead('\n<html><body>Log in'),
      /sent a web page in place of tokenizer\.json/,
    ],
    [
      'a long web page for a short file',
      'tokenizer_config.json',
      instead(`<!doctype html>${'x'.repeat(90_000)}`),
      /sent a web page in place of tokenizer_config\.json/,
    ],
    [
      'a web page for weights',
      weights,
      instead('<!doctype html><p>no', 'text/html'),
      /sent a web page in place of onnx\/model_quantized\.onnx/,
    ],
    [
      'a pointer',
      weights,
      instead(pointer),
      /sent a Git LFS pointer in place of onnx\/model_quantized\.onnx/,
    ],
    [
      'too few bytes',
      weights,
      instead(new Uint8Array(1000)),
      /sent 1000 of the 210267 bytes of onnx\/model_quantized\.onnx/,
    ],
    [
      'too many bytes',
      weights,
      instead(new Uint8Array(300_000)),
      /sent more than the 210267 bytes of onnx\/model_quantized\.onnx/,
    ],
    [
      'other bytes',
      weights,
      instead(new Uint8Array(210_267)),
      /onnx\/model_quantized\.onnx from 127\.0\.0\.1:\d+ is damaged: its SHA-256/,
    ],
    [
      'a refusal',
      weights,
      refuse(403),
      /gives out no public file onnx\/model_quantized\.onnx of the model own\/llama \(403\)/,
    ],
    ['too many requests', weights, refuse(429), /too many requests from here \(429\)/],
    [
      'an error',
      weights,
      refuse(500),
      /answered 500 for the file onnx\/model_quantized\.onnx of the model own\/llama/,
    ],
  ])('%s is refused with host and file, and not kept; then it loads', async (_, path, misdeed, message) => {
    hub.misbehave(path, misdeed);
    const client = engine();
    await expect(client.call('load', loadIn('own/llama'))).rejects.toMatchObject({
      code: 'load-failed',
      message: expect.stringMatching(message),
    });
    expect(kept.urls()).not.toContain(resolved(path));
    hub.reset();
    expect(await client.call('load', loadIn('own/llama'))).toMatchObject({ name: 'llama' });
  });

  it('no JSON is refused', async () => {
    const { byteLength } = llama.get('config.json')!;
    hub.misbehave('/config.json', instead('{'.padEnd(byteLength)));
    await expect(engine().call('load', loadIn('own/llama'))).rejects.toThrow(/no valid JSON as config\.json/);
  });
});

describe('a repository', () => {
  it.each<[string, string, RegExp]>([
    ['that is none', 'own/missing', /gives out no public model own\/missing \(404\); check the name/],
    [
      'for Python',
      'own/python',
      /own\/python has weights for Python only, no ONNX graph and no GGUF file; look for an export/,
    ],
    ['with an odd name', 'own/a b', /named as owner\/name, not "own\/a b"/],
  ])('%s is said', async (_, name, message) => {
    await expect(engine().call('load', loadIn(name))).rejects.toThrow(message);
  });

  it.each<[string, Parameters<TestHub['misbehave']>[1], RegExp]>([
    [
      'a web page',
      instead('<!doctype html>', 'text/html'),
      /sent no JSON about the model own\/llama, perhaps a log-in page/,
    ],
    ['other JSON', instead('{"hello":1}', 'application/json'), /did not describe own\/llama as the Hub does/],
    ['a log-in', refuse(401), /gives out no public model own\/llama \(401\)/],
  ])('described by %s is refused with the host', async (_, misdeed, message) => {
    hub.misbehave('revision/main', misdeed);
    await expect(engine().call('survey', { source: source('own/llama'), device: 'wasm' })).rejects.toThrow(
      message,
    );
  });

  it('on a host out of reach is said with the host', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    await expect(
      engine().call('load', loadIn('own/llama', { host: `http://127.0.0.1:${port}` })),
    ).rejects.toMatchObject({
      code: 'load-failed',
      message: expect.stringContaining(`127.0.0.1:${port} could not be reached; check the connection`),
    });
    await expect(engine().call('load', loadIn('own/llama', { host: 'ftp://x' }))).rejects.toThrow(
      '"ftp://x" is no address of a host',
    );
  });

  it('names what it has where something else is wanted', async () => {
    await expect(engine().call('load', loadIn('own/llama', { precision: 'q4f16' }))).rejects.toThrow(
      'own/llama has no q4f16; choose one of fp32, bnb4, q8.',
    );
    await expect(engine().call('load', loadIn('own/tiny-GGUF', { file: 'x.gguf' }))).rejects.toThrow(
      'own/tiny-GGUF has no x.gguf; choose one of',
    );
  });
});

describe('a survey', () => {
  it('of an export tells sizes, licence, what suits and what is kept, and fetches the configuration at most', async () => {
    const client = engine();
    const survey = await client.call('survey', { source: source('own/llama'), device: 'wasm' });
    expect(survey).toMatchObject({
      name: 'llama',
      repository: 'own/llama',
      revision: COMMIT,
      licence: 'apache-2.0',
      format: 'onnx',
      why: expect.stringContaining('q8 is a small download'),
    });
    expect(survey.choices.map(({ id }) => id)).toEqual(['fp32', 'bnb4', 'q8']);
    expect(survey.choices[survey.suggested]).toMatchObject({ precision: 'q8', file: weights, kept: false });
    expect(survey.fits).toHaveLength(3);
    expect(fetched()).toEqual([`/own/llama/resolve/${COMMIT}/config.json`]);
    await client.call('load', loadIn('own/llama'));
    const later = await client.call('survey', { source: source('own/llama'), device: 'wasm' });
    expect(later.choices.map(({ kept: has }) => has)).toEqual([false, false, true]);
  });

  it('of GGUF files tells those that cannot be read, and leaves out what is no language model', async () => {
    const survey = await engine().call('survey', { source: source('own/tiny-GGUF'), device: 'wasm' });
    expect(survey.choices.map(({ file }) => file)).toEqual([
      'tiny.Q2_K.gguf',
      'tiny.F16.gguf',
      'tiny.Q8_0.gguf',
    ]);
    expect(survey.choices[survey.suggested]!.file).toBe('tiny.Q8_0.gguf');
    expect(survey.fits.map(({ fits }) => fits)).toEqual(['no', 'yes', 'yes']);
    expect(survey.fits[0]!.sentence).toContain('type Q2_K cannot be read');
    expect(survey.licence).toBe('not stated');
  });

  it('leaves a merged decoder out where the graph stands beside it without branches', async () => {
    const client = engine();
    const survey = await client.call('survey', { source: source('own/old'), device: 'wasm' });
    expect(survey.choices.map(({ id }) => id)).toEqual(['onnx/decoder_model.onnx']);
    expect(survey.fits[0]!.sentence).not.toContain('merged');
    const out = await client.call('load', loadIn('own/old'));
    expect(out).toMatchObject({ name: 'old', architecture: 'llama' });
  });

  it('says of a merged decoder before it is fetched that it may be refused', async () => {
    const survey = await engine().call('survey', { source: source('own/merged'), device: 'wasm' });
    expect(survey.choices.map(({ id }) => id)).toEqual([
      'onnx/decoder_model_merged.onnx',
      'onnx/decoder_model_merged_quantized.onnx',
    ]);
    for (const { sentence } of survey.fits)
      expect(sentence).toMatch(/named as a merged decoder: where its layers stand in If branches/);
    expect(fetched().filter((path) => path.endsWith('.onnx'))).toEqual([]);
  });

  it('of an old name without an owner works', async () => {
    const survey = await engine().call('survey', { source: source('gpt2'), device: 'wasm' });
    expect(survey).toMatchObject({ name: 'gpt2', format: 'onnx' });
  });
});

describe('storage', () => {
  it('that is full leaves the model in memory and says so', async () => {
    kept = memoryCaches(50_000);
    vi.stubGlobal('navigator', { storage: { estimate: async () => ({ usage: 45e6, quota: 50e6 }) } });
    const model = await engine().call('load', loadIn('own/llama'));
    expect(model.notice).toBe(
      'The model could not be kept in this browser’s storage, which has no more room (45 MB of 50 MB are used); the model runs from memory and is fetched again next time.',
    );
    expect(kept.urls()).not.toContain(resolved(weights));
  });

  it('that is not there is said', async () => {
    vi.stubGlobal('caches', undefined);
    const { notice } = await engine().call('load', loadIn('own/llama'));
    expect(notice).toMatch(/^This page has no storage for files/);
  });

  it('lists kept models with their bytes, and forgets one', async () => {
    const client = engine();
    await client.call('load', loadIn('own/llama'));
    await client.call('load', loadIn('own/tiny-GGUF'));
    await kept.replace('http://localhost/models/own.gguf', tiny, 'h-neurons-models');
    const { models } = await client.call('kept', {});
    const total = ['config.json', 'tokenizer.json', 'tokenizer_config.json', weights].reduce(
      (sum, path) => sum + llama.get(path)!.byteLength,
      0,
    );
    expect(models.find(({ name }) => name === 'own/llama')).toEqual({
      key: `${hub.host}/own/llama/resolve/${COMMIT}`,
      name: 'own/llama',
      bytes: total,
      files: 4,
    });
    expect(models.map(({ name }) => name).toSorted()).toEqual(['own.gguf', 'own/llama', 'own/tiny-GGUF']);
    for (const { key, name } of models) if (name !== 'own/tiny-GGUF') await client.call('forget', { key });
    expect((await client.call('kept', {})).models.map(({ name }) => name)).toEqual(['own/tiny-GGUF']);
  });

  it('with a damaged file: it is fetched once more', async () => {
    await engine().call('load', loadIn('own/llama'));
    const damaged = Uint8Array.from(llama.get(weights)!).fill(0, 0, 100_000);
    await kept.replace(resolved(weights), damaged);
    hub.reset();
    expect(await engine().call('load', loadIn('own/llama'))).toMatchObject({ fromCache: false });
    expect(fetched().some((path) => path.endsWith(weights))).toBe(true);
    await kept.replace(resolved(weights), damaged.subarray(5));
    expect(await engine().call('load', loadIn('own/llama'))).toMatchObject({ fromCache: false });
    const { byteLength } = llama.get('config.json')!;
    await kept.replace(resolved('config.json'), new Uint8Array(byteLength));
    hub.reset();
    expect(await engine().call('load', loadIn('own/llama'))).toMatchObject({ name: 'llama' });
    expect(fetched()).toEqual([`/own/llama/resolve/${COMMIT}/config.json`]);
  });
});
