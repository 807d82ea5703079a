import type { IHasher } from 'hash-wasm';
import { type HubSubject, hubRequest } from '../lib/bytes/hub.ts';
import { createPieces, type Pieces } from '../lib/bytes/pieces.ts';
import { hostOf, lengthOf, readBody } from '../lib/bytes/receive.ts';
import { EngineError } from '../lib/errors.ts';

/** A file of a model by its address. */
export interface RemoteFile {
  readonly url: string;
  /** Its name, which tells what its content must be like. */
  readonly path: string;
  readonly subject: HubSubject;
  /** Bytes, where the host says so beforehand. */
  readonly size?: number;
  /** Hexadecimal. */
  readonly sha256?: string;
  /** Other addresses that the same file may be kept under. */
  readonly aliases?: readonly string[];
}

export interface FetchOptions {
  readonly signal?: AbortSignal;
  /** Bytes that have come, and that will where that is known. */
  readonly onBytes?: (done: number, total: number | undefined) => void;
}

/** Connections that break one after another without `PROGRESS_BYTES` in between. */
const MOST_BREAKS = 4;
const PROGRESS_BYTES = 2 ** 20;
const FIRST_PAUSE_MS = 250;

const START_BYTES = 256;

const failed = (message: string, cause?: unknown) => new EngineError('load-failed', message, { cause });

/** Waits; rejects with the signal's reason when aborted. */
function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

/** Whether an answer goes on where the last one broke, in the same file. */
function goesOn(response: Response, from: number, etag: string | null): boolean {
  const range = response.headers.get('content-range');
  const other = response.headers.get('etag');
  const sameFile = etag === null || other === null || etag === other;
  return response.status === 206 && sameFile && (range === null || range.startsWith(`bytes ${from}-`));
}

/** An answer to the request for the rest of a file that was begun. */
async function askOn({ url }: RemoteFile, from: number, signal: AbortSignal | undefined): Promise<Response> {
  return fetch(url, { signal, cache: 'no-store', headers: { range: `bytes=${from}-` } });
}

/** What has come of a file. */
interface Begun {
  readonly pieces: Pieces;
  readonly hash: IHasher | undefined;
  etag: string | null;
}

function restart({ pieces, hash }: Begun): void {
  pieces.clear();
  hash?.init();
}

async function newHash(): Promise<IHasher> {
  const { createSHA256 } = await import('hash-wasm');
  return (await createSHA256()).init();
}

/**
 * One connection: takes in what comes.
 * @returns undefined once the answer is complete, else why it broke
 */
