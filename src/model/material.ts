import { blobSource } from '../lib/bytes/source.ts';
import { download, forget } from './download.ts';
import { type OpenOptions, openGguf } from './open-gguf.ts';
import type { Runtime } from './runtime/types.ts';
import type { LanguageModel } from './types.ts';

/** A model's files at hand. */
export interface ModelMaterial {
  /** Opens the model on a device; may be called again for another one. @throws EngineError */
  open(runtime: Runtime, options: OpenOptions): Promise<LanguageModel>;
  /** No file had to be fetched. */
  readonly fromCache: boolean;
  /** What a person should know of the files, in a sentence. */
  readonly notice?: string;
  /** Forgets kept files that are or may be damaged; tells whether there are any to fetch once more. */
  forgetDamaged(): Promise<boolean>;
}

/** A GGUF file by its address. */
export async function urlMaterial(
  source: { readonly url: string; readonly name: string },
  options: OpenOptions,
): Promise<ModelMaterial> {
  const { url, name } = source;
  const file = { url, path: name, subject: { what: 'model file', id: name } as const };
  const { blobs, fromCache, notice } = await download([file], options, 'own');
  return {
    open: (runtime, rest) => openGguf(blobSource(blobs[0], name), runtime, rest),
    fromCache,
    notice,
    async forgetDamaged() {
      await forget([url], 'own');
      return fromCache;
    },
  };
}
