import { beforeAll, describe, expect, it } from 'vitest';
import { readGguf } from '../../../src/graph/gguf/file.ts';
import { tokenizerFromGguf } from '../../../src/graph/gguf/tokenizer.ts';
import { textCodec } from '../../../src/model/codec.ts';
import type { TextCodec } from '../../../src/model/types.ts';
import { defaultSource } from '../../support/models.ts';

let codec: TextCodec;
beforeAll(async () => {
  const { tokenizerJson, tokenizerConfig, bosId } = tokenizerFromGguf(await readGguf(await defaultSource()));
  codec = textCodec(tokenizerJson, tokenizerConfig, bosId);
});

describe('bytes of tokens', () => {
  it.each(['👩‍👩‍👧', 'naïve 日本語', '༃', 'مرحبا', 'a\n  b'])('of %j are together its UTF-8', (text) => {
    const bytes = codec.encode(text, { addBos: false }).flatMap((id) => codec.bytes(id) ?? []);
    expect(new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes))).toBe(text);
  });

  it('are unknown for a row without a name', () => {
    expect(codec.bytes(10_000_000)).toBeUndefined();
  });
});
