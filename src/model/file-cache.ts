/** Where transformers.js keeps the files of the Hub, each under its address: pages of one origin share them. */
const SHARED = 'transformers-cache';
/** Files by other addresses, and what the Hub said of repositories. */
const OWN = 'h-neurons-models';

export type CacheName = 'shared' | 'own';

/** The cache, where this context has one (a page over plain http or a private window may not). */
export async function openCache(name: CacheName): Promise<Cache | undefined> {
  try {
    return await globalThis.caches?.open(name === 'shared' ? SHARED : OWN);
  } catch {
    return undefined;
  }
}

/** A kept file; undefined where it cannot be read, too. */
export async function keptFile(cache: Cache | undefined, url: string): Promise<Blob | undefined> {
  try {
    return await (await cache?.match(url))?.blob();
  } catch {
    return undefined;
  }
}

/** Keeps a file. Rejects where there is no room; nothing is kept then. */
export async function keepFile(cache: Cache, url: string, blob: Blob): Promise<void> {
  const headers = { 'content-length': String(blob.size) };
  try {
    await cache.put(url, new Response(blob, { headers }));
  } catch (error) {
    await cache.delete(url).catch(() => false);
    throw error;
  }
}
