import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readGguf } from '../../../../src/graph/gguf/file.ts';
import {
  metaNumber,
  metaNumbers,
  metaString,
  metaStrings,
  optionalBoolean,
  optionalNumber,
} from '../../../../src/graph/gguf/values.ts';
import { type ByteSource, bytesSource } from '../../../../src/lib/bytes/source.ts';
import { EngineError } from '../../../../src/lib/errors.ts';
import { GgufBuilder, VALUE } from '../../../fixtures/gguf-builder.ts';

const TINY = new Uint8Array(readFileSync(new URL('../../../fixtures/gguf/tiny-llama.gguf', import.meta.url)));

function read(bytes: Uint8Array) {
  return readGguf(bytesSource(bytes, 'model.gguf'));
}

async function failure(bytes: Uint8Array): Promise<EngineError> {
  const error = await read(bytes).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(EngineError);
  return error as EngineError;
}

function text(content: string): Uint8Array {
  return new TextEncoder().encode(content);
}

describe('a complete file', () => {
  it('gives metadata and tensors', async () => {
    const file = await read(TINY);
    expect(file.version).toBe(3);
    expect(metaString(file, 'general.architecture')).toBe('llama');
    expect(metaNumber(file, 'llama.block_count')).toBe(2);
    expect(metaNumber(file, 'llama.attention.layer_norm_rms_epsilon')).toBe(Math.fround(1e-5));
    expect(metaStrings(file, 'tokenizer.ggml.tokens').slice(0, 3)).toEqual([
      '<|endoftext|>',
      '<|im_start|>',
      '<|im_end|>',
    ]);
    expect(metaNumbers(file, 'tokenizer.ggml.token_type').slice(-3)).toEqual([1, 4, 5]);
    expect(optionalBoolean(file, 'tokenizer.ggml.add_bos_token')).toBe(false);
    expect(file.tensors.size).toBe(20);
    const down = file.tensors.get('blk.0.ffn_down.weight')!;
    expect(down).toMatchObject({ dims: [96, 64], type: 'Q4_1', byteLength: (96 * 64 * 20) / 32 });
    expect(down.offset % 32).toBe(0);
    const end = Math.max(...[...file.tensors.values()].map((tensor) => tensor.offset + tensor.byteLength));
    expect(Math.ceil(end / 32) * 32).toBe(TINY.length);
  });

  it('of version 2 reads the same', async () => {
    const older = TINY.slice();
    older[4] = 2;
    const [v2, v3] = [await read(older), await read(TINY)];
    expect(v2.version).toBe(2);
    expect(v2.metadata).toEqual(v3.metadata);
    expect(v2.tensors).toEqual(v3.tensors);
  });

  it('is read by slices, and only as far as the header goes', async () => {
    const builder = new GgufBuilder().header(0, 1).entry('names', VALUE.array).array(VALUE.string, 50_000);
    for (let i = 0; i < 50_000; i++) builder.string(`a name of some length ${i}`);
    const header = builder.build();
    const size = 20 * header.length;
    const whole = new Uint8Array(size);
    whole.set(header);
    const lengths: number[] = [];
    const source: ByteSource = {
      name: 'model.gguf',
      size,
      async read(offset, length) {
        lengths.push(length);
        return whole.subarray(offset, offset + length);
      },
    };
    const file = await readGguf(source);
    expect(metaStrings(file, 'names').at(-1)).toBe('a name of some length 49999');
    expect(header.length).toBeGreaterThan(lengths[0]);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(4 * header.length);
  });

  it('survives a source that yields Node buffers', async () => {
    const file = await read(Buffer.from(TINY));
    expect(file.metadata).toEqual((await read(TINY)).metadata);
  });

  it('can hold every type of value', async () => {
    const bytes = new GgufBuilder()
      .header(0, 18)
      .entry('u8', VALUE.u8)
      .u8(255)
      .entry('i8', VALUE.i8)
      .i8(-3)
      .entry('u16', VALUE.u16)
      .u16(65535)
      .entry('i16', VALUE.i16)
      .i16(-300)
      .entry('u32', VALUE.u32)
      .u32(4294967295)
      .entry('i32', VALUE.i32)
      .i32(-70000)
      .entry('f32', VALUE.f32)
      .f32(0.5)
      .entry('yes', VALUE.bool)
      .u8(1)
      .entry('text', VALUE.string)
      .string('\ufeffß')
      .entry('u64', VALUE.u64)
      .u64(2 ** 53 - 1)
      .entry('big', VALUE.u64)
      .u64(2n ** 64n - 1n)
      .entry('i64', VALUE.i64)
      .i64(-5)
      .entry('f64', VALUE.f64)
      .f64(Math.PI)
      .entry('bools', VALUE.array)
      .array(VALUE.bool, 2)
      .raw([1, 0])
      .entry('longs', VALUE.array)
      .array(VALUE.u64, 2)
      .u64(7)
      .u64(2n ** 60n)
      .entry('floats', VALUE.array)
      .array(VALUE.f32, 2)
      .f32(1.5)
      .f32(-2)
      .entry('nested', VALUE.array)
      .array(VALUE.array, 2)
      .array(VALUE.i16, 1)
      .i16(-1)
      .array(VALUE.string, 1)
      .string('x')
      .entry('none', VALUE.array)
      .array(VALUE.string, 0)
      .build();
    const file = await read(bytes);
    expect(Object.fromEntries(file.metadata)).toEqual({
      u8: 255,
      i8: -3,
      u16: 65535,
      i16: -300,
      u32: 4294967295,
      i32: -70000,
      f32: 0.5,
      yes: true,
      text: '\ufeffß',
      u64: 2 ** 53 - 1,
      big: 2n ** 64n - 1n,
      i64: -5,
      f64: Math.PI,
      bools: [true, false],
      longs: new BigUint64Array([7n, 2n ** 60n]),
      floats: new Float32Array([1.5, -2]),
      nested: [new Int16Array([-1]), ['x']],
      none: [],
    });
    expect(metaNumbers(file, 'longs')).toEqual([7, 2 ** 60]);
    expect(metaStrings(file, 'none')).toEqual([]);
  });

  it('names the key where a value is missing or of another type', async () => {
    const file = await read(TINY);
    expect(() => metaString(file, 'general.nonsense')).toThrow(/general\.nonsense is missing/);
    expect(() => metaNumber(file, 'general.architecture')).toThrow(/general\.architecture has a value/);
    expect(() => metaStrings(file, 'tokenizer.ggml.token_type')).toThrow(EngineError);
    expect(() => metaNumbers(file, 'tokenizer.ggml.tokens')).toThrow(EngineError);
    expect(optionalNumber(file, 'general.nonsense')).toBeUndefined();
    expect(() => optionalBoolean(file, 'general.architecture')).toThrow(/true or false/);
  });
});

