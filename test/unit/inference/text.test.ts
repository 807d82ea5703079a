import { readFileSync } from 'node:fs';
import { Tokenizer } from '@huggingface/tokenizers';
import { describe, expect, test } from 'vitest';
import { findLoop, looksBroken } from '../../../src/inference/loops.ts';
import { createTextStream } from '../../../src/inference/text-stream.ts';
import { createRandom, randomInt } from '../../../src/lib/math/random.ts';

type Decode = (ids: number[]) => string;

/** Ids are bytes; 256 and more are words that a decoder joins with a space, except at the start. */
const words = [' the', ' capital', ' of', '日本', ' 👩‍👩‍👧', ''];
const byteLevel: Decode = (ids) => {
  const bytes = ids.flatMap((id) => (id < 256 ? [id] : [...new TextEncoder().encode(words[id - 256])]));
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes));
};

function readJson(name: string): object {
  return JSON.parse(readFileSync(new URL(`../../fixtures/tokenizer/${name}`, import.meta.url), 'utf8'));
}
const bpe = new Tokenizer(readJson('tokenizer.json'), readJson('tokenizer_config.json'));
const bpeDecode: Decode = (ids) => bpe.decode(ids, { skip_special_tokens: true });

/** A tokenizer as SentencePiece models have it: "▁" for spaces, bytes as tokens, the first space stripped. */
const pieces = ['<unk>', '<s>', '▁Hello', '▁wor', 'ld', '▁', '▁▁', 'Seán', '.', '\uFFFD', '▁日本'];
const byteTokens = Array.from(
  { length: 256 },
  (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
);
const sentencePiece = new Tokenizer(
  {
    version: '1.0',
    added_tokens: [{ id: 1, content: '<s>', special: true, normalized: false, lstrip: false, rstrip: false }],
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        { type: 'Strip', content: ' ', start: 1, stop: 0 },
      ],
    },
    model: {
      type: 'BPE',
      unk_token: '<unk>',
      byte_fallback: true,
      fuse_unk: true,
      vocab: Object.fromEntries([...pieces, ...byteTokens].map((token, id) => [token, id])),
      merges: [],
    },
  },
  { clean_up_tokenization_spaces: false },
);
const pieceDecode: Decode = (ids) => sentencePiece.decode(ids, { skip_special_tokens: true });

function stream(decode: Decode, ids: readonly number[]): string[] {
  const text = createTextStream(decode);
  return [...ids.map((id) => text.push(id)), text.flush()];
}
const bytesOf = (text: string) => [...new TextEncoder().encode(text)];

