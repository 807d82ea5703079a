import { describe, expect, it } from 'vitest';
import { EngineError } from '../../../src/lib/errors.ts';
import { boundedTokenizer } from '../../../src/model/bounded-tokenizer.ts';
import type { ModelFiles } from '../../../src/model/onnx-files.ts';
import { openOnnx } from '../../../src/model/open-onnx.ts';
import { nativeRuntime } from '../../../src/model/runtime/native.ts';
import { tokenizerSchema } from '../../../src/model/tokenizer-schema.ts';
import { fixtureFiles } from '../../support/onnx-engine.ts';

const FOLDER = 'test/fixtures/onnx/gpt2/tjs-q8';
const runtime = nativeRuntime(1);
const files = fixtureFiles(FOLDER);

type Json = Record<string, unknown>;

async function contentOf(path: string): Promise<Json> {
  return JSON.parse(new TextDecoder().decode(await files.read(path))) as Json;
}
const tokenizer = await contentOf('tokenizer.json');
const model = tokenizer.model as Json;
const config = await contentOf('config.json');

function withFile(path: string, text: string): ModelFiles {
  return {
    ...files,
    list: () => [...new Set([...files.list(), path])],
    read: async (asked) => (asked === path ? new TextEncoder().encode(text) : files.read(asked)),
  };
}

/** What is said of an export with a file of this text; undefined where it opens. */
async function said(path: string, text: string): Promise<string | undefined> {
  const started = performance.now();
  try {
    const { session, codec } = await openOnnx(withFile(path, text), runtime);
    codec.encode('one two', { addBos: false });
    await session.release();
    return undefined;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return error.message;
  } finally {
    expect(performance.now() - started).toBeLessThan(4000);
  }
}

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const sequence = (type: string, key: string, part: unknown, count: number) => ({
  type,
  [key]: Array.from({ length: count }, () => part),
});
const doubling = { type: 'Replace', pattern: { String: 'a' }, content: 'aa' };

