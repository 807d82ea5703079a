import { readFileSync } from 'node:fs';
import { Tokenizer } from '@huggingface/tokenizers';
import { describe, expect, it } from 'vitest';
import { inexpressible } from '../../../../src/graph/gguf/byte-alphabet.ts';
import { readGguf } from '../../../../src/graph/gguf/file.ts';
import { tokenizerFromGguf } from '../../../../src/graph/gguf/tokenizer.ts';
import type { GgufFile, GgufValue } from '../../../../src/graph/gguf/types.ts';
import { bytesSource } from '../../../../src/lib/bytes/source.ts';
import { EngineError } from '../../../../src/lib/errors.ts';

const bytes = new Uint8Array(
  readFileSync(new URL('../../../fixtures/gguf/tiny-llama.gguf', import.meta.url)),
);
const tiny = await readGguf(bytesSource(bytes, 'tiny-llama.gguf'));
const tokens = tiny.metadata.get('tokenizer.ggml.tokens') as readonly string[];

/** The tiny model with some metadata entries changed, or dropped where undefined. */
function changed(entries: Record<string, GgufValue | undefined>): GgufFile {
  const metadata = new Map(tiny.metadata);
  for (const [key, value] of Object.entries(entries)) {
    if (value === undefined) metadata.delete(`tokenizer.${key}`);
    else metadata.set(`tokenizer.${key}`, value);
  }
  return { ...tiny, metadata };
}

function build(entries: Record<string, GgufValue | undefined> = {}) {
  const parts = tokenizerFromGguf(changed(entries));
  return { ...parts, tokenizer: new Tokenizer(parts.tokenizerJson, parts.tokenizerConfig) };
}