describe('text stream', () => {
  test('an incomplete character is held back until its last byte', () => {
    expect(stream(byteLevel, bytesOf('a€b'))).toEqual(['a', '', '', '€', 'b', '']);
    expect(stream(byteLevel, bytesOf('👩'))).toEqual(['', '', '', '👩', '']);
  });

  test('a character that stays incomplete comes out at the end, or with what follows', () => {
    expect(stream(byteLevel, [97, 0xe2, 0x82])).toEqual(['a', '', '', '\uFFFD']);
    expect(stream(byteLevel, [0xe2, 98])).toEqual(['', '\uFFFDb', '']);
  });

  test('a replacement character that the model wrote is text', () => {
    expect(stream(byteLevel, bytesOf('x\uFFFDy\uFFFD')).join('')).toBe('x\uFFFDy\uFFFD');
  });

  test('text before an unfinished character is not held back with it', () => {
    expect(stream(byteLevel, [259, 0xe2])).toEqual(['日本', '', '\uFFFD']);
  });

  test.each([
    'Repeat: 👩‍👩‍👧 naïve 日本語',
    'Seán pays\n\n  5 €',
    '༃ العربية 🏳️‍🌈 e\u0301',
    '  two spaces, then \uFFFD and \uFFFD\uFFFD\uFFFD\uFFFD\uFFFD',
    '\uFEFFbyte order mark',
    '👩‍👩‍👧'.repeat(12),
  ])('the tokens of %j join to their text', (text) => {
    const ids = bpe.encode(text).ids;
    expect(ids.length).toBeGreaterThan(8);
    expect(stream(bpeDecode, ids).join('')).toBe(text);
    expect(stream(byteLevel, bytesOf(text)).join('')).toBe(text);
  });

  test('an emoji sequence over several tokens comes whole character by whole character', () => {
    const shown = stream(bpeDecode, bpe.encode('👩‍👩‍👧').ids).filter((piece) => piece !== '');
    expect(shown).toEqual([...'👩‍👩‍👧']);
  });

  test('special tokens that are skipped add nothing', () => {
    const ids = [1, ...bpe.encode('a €').ids, 2, 2];
    expect(stream(bpeDecode, ids).join('')).toBe('a €');
  });

  test('leading spaces of a SentencePiece model: none at the start, one between words', () => {
    expect(stream(pieceDecode, [1, 2, 3, 4, 8, 2])).toEqual(['', 'Hello', ' wor', 'ld', '.', ' Hello', '']);
    expect(stream(pieceDecode, [5, 6, 2])).toEqual(['', '  ', ' Hello', '']);
  });

  test.each([
    ['byte-level', byteLevel, 262],
    ['BPE', bpeDecode, bpe.get_vocab().size],
    ['SentencePiece', pieceDecode, pieces.length + 256],
  ] as const)('random ids of a %s decoder join to decode(all ids)', (_, decode, size) => {
    const random = createRandom(12);
    for (let run = 0; run < 60; run++) {
      // Few different tokens a run, so that runs of broken bytes and of repeated words come up.
      const few = Array.from({ length: 1 + randomInt(random, 12) }, () => randomInt(random, size));
      const ids = Array.from({ length: 120 }, () => few[randomInt(random, few.length)]);
      expect(stream(decode, ids).join(''), JSON.stringify(ids)).toBe(decode(ids));
    }
  });

  test('tokens without text between the bytes of a character do not tear it', () => {
    const empty = (n: number) => new Array<number>(n).fill(261);
    expect(stream(byteLevel, [97, 0xe2, ...empty(15), 0x82, ...empty(40), 0xac]).join('')).toBe('a€');
  });

  test('a decoder that looks far back is given what it needs', () => {
    const quotes: Decode = (ids) => {
      let open = false;
      return ids
        .map((id) => {
          open = id === 0 ? !open : open;
          return id === 0 ? (open ? '“' : '”') : 'a';
        })
        .join('');
    };
    const ids = Array.from({ length: 200 }, (_, i) => (i * i) % 3);
    expect(stream(quotes, ids).join('')).toBe(quotes(ids));
  });

  test('a token costs a short decode however long the text is, also in a run of broken bytes', () => {
    for (const make of [(i: number) => 256 + (i % 5), () => 0x80, (i: number) => bytesOf('€')[i % 3]]) {
      let decoded = 0;
      let longest = 0;
      const text = createTextStream((ids) => {
        decoded += ids.length;
        longest = Math.max(longest, ids.length);
        return byteLevel(ids);
      });
      for (let i = 0; i < 2000; i++) {
        text.push(make(i));
      }
      expect(longest).toBeLessThanOrEqual(24);
      expect(decoded).toBeLessThan(2000 * 24);
    }
  });
});

describe('loops', () => {
  const prose = Array.from({ length: 40 }, (_, i) => (i * i * 7 + i) % 101);

  test('none in prose, or in a repetition that is short or over', () => {
    expect(findLoop([])).toBeUndefined();
    expect(findLoop(prose)).toBeUndefined();
    expect(findLoop([1, 2, 3, 4, 4, 4, 4])).toBeUndefined();
    expect(findLoop([1, 2, 3, 1, 2, 3, 1, 2, 3])).toBeUndefined();
    expect(findLoop([...new Array<number>(30).fill(7), ...prose])).toBeUndefined();
  });

  test('the shortest period at the end is found, with its start and whole rounds', () => {
    expect(findLoop([1, 2, ...new Array<number>(9).fill(5)])).toEqual({ start: 2, period: 1, repeats: 9 });
    expect(findLoop([9, ...[1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1]])).toEqual({
      start: 1,
      period: 3,
      repeats: 4,
    });
    const round = prose.slice(0, 16);
    expect(findLoop([...round, ...round, ...round, ...round])).toEqual({ start: 0, period: 16, repeats: 4 });
    const tooLong = prose.slice(0, 17);
    expect(findLoop([...tooLong, ...tooLong, ...tooLong, ...tooLong])).toBeUndefined();
  });

  test('an answer is called broken with the reason, a good one is not', () => {
    expect(looksBroken(prose, 'The capital of France is Paris.\n\n\t5 € 日本語 👩‍👩‍👧')).toBeUndefined();
    expect(looksBroken([], '')).toBeUndefined();
    expect(looksBroken(new Array<number>(12).fill(3), 'no '.repeat(12))).toEqual({
      kind: 'loop',
      start: 0,
      period: 1,
      repeats: 12,
    });
    const often = Array.from({ length: 20 }, (_, i) => (i % 3 === 1 && i < 18 ? 50 + i : 8));
    expect(looksBroken(often, 'a text')).toEqual({ kind: 'one-token', id: 8, share: 0.7 });
    expect(looksBroken(often.slice(1), 'a text')).toBeUndefined();
    expect(looksBroken(prose, 'ok \uFFFD\uFFFD x \uFFFD')).toEqual({ kind: 'unreadable', share: 3 / 9 });
    expect(looksBroken(prose, 'a long text with one \uFFFD in it')).toBeUndefined();
  });
});
