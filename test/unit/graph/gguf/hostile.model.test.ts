import { describe, expect, it } from 'vitest';
import { readGguf } from '../../../../src/graph/gguf/file.ts';
import type { GgufValue } from '../../../../src/graph/gguf/types.ts';
import { bytesSource } from '../../../../src/lib/bytes/source.ts';
import { EngineError } from '../../../../src/lib/errors.ts';
import { openGguf } from '../../../../src/model/open-gguf.ts';
import { nativeRuntime } from '../../../../src/model/runtime/native.ts';
import { GgufBuilder, VALUE } from '../../../fixtures/gguf-builder.ts';
import { rewriteGguf } from '../../../support/gguf-rewrite.ts';
import { familySource, type TinyFamily } from '../../../support/tiny-families.ts';

const runtime = nativeRuntime(1);
const FAMILIES: readonly TinyFamily[] = ['llama3', 'qwen3', 'gemma3'];
const files = new Map(
  await Promise.all(FAMILIES.map(async (name) => [name, await readGguf(await familySource(name))] as const)),
);
const of = (name: TinyFamily) => files.get(name)!;

const HOSTILE: readonly GgufValue[] = [
  0,
  -5,
  3,
  1.5,
  1e300,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  65_552,
  4_294_967_295,
  2n ** 63n,
  true,
  'x',
  [],
  Uint32Array.of(1, 2),
  [Uint8Array.of(1), Uint8Array.of(2)],
];

const MEGABYTE = 2 ** 20;
/** What reading may take: 64 MB and 20 times the file, two seconds and two for each megabyte. */
const memoryLimit = (bytes: Uint8Array) => 64 * MEGABYTE + 20 * bytes.length;
const timeLimit = (bytes: Uint8Array) => 2000 + (2000 * bytes.length) / MEGABYTE;

/** Opens a file; anything but a model or a sentence fails the test, and so does more memory or time than is due. */
async function outcome(bytes: Uint8Array): Promise<'opened' | EngineError> {
  const started = performance.now();
  const before = process.memoryUsage.rss();
  const settle = () => {
    expect(performance.now() - started).toBeLessThan(timeLimit(bytes));
    expect(process.memoryUsage.rss() - before).toBeLessThan(memoryLimit(bytes));
  };
  try {
    const model = await openGguf(bytesSource(bytes, 'altered.gguf'), runtime);
    await model.session.release();
    settle();
    return 'opened';
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    expect(error.message.length).toBeLessThan(1000);
    settle();
    return error;
  }
}

