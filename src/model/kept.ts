import { storageUse } from '../lib/bytes/storage.ts';
import { type CacheName, openCache } from './file-cache.ts';

/** Models in this browser's cache, and its storage as far as it tells, in bytes. */
export interface KeptOut {
  readonly models: readonly {
    readonly key: string;
    readonly name: string;
    readonly bytes: number;
    readonly files: number;
  }[];
  readonly usage?: number;
  readonly quota?: number;
}

const CACHES: readonly CacheName[] = ['shared', 'own'];

/** Address of a file of the Hub, and of what the Hub said of a repository. */
const FILE = /^(https?:\/\/[^/]+\/((?:[^/]+\/)?[^/]+)\/resolve\/[^/]+)\//;
const LISTING = /\/api\/models\/[^?]*\/revision\/[^?/]*\?blobs=true$/;

/** The model that a kept file belongs to; undefined for what is no file of a model. */
function modelOf(url: string): { readonly key: string; readonly name: string } | undefined {
  if (LISTING.test(url)) return undefined;
  const [, key, name] = FILE.exec(url) ?? [];
  if (key !== undefined) return { key, name };
  return { key: url, name: decodeURIComponent(new URL(url).pathname.replace(/^.*\//, '')) };
}

async function bytesOf(cache: Cache, request: Request): Promise<number> {
  const response = await cache.match(request);
  const stated = Number(response?.headers.get('content-length'));
  if (stated > 0 && !response?.headers.get('content-encoding')) return stated;
  return (await response?.blob())?.size ?? 0;
}

/** A graph or a GGUF file; a repository that was only looked at left a configuration. */
const WEIGHTS = /\.(onnx|gguf)$/i;

/** Models whose files this browser keeps for the page, largest first, and the use of its storage. */
export async function keptModels(): Promise<KeptOut> {
  const models = new Map<string, KeptOut['models'][number]>();
  const whole = new Set<string>();
  for (const name of CACHES) {
    const cache = await openCache(name);
    for (const request of (await cache?.keys()) ?? []) {
      const model = modelOf(request.url);
      if (!cache || !model) continue;
      if (WEIGHTS.test(new URL(request.url).pathname)) whole.add(model.key);
      const { bytes, files } = models.get(model.key) ?? { bytes: 0, files: 0 };
      models.set(model.key, { ...model, bytes: bytes + (await bytesOf(cache, request)), files: files + 1 });
    }
  }
  const { usage, quota } = await storageUse();
  const kept = [...models.values()].filter(({ key }) => whole.has(key));
  return { models: kept.toSorted((a, b) => b.bytes - a.bytes), usage, quota };
}

/** Deletes the files of a model by the key that `keptModels` gave. */
export async function forgetModel(key: string): Promise<void> {
  for (const name of CACHES) {
    const cache = await openCache(name);
    for (const request of (await cache?.keys()) ?? [])
      if (modelOf(request.url)?.key === key) await cache?.delete(request);
  }
}
