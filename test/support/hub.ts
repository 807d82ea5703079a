import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

export const COMMIT = 'c'.repeat(40);
/** Files above this many bytes lie in large file storage, and the Hub tells their SHA-256. */
const LARGE = 20_000;

type Files = ReadonlyMap<string, Uint8Array>;

export interface HubRepository {
  readonly files: Files;
  readonly licence?: string;
  /** Weights that the Hub counted. */
  readonly parameters?: number;
}

/** What a server does in place of its duty; `answer` is the duty. */
export type Misdeed = (request: IncomingMessage, response: ServerResponse, answer: () => void) => void;

export interface TestHub {
  readonly host: string;
  /** Paths that were asked for, with "range" behind those of which a part was. */
  readonly asked: string[];
  /** Does something else for the addresses that end so, `times` times. */
  misbehave(ending: string, misdeed: Misdeed, times?: number): void;
  /** Behaves, and forgets what was asked. */
  reset(): void;
  close(): void;
}

const cors = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'ETag, Content-Range, Content-Length, X-Repo-Commit',
};

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

function listing(id: string, { files, licence, parameters }: HubRepository) {
  return {
    _id: '621ffdc036468d709f17434d',
    id,
    modelId: id,
    sha: COMMIT,
    private: false,
    gated: false,
    tags: ['onnx'],
    cardData: licence === undefined ? undefined : { license: licence },
    gguf: parameters === undefined ? undefined : { total: parameters, architecture: 'llama' },
    siblings: [...files].map(([rfilename, bytes]) => ({
      rfilename,
      size: bytes.byteLength,
      blobId: 'b'.repeat(40),
      lfs:
        bytes.byteLength > LARGE
          ? { sha256: sha256(bytes), size: bytes.byteLength, pointerSize: 130 }
          : undefined,
    })),
  };
}

/** A file, or the part of it that is asked for. */
function sendFile(request: IncomingMessage, response: ServerResponse, bytes: Uint8Array): void {
  const headers = { ...cors, etag: `"${sha256(bytes)}"`, 'content-type': 'application/octet-stream' };
  const start = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1];
  if (start === undefined) {
    response.writeHead(200, { ...headers, 'content-length': bytes.byteLength }).end(bytes);
    return;
  }
  const from = Number(start);
  if (from >= bytes.byteLength) {
    response.writeHead(416, headers).end();
    return;
  }
  response
    .writeHead(206, {
      ...headers,
      'content-length': bytes.byteLength - from,
      'content-range': `bytes ${from}-${bytes.byteLength - 1}/${bytes.byteLength}`,
    })
    .end(bytes.subarray(from));
}

/**
 * A server that speaks the Hub's layout: its API of models and data sets, and files behind a redirect, in parts where asked
 * for. Data sets are those whose names begin with "datasets/".
 */
export async function startHub(repositories: Readonly<Record<string, HubRepository>>): Promise<TestHub> {
  const asked: string[] = [];
  const misdeeds: { ending: string; misdeed: Misdeed; times: number }[] = [];

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const path = decodeURIComponent((request.url ?? '').replace(/\?.*$/, ''));
    const [, ofModel, ofDataset] = /^\/api\/(?:models\/(.+)\/revision\/.+|(datasets\/.+))$/.exec(path) ?? [];
    const ofApi = ofModel ?? ofDataset;
    const [, kind, id, revision, file] = /^\/(?:(cdn)\/)?(.+)\/resolve\/([^/]+)\/(.+)$/.exec(path) ?? [];
    const repository = repositories[ofApi ?? id ?? ''];
    const bytes = repository?.files.get(file ?? '');
    if (repository && ofApi !== undefined)
      response
        .writeHead(200, { ...cors, 'content-type': 'application/json; charset=utf-8' })
        .end(JSON.stringify(listing(ofApi, repository)));
    else if (bytes && kind === undefined && ['main', COMMIT].includes(revision!))
      response.writeHead(302, { ...cors, location: `/cdn${request.url}` }).end();
    else if (bytes) sendFile(request, response, bytes);
    else
      response
        .writeHead(404, { ...cors, 'content-type': 'application/json' })
        .end('{"error":"Repository not found"}');
  }

  const server = createServer((request, response) => {
    const url = request.url ?? '';
    const path = url.replace(/\?.*$/, '');
    if (!path.startsWith('/cdn/')) asked.push(request.headers.range ? `${path} range` : path);
    const found = misdeeds.find(({ ending, times }) => times > 0 && path.endsWith(ending));
    // A redirect does no harm; what it leads to does.
    if (found && (path.startsWith('/cdn/') || path.startsWith('/api/'))) {
      found.times -= 1;
      found.misdeed(request, response, () => answer(request, response));
    } else answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    misbehave: (ending, misdeed, times = Number.POSITIVE_INFINITY) =>
      void misdeeds.push({ ending, misdeed, times }),
    reset() {
      misdeeds.length = 0;
      asked.length = 0;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Sends this with status 200 in place of the file. */
export const instead =
  (body: string | Uint8Array, type = 'application/octet-stream'): Misdeed =>
  (_, response) =>
    response
      .writeHead(200, { ...cors, 'content-type': type, 'content-length': Buffer.byteLength(body) })
      .end(body);

/** Refuses with this status. */
export const refuse =
  (status: number): Misdeed =>
  (_, response) =>
    response.writeHead(status, cors).end('{"error":"no"}');

/**
 * Sends this many bytes of what it would send and closes the connection once they are on their way.
 * @param arrived closes it only then: what a reader has not taken in by the end of a connection is lost to it
 */
export const breakAfter =
  (count: number, arrived: Promise<unknown> = Promise.resolve()): Misdeed =>
  (_, response, answer) => {
    const { end } = response;
    response.end = ((body: Uint8Array) => {
      response.end = end;
      response.write(body.subarray(0, count), () => void arrived.then(() => response.socket?.end()));
      return response;
    }) as typeof response.end;
    answer();
  };

const fixtures = 'test/fixtures/onnx';

/** Exports among the tests' fixtures as the Hub's repositories have them. @param graphs path of the graph by variant */
export function exportOnHub(graphs: Readonly<Record<string, string>>): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (const name of ['tokenizer.json', 'tokenizer_config.json'])
    files.set(name, readFileSync(join(fixtures, name)));
  for (const [variant, graph] of Object.entries(graphs)) {
    const folder = join(fixtures, variant);
    files.set('config.json', readFileSync(join(folder, '..', 'config.json')));
    for (const name of readdirSync(folder).filter((each) => each.startsWith('model.onnx')))
      files.set(name.replace('model.onnx', graph), readFileSync(join(folder, name)));
  }
  return files;
}
