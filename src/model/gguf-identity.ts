import type { GgufFile, GgufValue } from '../graph/gguf/types.ts';
import { optionalString } from '../graph/gguf/values.ts';
import { fastHash, hashTexts } from '../lib/bytes/fast-hash.ts';
import type { ModelIdentity } from '../neurons/identity.ts';

const TEMPLATE = 'tokenizer.chat_template';

function written(value: GgufValue): string {
  if (ArrayBuffer.isView(value)) return `[${value.join(',')}]`;
  if (Array.isArray(value)) return `[${value.map(written).join(',')}]`;
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

/** Entries whose keys begin in a certain way, in the order of their keys. */
function* entries({ metadata }: GgufFile, start: string): Generator<string> {
  for (const key of [...metadata.keys()].sort()) {
    if (!key.startsWith(start) || key.startsWith(TEMPLATE)) continue;
    yield `${key} ${written(metadata.get(key) as GgufValue)}`;
  }
}

/**
 * The identity of a model in a GGUF file.
 * @param weights hash of its weights, as `hashWhileRead` makes it
 */
export async function ggufIdentity(file: GgufFile, weights: string): Promise<ModelIdentity> {
  const hash = await fastHash();
  const architecture = optionalString(file, 'general.architecture') ?? '';
  return {
    weights,
    computation: hashTexts(hash, [architecture, ...entries(file, `${architecture}.`)]),
    tokenizer: hashTexts(hash, entries(file, 'tokenizer.')),
    template: hashTexts(hash, [optionalString(file, TEMPLATE) ?? '']),
  };
}