describe('something else than a GGUF file', () => {
  it.each([
    ['a web page', text('<!DOCTYPE html><html><body>Not found</body></html>'), /web page \(HTML\)/],
    ['a page after white space', text('\n  <html>'), /web page \(HTML\)/],
    [
      'a Git LFS pointer',
      text('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 98362432\n'),
      /Git LFS pointer/,
    ],
    ['gzip', new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]), /gzip/],
    ['zip', text('PK\u0003\u0004 and more'), /zip archive/],
    ['safetensors', text('\u0040\0\0\0\0\0\0\0{"__metadata__":{}}'), /safetensors/],
    ['an older format', text('tjgg\u0003\0\0\0'), /older ggml/],
    ['a few bytes', new Uint8Array([1, 2]), /ends in \.gguf/],
  ])('%s is named', async (_, bytes, message) => {
    const error = await failure(bytes);
    expect(error.code).toBe('unsupported-model');
    expect(error.message).toMatch(message);
  });

  it('an empty file is said to be empty', async () => {
    expect(await failure(new Uint8Array())).toMatchObject({
      code: 'load-failed',
      message: expect.stringMatching(/empty/),
    });
  });

  it('a source that fails is reported with its cause', async () => {
    const cause = new Error('gone');
    const source: ByteSource = { name: 'model.gguf', size: 100, read: () => Promise.reject(cause) };
    await expect(readGguf(source)).rejects.toMatchObject({ code: 'load-failed', cause });
  });
});

const HUGE = 2n ** 50n;

