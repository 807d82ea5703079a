import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Progress } from '../../../src/lib/bytes/progress.ts';
import { type DownloadOptions, download, forget } from '../../../src/model/download.ts';

const body = Buffer.from(Array.from({ length: 200_000 }, (_, at) => at % 251));
let requests = 0;

const answers: Record<string, RequestListener> = {
  '/good': (_, response) => response.writeHead(200, { 'content-length': body.length }).end(body),
  '/unknown-length': (_, response) => {
    response.writeHead(200);
    response.write(body.subarray(0, 1000));
    response.end(body.subarray(1000));
  },
  '/packed': (_, response) => {
    const packed = gzipSync(body);
    response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': packed.length }).end(packed);
  },
  '/page': (_, response) =>
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<p>'),
  '/short': (_, response) => {
    response.writeHead(200, { 'content-length': body.length });
    response.write(body.subarray(0, 50_000), () => response.destroy());
  },
  '/slow': (_, response) => {
    response.writeHead(200, { 'content-length': body.length });
    response.write(body.subarray(0, 50_000));
  },
};

let server: Server;
let address: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    requests++;
    const answer = answers[request.url ?? ''];
    if (answer) answer(request, response);
    else response.writeHead(404).end('not here');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** A cache storage in memory, as far as it is used. */
function memoryCaches(full = false) {
  const kept = new Map<string, Response>();
  const cache = {
    match: async (url: string) => kept.get(url)?.clone(),
    async put(url: string, response: Response) {
      if (full) throw new DOMException('no room', 'QuotaExceededError');
      kept.set(url, response);
    },
    delete: async (url: string) => kept.delete(url),
  };
  vi.stubGlobal('caches', { open: async () => cache });
  return kept;
}
afterEach(() => {
  vi.unstubAllGlobals();
});

const bytes = async (blob: Blob) => Buffer.from(await blob.arrayBuffer());

/** A single file by its address. */
async function fetchOne(url: string, options: DownloadOptions = {}) {
  const { blobs, ...rest } = await download(
    [{ url, path: 'm.gguf', subject: { what: 'model file', id: 'tiny' } }],
    options,
  );
  return { blob: blobs[0]!, ...rest };
}

describe('a whole file', () => {
  it('comes with progress up to its size', async () => {
    const told: Progress[] = [];
    const { blob, fromCache } = await fetchOne(`${address}/good`, { onProgress: (p) => told.push(p) });
    expect((await bytes(blob)).equals(body)).toBe(true);
    expect(fromCache).toBe(false);
    expect(told.at(-1)).toMatchObject({ done: body.length, total: body.length, unit: 'bytes' });
    expect(told.map(({ done }) => done)).toEqual(told.map(({ done }) => done).toSorted((a, b) => a - b));
  });

  it.each(['/unknown-length', '/packed'])('comes from %s without a total', async (path) => {
    const told: Progress[] = [];
    const { blob } = await fetchOne(address + path, { onProgress: (p) => told.push(p) });
    expect((await bytes(blob)).equals(body)).toBe(true);
    expect(told.at(-1)).toMatchObject({ done: body.length, total: undefined });
  });

  it('is kept, and forgotten on demand', async () => {
    memoryCaches();
    const url = `${address}/good`;
    const start = requests;
    expect((await fetchOne(url)).fromCache).toBe(false);
    const again = await fetchOne(url);
    expect(again.fromCache).toBe(true);
    expect((await bytes(again.blob)).equals(body)).toBe(true);
    expect(requests).toBe(start + 1);
    await forget([url]);
    expect((await fetchOne(url)).fromCache).toBe(false);
  });

  it('is used from memory where it cannot be kept', async () => {
    const kept = memoryCaches(true);
    const { blob, fromCache } = await fetchOne(`${address}/good`);
    expect(blob.size).toBe(body.length);
    expect(fromCache).toBe(false);
    expect(kept.size).toBe(0);
    vi.stubGlobal('caches', {
      open: () => Promise.reject(new DOMException('not allowed', 'SecurityError')),
    });
    expect((await fetchOne(`${address}/good`)).blob.size).toBe(body.length);
  });
});

describe('what is not the file', () => {
  it.each([
    ['/page', /127\.0\.0\.1:\d+ sent a web page/],
    ['/missing', /127\.0\.0\.1:\d+ gives out no public model file tiny \(404\)/],
    ['/short', /broke after 50000 bytes of m\.gguf, 4 times/],
  ])('%s is refused with the reason, and not kept', async (path, message) => {
    const kept = memoryCaches();
    const outcome = fetchOne(address + path);
    await expect(outcome).rejects.toMatchObject({
      code: 'load-failed',
      message: expect.stringMatching(message),
    });
    expect(kept.size).toBe(0);
  });

  it('a host that cannot be reached is named', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    await expect(fetchOne(`http://127.0.0.1:${port}/good`)).rejects.toMatchObject({
      code: 'load-failed',
      message: expect.stringContaining(`127.0.0.1:${port} could not be reached`),
    });
  });
});

describe('cancelling', () => {
  it('ends a download that is under way; nothing is kept', async () => {
    const kept = memoryCaches();
    const controller = new AbortController();
    const outcome = fetchOne(`${address}/slow`, {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(outcome).rejects.toMatchObject({ name: 'AbortError' });
    expect(kept.size).toBe(0);
  });

  it('before the start makes no request', async () => {
    const start = requests;
    await expect(fetchOne(`${address}/good`, { signal: AbortSignal.abort() })).rejects.toThrow();
    expect(requests).toBe(start);
  });
});