async function connect(file: RemoteFile, begun: Begun, options: FetchOptions): Promise<unknown> {
  const { signal, onBytes } = options;
  const { pieces } = begun;
  const from = pieces.size;
  let response: Response;
  try {
    response =
      from === 0
        ? await hubRequest(file.url, file.subject, { signal, cache: 'no-store' })
        : await askOn(file, from, signal);
  } catch (cause) {
    if (signal?.aborted || from === 0) throw cause;
    return cause;
  }
  if (from > 0 && !goesOn(response, from, begun.etag)) {
    if (response.status >= 500 || response.status === 429) return new Error(`answer ${response.status}`);
    restart(begun);
    if (!response.ok || response.status === 206) {
      await response.body?.cancel();
      return new Error(`answer ${response.status}`);
    }
  }
  if (response.headers.get('content-type')?.includes('text/html')) {
    await response.body?.cancel();
    throw webPage(file);
  }
  begun.etag = response.headers.get('etag');
  const coming = lengthOf(response);
  const declared = coming === undefined ? undefined : pieces.size + coming;
  const total = file.size ?? declared;
  try {
    await readBody(response, (chunk) => {
      pieces.add(chunk);
      begun.hash?.update(chunk);
      if (file.size !== undefined && pieces.size > file.size) throw tooLong(file);
      onBytes?.(pieces.size, total);
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    if (cause instanceof EngineError) {
      await refuseStandIn(file, pieces.blob());
      throw cause;
    }
    if (pieces.size === file.size) return undefined;
    // What was packed cannot be continued in the middle.
    if (response.headers.get('content-encoding')) restart(begun);
    return cause;
  }
  return declared !== undefined && pieces.size < declared ? new Error('too few bytes') : undefined;
}

const tooLong = ({ url, path, size }: RemoteFile) =>
  failed(`${hostOf(url)} sent more than the ${size} bytes of ${path}; load the model again.`);

const webPage = ({ url, path }: RemoteFile) =>
  failed(
    `${hostOf(url)} sent a web page in place of ${path}, perhaps a log-in; open the file from disk instead.`,
  );

/** Refuses what an answer with status 200 may hold in place of a file. */
async function refuseStandIn(file: RemoteFile, blob: Blob): Promise<void> {
  const start = new TextDecoder().decode(await blob.slice(0, START_BYTES).arrayBuffer());
  if (/^\s*<(!doctype|html)\b/i.test(start)) throw webPage(file);
  if (start.startsWith('version https://git-lfs'))
    throw failed(
      `${hostOf(file.url)} sent a Git LFS pointer in place of ${file.path}: it does not hold large files; choose another host, or open the file from disk.`,
    );
}

/** SHA-256 of a blob, hexadecimal, without having all of it in memory. */
async function sha256Of(blob: Blob): Promise<string> {
  const hash = await newHash();
  await readBody(new Response(blob.stream()), (chunk) => void hash.update(chunk));
  return hash.digest('hex');
}

async function isJson(blob: Blob): Promise<boolean> {
  try {
    JSON.parse(await blob.text());
    return true;
  } catch {
    return false;
  }
}

/** Whether a file's bytes are what the host states, as far as it states something. */
export async function isWhole({ path, size, sha256 }: RemoteFile, blob: Blob): Promise<boolean> {
  if (size !== undefined && blob.size !== size) return false;
  if (sha256 !== undefined) return (await sha256Of(blob)) === sha256;
  return !path.endsWith('.json') || isJson(blob);
}

async function check(file: RemoteFile, blob: Blob, hash: IHasher | undefined): Promise<void> {
  await refuseStandIn(file, blob);
  const { url, path, size, sha256 } = file;
  if (size !== undefined && blob.size !== size)
    throw failed(`${hostOf(url)} sent ${blob.size} of the ${size} bytes of ${path}; load the model again.`);
  if (path.endsWith('.json') && !(await isJson(blob)))
    throw failed(`${hostOf(url)} sent no valid JSON as ${path}; load the model again.`);
  if (hash && hash.digest('hex') !== sha256)
    throw failed(
      `${path} from ${hostOf(url)} is damaged: its SHA-256 is not the one that the host states; load the model again.`,
    );
}

/**
 * Fetches a file. A connection that breaks is taken up where it broke, a few times, or from the start where the host
 * does not go on; length, SHA-256 and the kind of content are checked.
 * @throws EngineError `load-failed` that names host and file; the signal's reason when aborted
 */
export async function fetchFile(file: RemoteFile, options: FetchOptions = {}): Promise<Blob> {
  options.signal?.throwIfAborted();
  const { url, path, size } = file;
  const hash = file.sha256 === undefined ? undefined : await newHash();
  const begun: Begun = { pieces: createPieces(), hash, etag: null };
  const { pieces } = begun;
  for (let breaks = 0; ; ) {
    const before = pieces.size;
    const cause = await connect(file, begun, options);
    if (cause === undefined) break;
    breaks = pieces.size - before >= PROGRESS_BYTES ? 1 : breaks + 1;
    if (breaks >= MOST_BREAKS) {
      const of = size === undefined ? '' : ` of ${size}`;
      throw failed(
        `The connection to ${hostOf(url)} broke after ${pieces.size}${of} bytes of ${path}, ${breaks} times; load the model again.`,
        cause,
      );
    }
    await pause(FIRST_PAUSE_MS * 2 ** breaks, options.signal);
    // The last try asks for all: some hosts do not answer a request for a part.
    if (breaks === MOST_BREAKS - 1) restart(begun);
  }
  const blob = pieces.blob();
  await check(file, blob, hash);
  return blob;
}