describe('an unfit or damaged header', () => {
  it.each([
    ['version 1', new GgufBuilder().header(0, 0, 1), 'unsupported-model', /version 1;/],
    ['version 4', new GgufBuilder().header(0, 0, 4), 'unsupported-model', /version 4;/],
    ['big endian', new GgufBuilder().header(0, 0, 0x03000000), 'unsupported-model', /big-endian/],
    ['too many entries', new GgufBuilder().header(0, HUGE), 'load-failed', /metadata would take/],
    ['too many tensors', new GgufBuilder().header(HUGE, 0), 'load-failed', /list of tensors would take/],
    [
      'a count beyond 2^53',
      new GgufBuilder().header(2n ** 63n, 0),
      'load-failed',
      /tensors is 9223372036854775808/,
    ],
    [
      'an entry twice',
      new GgufBuilder().header(0, 2).entry('a', 0).u8(1).entry('a', 0).u8(1),
      'load-failed',
      /entry a comes twice/,
    ],
    [
      'an unknown value type',
      new GgufBuilder().header(0, 1).entry('key', 13).u64(0),
      'load-failed',
      /key has the unknown value type 13/,
    ],
    [
      'unknown items',
      new GgufBuilder().header(0, 1).entry('key', 9).array(99, 1).u64(0),
      'load-failed',
      /items of the unknown value type 99/,
    ],
    ['a long text', new GgufBuilder().header(0, 1).entry('key', 8).u64(HUGE), 'load-failed', /ends at/],
    [
      'a long array',
      new GgufBuilder().header(0, 1).entry('key', 9).array(6, HUGE),
      'load-failed',
      /entry key would take/,
    ],
    [
      'a long list of texts',
      new GgufBuilder().header(0, 1).entry('key', 9).array(8, HUGE),
      'load-failed',
      /entry key would take/,
    ],
    [
      'a truth value of 7',
      new GgufBuilder().header(0, 1).entry('key', 7).u8(7),
      'load-failed',
      /truth value/,
    ],
    [
      'arrays in arrays in arrays',
      new GgufBuilder()
        .header(0, 1)
        .entry('key', 9)
        .array(9, 1)
        .array(9, 1)
        .array(9, 1)
        .array(9, 1)
        .array(9, 1)
        .array(0, 0),
      'load-failed',
      /nested/,
    ],
    [
      'a part of a model',
      new GgufBuilder().header(0, 1).entry('split.count', 2).u16(3),
      'load-failed',
      /one of 3 files of a model; open it together with files 2, 3\./,
    ],
    [
      'a part of far too many',
      new GgufBuilder().header(0, 1).entry('split.count', 4).u32(0xffffffff),
      'load-failed',
      /split\.count is 4294967295/,
    ],
    [
      'an odd alignment',
      new GgufBuilder().header(0, 1).entry('general.alignment', 4).u32(24),
      'load-failed',
      /alignment is 24/,
    ],
    [
      'a rank of 5',
      new GgufBuilder().header(1, 0).tensor('w', [1, 1, 1, 1, 1], 0, 0),
      'load-failed',
      /5 dimensions/,
    ],
    [
      'an empty tensor',
      new GgufBuilder().header(1, 0).tensor('w', [32, 0], 0, 0),
      'load-failed',
      /shape 32 x 0/,
    ],
    [
      'an immense tensor',
      new GgufBuilder().header(1, 0).tensor('w', [HUGE, HUGE], 0, 0),
      'load-failed',
      /shape/,
    ],
    [
      'an unsupported type',
      new GgufBuilder().header(1, 0).tensor('blk.0.w', [256, 2], 17, 0),
      'unsupported-model',
      /Type IQ2_XS of tensor blk\.0\.w is not supported; .*F32.*Q6_K/,
    ],
    [
      'an unknown type',
      new GgufBuilder().header(1, 0).tensor('w', [256], 77, 0),
      'unsupported-model',
      /number 77/,
    ],
    ['half a block', new GgufBuilder().header(1, 0).tensor('w', [48, 2], 8, 0), 'load-failed', /48 weights/],
    [
      'a crooked offset',
      new GgufBuilder().header(1, 0).tensor('w', [32], 0, 16),
      'load-failed',
      /starts at 16/,
    ],
    [
      'an offset past the end',
      new GgufBuilder().header(1, 0).tensor('w', [32], 0, HUGE),
      'load-failed',
      /truncated or damaged: tensor w/,
    ],
    [
      'a tensor twice',
      new GgufBuilder().header(2, 0).tensor('w', [32], 0, 0).tensor('w', [32], 0, 0),
      'load-failed',
      /tensor w comes twice/,
    ],
  ])('%s is refused', async (_, builder, code, message) => {
    const error = await failure(builder.build(128));
    expect(error.message).toMatch(message);
    expect(error.code).toBe(code);
  });

  it('is told from a sound one', async () => {
    const sound = new GgufBuilder().header(1, 0).tensor('w', [32], 0, 0).build(128);
    expect((await read(sound)).tensors.get('w')?.byteLength).toBe(128);
    expect((await failure(sound.subarray(0, sound.length - 1))).message).toMatch(/truncated/);
  });
});
