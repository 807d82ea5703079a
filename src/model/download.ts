import { CACHED_STAGE, type OnProgress } from '../bytes/progress.ts';
import { hostOf, receive } from '../bytes/receive.ts';
import { EngineError } from '../errors.ts';

const CACHE_NAME = 'h-neurons-models';

export interface Download {
  readonly blob: Blob;
  readonly fromCache: boolean;
}

export interface DownloadOptions {
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/** The cache, where this context has one (a page over plain http or a private window may not). */
async function openCache(): Promise<Cache | undefined> {
  try {
    return await globalThis.caches?.open(CACHE_NAME);
  } catch {
    return undefined;
  }
}

async function request(url: string, signal: AbortSignal | undefined): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { signal });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new EngineError(
      'load-failed',
      `${hostOf(url)} could not be reached; check the connection, or open the model file from disk.`,
      { cause },
    );
  }
  if (!response.ok) {
    throw new EngineError(
      'load-failed',
      `${hostOf(url)} answered ${response.status} for the model file; open it from disk instead.`,
    );
  }
  if (response.headers.get('content-type')?.includes('text/html')) {
    throw new EngineError(
      'load-failed',
      `${hostOf(url)} sent a web page in place of the model file; open it from disk instead.`,
    );
  }
  return response;
}

/**
 * Fetches a file through the browser's cache storage. Only a whole file is kept; where it cannot be kept (private window,
 * no room), it is used from memory.
 * @throws EngineError `load-failed` that names the host and what it sent
 */
export async function download(url: string, options: DownloadOptions = {}): Promise<Download> {
  const cache = await openCache();
  const kept = await cache?.match(url);
  if (kept) {
    const blob = await kept.blob();
    options.onProgress?.({
      stage: CACHED_STAGE,
      done: blob.size,
      total: blob.size,
      unit: 'bytes',
    });
    return { blob, fromCache: true };
  }
  const blob = await receive(url, await request(url, options.signal), {
    ...options,
    again: 'load the model again',
  });
  try {
    await cache?.put(url, new Response(blob, { headers: { 'content-length': String(blob.size) } }));
  } catch {
    await cache?.delete(url);
  }
  return { blob, fromCache: false };
}

/** Forgets a file, for example one that turned out to be damaged. */
export async function forget(url: string): Promise<void> {
  await (await openCache())?.delete(url);
}
