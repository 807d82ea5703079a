import { vi } from 'vitest';

/**
 * A cache storage in memory, as far as it is used, in place of the browser's.
 * @param room bytes that fit; more throw as a full browser does
 */
export function memoryCaches(room = Number.POSITIVE_INFINITY) {
  const caches = new Map<string, Map<string, Response>>();
  const sizes = new Map<string, number>();
  const open = async (name: string) => {
    const kept = caches.get(name) ?? new Map<string, Response>();
    caches.set(name, kept);
    const urlOf = (key: string | Request) => (typeof key === 'string' ? key : key.url);
    return {
      match: async (key: string | Request) => kept.get(urlOf(key))?.clone(),
      async put(url: string, response: Response) {
        const { size } = await response.clone().blob();
        const used = [...sizes.values()].reduce((a, b) => a + b, 0);
        if (used + size > room) throw new DOMException('no room', 'QuotaExceededError');
        sizes.set(url, size);
        kept.set(url, response);
      },
      async delete(key: string | Request) {
        sizes.delete(urlOf(key));
        return kept.delete(urlOf(key));
      },
      keys: async () => [...kept.keys()].map((url) => new Request(url)),
    };
  };
  vi.stubGlobal('caches', { open });
  return {
    /** Addresses that are kept. */
    urls: (name = 'transformers-cache') => [...(caches.get(name)?.keys() ?? [])],
    /** Puts something in place of what is kept, or beside it. */
    replace: async (url: string, body: Uint8Array, name = 'transformers-cache') =>
      (await open(name)).put(url, new Response(body as Uint8Array<ArrayBuffer>)),
  };
}
