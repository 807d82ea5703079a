import { CACHED_STAGE, DOWNLOAD_STAGE, type OnProgress } from '../lib/bytes/progress.ts';
import { isQuotaError, storageUse } from '../lib/bytes/storage.ts';
import { fetchFile, isWhole, type RemoteFile } from './fetch-file.ts';
import { type CacheName, keepFile, keptFile, openCache } from './file-cache.ts';

export interface DownloadOptions {
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

export interface Download {
  /** In the order of the files that were asked for. */
  readonly blobs: readonly Blob[];
  /** All of them were kept. */
  readonly fromCache: boolean;
  /** Why they are not kept, in a sentence. */
  readonly notice?: string;
}

/** A file that is kept under its own address or another one, of the right length. */
async function find(cache: Cache | undefined, file: RemoteFile): Promise<Blob | undefined> {
  const { url, size, aliases = [] } = file;
  const own = await keptFile(cache, url);
  if (own && (size === undefined || own.size === size)) return own;
  if (own) await cache?.delete(url);
  for (const alias of aliases) {
    const blob = await keptFile(cache, alias);
    // An alias may hold an older version of the file.
    if (blob && size !== undefined && (await isWhole(file, blob))) return blob;
  }
  return undefined;
}

/** Whether a file is kept, as far as its address tells. */
export async function isKept(cache: Cache | undefined, { url, aliases = [] }: RemoteFile): Promise<boolean> {
  for (const each of [url, ...aliases]) if (await cache?.match(each)) return true;
  return false;
}

const inMemory = 'the model runs from memory and is fetched again next time';

async function notKept(error: unknown): Promise<string> {
  if (!isQuotaError(error))
    return `The model could not be kept in this browser’s storage (${error instanceof Error ? error.message.replace(/\.$/, '') : String(error)}); ${inMemory}.`;
  const { usage, quota } = await storageUse();
  const mb = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
  const numbers =
    usage === undefined || quota === undefined ? 'quota' : `${mb(usage)} of ${mb(quota)} are used`;
  return `The model could not be kept in this browser’s storage, which has no more room (${numbers}); ${inMemory}.`;
}

const NO_CACHE = `This page has no storage for files (a private window, or no https); ${inMemory}.`;

/**
 * Fetches files through the browser's cache storage, with one progress over all. Only whole and checked files are kept;
 * where they cannot be kept (private window, no room), they are used from memory.
 * @throws EngineError `load-failed` that names host and file; the signal's reason when aborted
 */
export async function download(
  files: readonly RemoteFile[],
  { onProgress, signal }: DownloadOptions = {},
  cacheName: CacheName = 'shared',
): Promise<Download> {
  signal?.throwIfAborted();
  const cache = await openCache(cacheName);
  const blobs: (Blob | undefined)[] = [];
  for (const file of files) blobs.push(await find(cache, file));
  const fromCache = blobs.every((blob) => blob !== undefined);
  let before = blobs.reduce((sum, blob) => sum + (blob?.size ?? 0), 0);
  const missing = files.filter((_, at) => !blobs[at]);
  const toCome = missing.every(({ size }) => size !== undefined)
    ? missing.reduce((sum, { size = 0 }) => sum + size, 0)
    : undefined;
  const total = toCome === undefined ? undefined : before + toCome;
  if (fromCache) onProgress?.({ stage: CACHED_STAGE, done: before, total: before, unit: 'bytes' });
  let notice = cache || fromCache ? undefined : NO_CACHE;
  for (const [at, file] of files.entries()) {
    if (blobs[at]) continue;
    const blob = await fetchFile(file, {
      signal,
      onBytes(done, ofFile) {
        const all = total ?? (missing.length === 1 && ofFile !== undefined ? before + ofFile : undefined);
        onProgress?.({ stage: DOWNLOAD_STAGE, done: before + done, total: all, unit: 'bytes' });
      },
    });
    blobs[at] = blob;
    before += blob.size;
    try {
      if (cache) await keepFile(cache, file.url, blob);
    } catch (error) {
      notice = await notKept(error);
    }
  }
  return { blobs: blobs as Blob[], fromCache, notice };
}

/** Forgets files, for example those that turned out to be damaged. */
export async function forget(urls: readonly string[], cacheName: CacheName = 'shared'): Promise<void> {
  const cache = await openCache(cacheName);
  for (const url of urls) await cache?.delete(url);
}