describe('the tokenizer of a file', () => {
  it('says what the model needs to know', () => {
    const { bosId, eosIds, vocabSize, addBos, chatTemplate } = build();
    expect({ bosId, eosIds, vocabSize, addBos }).toEqual({
      bosId: 1,
      eosIds: [0, 2],
      vocabSize: tokens.length,
      addBos: false,
    });
    expect(chatTemplate).toContain('<|im_start|>assistant');
    expect(build({ chat_template: undefined }).chatTemplate).toBeUndefined();
  });

  it('encodes bytes that were never merged and comes back', () => {
    const { tokenizer } = build();
    for (const text of ['the cat', ' 👩‍👩‍👧 日本語\n\n', '\u0000\u00ad\u007f', '12 three']) {
      expect(tokenizer.decode(tokenizer.encode(text).ids)).toBe(text);
    }
    expect(tokenizer.tokenize('the cat')).toEqual(['th', 'e', 'Ġc', 'at']);
  });

  it('takes control and user-defined tokens whole, and no unused ones', () => {
    const { tokenizer } = build();
    const end = tokens.indexOf('<|im_end|>');
    const tool = tokens.indexOf('<tool>');
    expect(tokenizer.encode('<|im_end|><tool>').ids).toEqual([end, tool]);
    expect(tokenizer.decode([end, tool], { skip_special_tokens: true })).toBe('<tool>');
    expect(tokenizer.encode('[UNUSED0]').ids).not.toContain(tokens.indexOf('[UNUSED0]'));
    expect(tokenizer.id_to_token(tokens.indexOf('[UNUSED0]'))).toBe('[UNUSED0]');
  });

  it('starts with BOS where the file or the family says so', () => {
    expect(build({ 'ggml.add_bos_token': true }).tokenizer.encode('a').ids[0]).toBe(1);
    const family = { 'ggml.pre': 'llama-bpe', 'ggml.add_bos_token': undefined };
    expect(build(family).tokenizer.encode('a').ids[0]).toBe(1);
    expect(build(family).tokenizer.encode('a', { add_special_tokens: false }).ids).toEqual([
      tokens.indexOf('a'),
    ]);
    expect(build({ ...family, 'ggml.add_bos_token': false }).addBos).toBe(false);
    expect(build({ ...family, 'ggml.bos_token_id': undefined }).addBos).toBe(false);
  });

  it('ends answers at the tokens that the file names', () => {
    expect(build({ 'ggml.eot_token_id': 7, 'ggml.eos_token_id': undefined }).eosIds).toEqual([7, 0, 2]);
  });

  it('ends answers at every end-of-generation token that the vocabulary has', () => {
    const at = tokens.indexOf('[UNUSED0]');
    const types = Int32Array.from(tiny.metadata.get('tokenizer.ggml.token_type') as Int32Array);
    for (const type of [1, 3, 4]) {
      types[at] = type;
      for (const name of [
        '<|eot_id|>',
        '<|eom_id|>',
        '<|end_of_text|>',
        '<end_of_turn>',
        '<EOT>',
        '<|end|>',
      ]) {
        const odd = [...tokens];
        odd[at] = name;
        const { eosIds } = build({ 'ggml.tokens': odd, 'ggml.token_type': Int32Array.from(types) });
        expect(eosIds).toContain(at);
      }
    }
    expect(build({ 'ggml.eom_token_id': 9 }).eosIds).toContain(9);
  });

  it('takes known control names for control tokens, and says so', () => {
    const end = tokens.indexOf('<|im_end|>');
    const types = Int32Array.from(tiny.metadata.get('tokenizer.ggml.token_type') as Int32Array);
    expect(build().notice).toBeUndefined();
    types[end] = 1;
    types[tokens.indexOf('<|im_start|>')] = 1;
    for (const [entry, said] of [
      [types, /marks <\|im_start\|> and <\|im_end\|> as ordinary text/],
      [undefined, /does not say which of its tokens are control tokens/],
    ] as const) {
      const { tokenizer, eosIds, notice } = build({ 'ggml.token_type': entry });
      expect(notice).toMatch(said);
      expect(eosIds).toContain(end);
      expect(tokenizer.encode('<|im_end|>').ids).toEqual([end]);
    }
  });

  it('can hold a token named like an object property', () => {
    const odd = [...tokens];
    odd[odd.indexOf('[UNUSED0]')] = '__proto__';
    const { tokenizer } = build({ 'ggml.tokens': odd });
    expect(tokenizer.token_to_id('__proto__')).toBe(tokens.indexOf('[UNUSED0]'));
  });

  it.each([
    [{ 'ggml.model': 'llama', 'ggml.scores': undefined }, /tokenizer\.ggml\.scores is missing/],
    [{ 'ggml.model': 'llama', 'ggml.scores': new Float32Array(3) }, /tokens but 3 scores/],
    [{ 'ggml.model': 'bert' }, /of the kind bert/],
    [{ 'ggml.model': undefined }, /tokenizer\.ggml\.model is missing/],
    [{ 'ggml.pre': 'poro-chat' }, /rules poro-chat, which are not supported.*smollm/],
    [{ 'ggml.merges': undefined }, /tokenizer\.ggml\.merges is missing/],
    [{ 'ggml.merges': ['t h', 'th'] }, /merge "th"/],
    [{ 'ggml.merges': ['t h e'] }, /merge "t h e"/],
    [{ 'ggml.tokens': [] }, /no tokens/],
    [{ 'ggml.token_type': new Int32Array(3) }, /3 token types/],
    [{ 'ggml.bos_token_id': 4000 }, /bos token is 4000/],
    [{ 'ggml.eos_token_id': -1 }, /eos token is -1/],
    [{ 'ggml.add_bos_token': 1 }, /add_bos_token has a value of another type/],
  ])('refuses %o', (entries, message) => {
    const file = changed(entries as Record<string, GgufValue | undefined>);
    expect(() => tokenizerFromGguf(file)).toThrow(message);
    expect(() => tokenizerFromGguf(file)).toThrow(EngineError);
  });
});

describe('characters that a vocabulary has no bytes for', () => {
  it('are none where all bytes have tokens', () => {
    expect(inexpressible(new Set(tokens))).toBeUndefined();
  });

  it.each([
    ['\u0104', '\\x{4}-\\x{4}'],
    ['a', '\\x{61}-\\x{61}'],
    ['Ã', '\\x{c0}-\\x{ff}'],
    ['ã', '\\x{3000}-\\x{3fff}'],
    ['ñ', '\\x{40000}-\\x{7ffff}'],
    ['ô', '\\x{100000}-\\x{10ffff}'],
  ])('without %s are found', (token, range) => {
    expect(inexpressible(new Set(tokens.filter((each) => each !== token)))).toBe(`[${range}]`);
  });

  it('are dropped, not turned into an undefined id', () => {
    const fewer = tokens.map((token) => (token === 'Ą' ? '[UNUSED1]' : token));
    const { tokenizer } = build({ 'ggml.tokens': fewer });
    expect(tokenizer.encode('a\u0004b').ids).toEqual([tokens.indexOf('a'), tokens.indexOf('b')]);
  });
});