describe('a hyperparameter that no model has', () => {
  for (const family of FAMILIES) {
    const keys = [...of(family).metadata]
      .filter(([key, value]) => /^(llama|qwen|gemma|general\.alig)/.test(key) && typeof value !== 'string')
      .map(([key]) => key);
    const arch = String(of(family).metadata.get('general.architecture'));
    const more = [
      'attention.key_length',
      'attention.scale',
      'attention.sliding_window',
      'rope.scaling.factor',
    ];
    const named = [
      ...new Set([
        ...keys,
        ...more.map((key) => `${arch}.${key}`),
        'general.alignment',
        'split.count',
        'split.no',
      ]),
    ];

    it.each(named)(`of ${family}, %s, opens or is refused with a sentence`, async (key) => {
      const outcomes: (string | EngineError)[] = [];
      for (const value of HOSTILE)
        outcomes.push(await outcome(await rewriteGguf(of(family), { [key]: value })));
      expect(outcomes.filter((each) => each !== 'opened').length).toBeGreaterThan(4);
    });
  }

  it.each<[string, Record<string, GgufValue>, RegExp]>([
    [
      'a count of layers beyond the tensors',
      { 'llama.block_count': 4_294_967_295 },
      /says that it has 4294967295 layers|whole number/,
    ],
    [
      'heads too large for the weights',
      { 'llama.attention.key_length': 65_536 },
      /attn_q\.weight" has the shape|rotates only/,
    ],
    [
      'a negative context',
      { 'llama.context_length': -5 },
      /context_length is -5; it must be a whole number of 1 or more/,
    ],
    ['no heads', { 'llama.attention.head_count': 0 }, /head_count is 0; it must be/],
    ['a fraction of a layer', { 'llama.block_count': 1.5 }, /block_count is 1\.5/],
    ['another width', { 'llama.feed_forward_length': 32 }, /ffn_gate\.weight" has the shape/],
    ['another hidden size', { 'llama.embedding_length': 128 }, /rotates only|has the shape/],
  ])('%s is named', async (_, entries, message) => {
    const result = await outcome(await rewriteGguf(of('llama3'), entries));
    expect(result).toBeInstanceOf(EngineError);
    expect((result as EngineError).message).toMatch(message);
  });
});

describe('tensors that no model has', () => {
  it.each<[string, Parameters<typeof rewriteGguf>[2], RegExp]>([
    ['one on another', { 'blk.0.attn_k.weight': { offset: 0 } }, /overlap/],
    ['one outside the file', { 'blk.0.attn_k.weight': { offset: 2 ** 40 } }, /ends at byte/],
    [
      'a product of sizes beyond 2^53',
      { 'blk.0.attn_k.weight': { dims: [2 ** 31, 2 ** 31] } },
      /has the shape/,
    ],
    ['no rows', { 'blk.0.attn_k.weight': { dims: [32, 0] } }, /has the shape 32 x 0/],
    ['more rows', { 'token_embd.weight': { dims: [32, 2 ** 30] } }, /ends at byte/],
    ['a name twice', { 'blk.0.attn_k.weight': { name: 'blk.0.attn_q.weight' } }, /comes twice/],
  ])('%s are refused', async (_, tensors, message) => {
    const result = await outcome(await rewriteGguf(of('llama3'), {}, tensors));
    expect((result as EngineError).message).toMatch(message);
  });
});

/** Names of two letters and more, all different. */
const nameOf = (i: number) => `t${i.toString(36)}`;

/** A header of about a megabyte or more that consists of one kind of thing. */
const CROWDED: readonly [string, (builder: GgufBuilder) => GgufBuilder, number, number][] = [
  [
    'metadata entries',
    (builder) => {
      for (let i = 0; i < 60_000; i++) builder.entry(nameOf(i), VALUE.u8).u8(1);
      return builder;
    },
    0,
    60_000,
  ],
  [
    'lists in lists',
    (builder) => {
      builder.entry('lists', VALUE.array).array(VALUE.array, 90_000);
      for (let i = 0; i < 90_000; i++) builder.array(VALUE.u8, 0);
      return builder;
    },
    0,
    1,
  ],
  [
    'tensors',
    (builder) => {
      for (let i = 0; i < 30_000; i++) builder.tensor(nameOf(i), [1], 0, 32 * i);
      return builder;
    },
    30_000,
    0,
  ],
];

describe('a header that is crowded with', () => {
  it.each(CROWDED)('%s is read or refused within its limits', async (_, fill, tensors, entries) => {
    const bytes = fill(new GgufBuilder().header(tensors, entries)).build(32 * tensors);
    expect(bytes.length).toBeGreaterThan(0.9 * MEGABYTE);
    expect(await outcome(bytes)).toBeInstanceOf(EngineError);
  });
});

describe('a name of a megabyte with line breaks and escapes', () => {
  const name = `\u001b[31m\n${'x'.repeat(MEGABYTE)}`;

  it.each([
    ['architecture', { 'general.architecture': name }, {}],
    ['tensor', {}, { 'blk.0.attn_k.weight': { name, dims: [32, 0] } }],
    ['pre-tokenizer', { 'tokenizer.ggml.pre': name }, {}],
    ['method of scaling', { 'llama.rope.scaling.type': name, 'llama.rope.scaling.factor': 4 }, {}],
  ])('of the %s is shortened and shown', async (_, entries, tensors) => {
    const { message } = (await outcome(await rewriteGguf(of('llama3'), entries, tensors))) as EngineError;
    expect(message).toContain('␛[31m␊xxx');
    expect(message.length).toBeLessThan(400);
  });
});

describe('a vocabulary that no model has', () => {
  const tokens = of('llama3').metadata.get('tokenizer.ggml.tokens') as readonly string[];

  it('of more tokens than embeddings is refused', async () => {
    const entries = { 'tokenizer.ggml.tokens': [...tokens, ...tokens.map((token) => `${token}2`)] };
    const types = Int32Array.from({ length: 2 * tokens.length }, () => 1);
    const bytes = await rewriteGguf(of('llama3'), { ...entries, 'tokenizer.ggml.token_type': types });
    expect(String(await outcome(bytes))).toMatch(/tokenizer has \d+ tokens, but only \d+ have an embedding/);
  });

  it.each([
    ['of one endless piece', (i: number) => 'a'.repeat(i === 5 ? MEGABYTE : i + 1)],
    ['of ever longer pieces', (i: number) => 'a'.repeat(3 * i + 1)],
    ['of pieces with line breaks', (i: number) => `${'\n'.repeat(i)}x`],
  ])('%s is read or refused within its limits', async (_, tokenOf) => {
    const length = tokens.length;
    const bytes = await rewriteGguf(of('llama3'), {
      'tokenizer.ggml.model': 'llama',
      'tokenizer.ggml.tokens': Array.from({ length }, (_each, i) => tokenOf(i)),
      'tokenizer.ggml.scores': Float32Array.from({ length }, (_each, i) => -i),
      'tokenizer.ggml.token_type': Int32Array.from({ length }, () => 1),
    });
    await outcome(bytes);
  });
});
