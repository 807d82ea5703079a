import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { tokenizerFromGguf } from '../../../../src/graph/gguf/tokenizer.ts';
import type { GgufFile, GgufValue } from '../../../../src/graph/gguf/types.ts';
import { bytesSource } from '../../../../src/lib/bytes/source.ts';
import { textCodec } from '../../../../src/model/codec.ts';

interface Case {
  readonly text: string;
  readonly ids: number[];
}

const fixture = JSON.parse(
  readFileSync(new URL('../../../fixtures/gguf/sentencepiece.json', import.meta.url), 'utf8'),
) as {
  tokens: string[];
  scores: number[];
  types: number[];
  with_prefix: Case[];
  without_prefix: Case[];
};

function fileWith(entries: Record<string, GgufValue> = {}): GgufFile {
  const keys: Record<string, GgufValue> = {
    model: 'llama',
    tokens: fixture.tokens,
    scores: new Float32Array(fixture.scores),
    token_type: new Int32Array(fixture.types),
    bos_token_id: 1,
    eos_token_id: 2,
    unknown_token_id: 0,
    ...entries,
  };
  const metadata = new Map(Object.entries(keys).map(([key, value]) => [`tokenizer.ggml.${key}`, value]));
  const source = bytesSource(new Uint8Array(), 'pieces.gguf');
  return { version: 3, metadata, tensors: new Map(), source };
}

function codec(entries: Record<string, GgufValue>) {
  const { tokenizerJson, tokenizerConfig, bosId } = tokenizerFromGguf(fileWith(entries));
  return textCodec(tokenizerJson, tokenizerConfig, bosId);
}

describe('ids of the SentencePiece library', () => {
  it.each(fixture.without_prefix)('are the same for $text', ({ text, ids }) => {
    expect(codec({ add_space_prefix: false }).encode(text, { addBos: false })).toEqual(ids);
  });

  it.each(fixture.with_prefix)('are the same with a space in front of $text', ({ text, ids }) => {
    expect(codec({}).encode(text, { addBos: false })).toEqual(ids);
  });
});

describe('a SentencePiece tokenizer', () => {
  it('gives every text back', () => {
    const { encode, decode } = codec({ add_space_prefix: false });
    // The tokenizers library drops a byte order mark that is made of bytes.
    const texts = fixture.without_prefix.map(({ text }) => text).filter((text) => !/^$|\u2581/.test(text));
    for (const text of texts) expect(decode(encode(text, { addBos: false }))).toBe(text);
    expect(texts.length).toBeGreaterThan(35);
  });

  it('puts a space behind tokens that stand for themselves, too, as llama.cpp does', () => {
    const { encode } = codec({});
    const the = fixture.tokens.indexOf('\u2581the');
    expect(encode('the<tool>the</s>the', { addBos: false, readControls: true })).toEqual([
      the,
      3,
      the,
      2,
      the,
    ]);
  });

  it('keeps the space of a token that is decoded alone', () => {
    expect(codec({}).decode([fixture.tokens.indexOf('\u2581the')])).toBe(' the');
  });

  it('tells the bytes of a character in pieces', () => {
    const { encode, bytes } = codec({ add_space_prefix: false });
    const found = encode('日', { addBos: false }).flatMap((id) => bytes(id) ?? []);
    expect(found).toEqual([...new TextEncoder().encode('日')]);
  });

  it('starts with BOS where the file does not say', () => {
    expect(tokenizerFromGguf(fileWith()).addBos).toBe(true);
    expect(tokenizerFromGguf(fileWith({ add_bos_token: false })).addBos).toBe(false);
  });

  it('stands for characters without a piece by the unknown token where there are no bytes', () => {
    const types = new Int32Array(fixture.types.map((type) => (type === 6 ? 5 : type)));
    const { encode } = codec({ add_space_prefix: false, token_type: types });
    expect(encode('a日', { addBos: false })).toEqual([fixture.tokens.indexOf('a'), 0]);
  });
});
