import { openAsBlob, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type ByteSource, blobSource } from '../../src/lib/bytes/source.ts';
import { openGguf } from '../../src/model/open-gguf.ts';
import type { Runtime } from '../../src/model/runtime/types.ts';
import type { Opened } from './models.ts';

const folder = new URL('../fixtures/gguf/', import.meta.url);

/** Values by PyTorch transformers; z (of the down projections) and output norms are those of the last position. */
export interface FamilyReference {
  readonly input_ids: readonly number[];
  readonly logits_last: readonly number[];
  readonly layers: readonly { readonly z: readonly number[]; readonly out_norm: number }[];
}

export type TinyFamily = 'llama3' | 'mistral' | 'qwen2' | 'qwen3' | 'gemma3';

export const familyReferences = (
  JSON.parse(readFileSync(new URL('families.json', folder), 'utf8')) as {
    models: Record<TinyFamily, FamilyReference>;
  }
).models;

export const tinyFamilies = Object.keys(familyReferences) as TinyFamily[];

/** Positions that a layer with a window sees in the models that have one. */
export const tinyWindow = 8;

export async function familySource(name: TinyFamily): Promise<ByteSource> {
  return blobSource(await openAsBlob(fileURLToPath(new URL(`${name}.gguf`, folder))), `${name}.gguf`);
}

export async function openFamily(name: TinyFamily, runtime: Runtime): Promise<Opened> {
  const model = await openGguf(await familySource(name), runtime);
  return { model, io: model.io };
}