describe('a tokenizer.json that is none', () => {
  it.each<[string, Json, RegExp]>([
    [
      'an unknown normaliser',
      { normalizer: { type: 'Shuffle' } },
      /at "normalizer.*type.*not one that is known/,
    ],
    ['a normaliser without a type', { normalizer: {} }, /at "normalizer/],
    ['an unknown pre-tokenizer', { pre_tokenizer: { type: 'x' } }, /at "pre_tokenizer.*pre-tokenizer/],
    [
      'an unknown part of a sequence',
      { pre_tokenizer: sequence('Sequence', 'pretokenizers', { type: 'x' }, 2) },
      /at "pre_tokenizer\.pretokenizers\[0\]/,
    ],
    ['an unknown post-processor', { post_processor: { type: 'x' } }, /at "post_processor/],
    ['an unknown decoder', { decoder: { type: 'x' } }, /at "decoder/],
    ['a normaliser that is a text', { normalizer: 'NFC' }, /at "normalizer"/],
    [
      'an object for a text',
      { added_tokens: [{ id: 1, content: { length: 1e9 } }] },
      /at "added_tokens\[0\]\.content": expected string/,
    ],
    ['an empty added token', { added_tokens: [{ id: 1, content: '' }] }, /at "added_tokens\[0\]\.content"/],
    ['a negative id', { added_tokens: [{ id: -1, content: 'x' }] }, /at "added_tokens\[0\]\.id"/],
    ['an enormous id', { added_tokens: [{ id: 4e9, content: 'x' }] }, /at "added_tokens\[0\]\.id"/],
    ['added tokens that are no list', { added_tokens: { length: 1e9 } }, /at "added_tokens"/],
    ['a vocabulary that is no map', { model: { ...model, vocab: ['a'] } }, /at "model/],
    [
      'a vocabulary of texts',
      { model: { ...model, vocab: { a: '1' } } },
      /at "model\.vocab": expected tokens with ids/,
    ],
    ['a vocabulary of enormous ids', { model: { ...model, vocab: { a: 2 ** 40 } } }, /at "model\.vocab"/],
    [
      'merges of one part',
      { model: { ...model, merges: ['a'] } },
      /at "model\.merges": expected a list of pairs/,
    ],
    ['merges that are numbers', { model: { ...model, merges: [1, 2] } }, /at "model\.merges"/],
    ['no merges', { model: { ...model, merges: undefined } }, /at "model/],
    ['no model', { model: null }, /at "model"/],
    ['an unknown model', { model: { ...model, type: 'Magic' } }, /at "model/],
    ['pieces without scores', { model: { type: 'Unigram', vocab: [['a']], unk_id: 0 } }, /at "model/],
    [
      'no piece for what is unknown',
      { model: { type: 'Unigram', vocab: [['a', 0]], unk_id: 5 } },
      /at "model/,
    ],
    [
      'pieces of no length',
      { pre_tokenizer: { type: 'FixedLength', length: 0 } },
      /at "pre_tokenizer\.length"/,
    ],
    [
      'pieces of a negative length',
      { pre_tokenizer: { type: 'FixedLength', length: -1 } },
      /at "pre_tokenizer\.length"/,
    ],
    [
      'replacements that double the text 40 times',
      { normalizer: sequence('Sequence', 'normalizers', doubling, 40) },
      /far longer, than those of any model/,
    ],
    [
      '1,000 parts',
      { normalizer: sequence('Sequence', 'normalizers', { type: 'NFC' }, 1000) },
      /at "normalizer/,
    ],
    [
      'a pattern that is none',
      { pre_tokenizer: { type: 'Split', pattern: { Regex: '(' }, behavior: 'Isolated' } },
      /tokenizer cannot be read/,
    ],
    ['no pattern', { pre_tokenizer: { type: 'Split', behavior: 'Isolated' } }, /at "pre_tokenizer/],
    [
      'a replacement by an object',
      { normalizer: { ...doubling, content: { length: 1e9 } } },
      /at "normalizer\.content"/,
    ],
    [
      'a template of nothing',
      { post_processor: { type: 'TemplateProcessing', single: null } },
      /at "post_processor\.single"/,
    ],
  ])('is refused with %s', async (_, change, message) => {
    const text = await said('tokenizer.json', JSON.stringify({ ...tokenizer, ...change }));
    expect(text).toMatch(message);
  });

  it('is refused nested 100,000 deep, within lists and within its parts', async () => {
    const deep = `{"model":${nested(100_000)}}`;
    expect(await said('tokenizer.json', deep)).toMatch(/tokenizer\.json of .* more than 64 deep/);
    let part: unknown = { type: 'NFC' };
    for (let i = 0; i < 80; i++) part = { type: 'Sequence', normalizers: [part] };
    expect(await said('tokenizer.json', JSON.stringify({ ...tokenizer, normalizer: part }))).toMatch(
      /64 deep/,
    );
  });

  it('opens where parts are left out', async () => {
    const { post_processor: _, ...rest } = tokenizer;
    expect(await said('tokenizer.json', JSON.stringify({ ...rest, normalizer: undefined }))).toBeUndefined();
  });
});

describe('the other files of an export', () => {
  it.each(['config.json', 'generation_config.json', 'tokenizer_config.json', 'tokenizer.json'])(
    '%s is refused where it is no object, no JSON, or nested without end',
    async (path) => {
      for (const text of ['null', '[]', '1', '"x"', 'true', '', '{', '<html>', nested(200_000)]) {
        const message = await said(path, text);
        expect(message?.startsWith(`${path} of `)).toBe(true);
      }
    },
  );

  it.each<[string, Json, RegExp]>([
    ['config.json', { ...config, vocab_size: -5 }, /config\.json of .* at "vocab_size"/],
    ['config.json', { ...config, vocab_size: 1.5 }, /at "vocab_size"/],
    ['config.json', { ...config, vocab_size: 1e12 }, /at "vocab_size"/],
    ['config.json', { ...config, vocab_size: '50257' }, /at "vocab_size"/],
    ['config.json', { ...config, eos_token_id: { length: 1e9 } }, /at "eos_token_id/],
    ['config.json', { ...config, eos_token_id: [1.5] }, /at "eos_token_id/],
    ['config.json', { ...config, text_config: 'x' }, /at "text_config"/],
    ['generation_config.json', { eos_token_id: 'x' }, /generation_config\.json of .* at "eos_token_id/],
    ['tokenizer_config.json', { bos_token: 5 }, /at "bos_token/],
    ['tokenizer_config.json', { eos_token: { content: { length: 1e9 } } }, /at "eos_token/],
    ['tokenizer_config.json', { chat_template: 5 }, /at "chat_template/],
    ['tokenizer_config.json', { chat_template: [{ name: 'default' }] }, /at "chat_template/],
    [
      'tokenizer_config.json',
      { additional_special_tokens: { length: 1e9 } },
      /at "additional_special_tokens"/,
    ],
    ['tokenizer_config.json', { add_bos_token: 'yes' }, /at "add_bos_token"/],
  ])('%s is refused with %j', async (path, content, message) => {
    expect(await said(path, JSON.stringify(content))).toMatch(message);
  });
});

describe('texts and templates', () => {
  it('of tokens that the model has no embedding for are refused with a sentence', async () => {
    const vocab = { ...(model.vocab as Record<string, number>) };
    for (const token of Object.keys(vocab)) vocab[token]! += 1_000_000;
    const text = await said('tokenizer.json', JSON.stringify({ ...tokenizer, model: { ...model, vocab } }));
    expect(text).toMatch(/makes a token of this text \(\d+\) that the model, which has \d+, does not have/);
  });

  it('of more than a million characters are refused by name', async () => {
    expect(await said('chat_template.jinja', 'x'.repeat(1_000_001))).toMatch(
      /^chat_template\.jinja of .* is not what/,
    );
  });
});

describe('a pattern of a tokenizer.json that never ends', () => {
  it.each([
    ['(a+)+$', 'a'],
    ['(a|aa)+$', 'a'],
    ['(a|a?)+$', 'a'],
    ['([a-zA-Z]+)*\\d', 'a'],
    ['((ab)+)+$', 'ab'],
    ['(?:\\p{L}+ ?)+[!]', 'a'],
    ['(?=(a+)+$)a', 'a'],
    ['(.*)*y', 'x'],
    ['\\s*\\s*\\s*\\s*\\s*x', ' '],
    ['(?:(?:a+)?b?)*c', 'ab'],
  ])('is ended with a sentence, wherever it stands: %s', (source, piece) => {
    const text = `${piece.repeat(3000)}?`;
    const split = { type: 'Split', pattern: { Regex: source }, behavior: 'Isolated', invert: false };
    const replaced = { type: 'Replace', pattern: { Regex: source }, content: 'z' };
    const places: Json[] = [
      { pre_tokenizer: split },
      {
        pre_tokenizer: {
          type: 'Sequence',
          pretokenizers: [{ type: 'Digits' }, { ...split, behavior: 'Removed' }],
        },
      },
      { pre_tokenizer: { ...split, invert: true } },
      { normalizer: replaced },
      { normalizer: { type: 'Sequence', normalizers: [{ type: 'NFC' }, replaced] } },
    ];
    for (const place of places) {
      const json = tokenizerSchema.parse({ ...tokenizer, normalizer: null, ...place });
      const made = boundedTokenizer(json as never, {});
      const started = performance.now();
      expect(() => made.encode(text)).toThrow(/takes too long over this text by its pattern/);
      expect(performance.now() - started).toBeLessThan(3000);
      expect(() => made.encode('b')).not.toThrow();
    }
  });
});
