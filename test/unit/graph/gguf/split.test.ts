import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readGguf } from '../../../../src/graph/gguf/file.ts';
import { readFloats } from '../../../../src/graph/gguf/linear-weights.ts';
import { splitNames } from '../../../../src/graph/gguf/split.ts';
import { bytesSource } from '../../../../src/lib/bytes/source.ts';
import { EngineError } from '../../../../src/lib/errors.ts';
import { openGguf } from '../../../../src/model/open-gguf.ts';
import { nativeRuntime } from '../../../../src/model/runtime/native.ts';
import { largestDifference } from '../../../support/differences.ts';
import { splitGguf } from '../../../support/tiny-split.ts';

const bytes = new Uint8Array(readFileSync(new URL('../../../fixtures/gguf/llama3.gguf', import.meta.url)));
const whole = await readGguf(bytesSource(bytes, 'tiny.gguf'));
const count = whole.tensors.size;
const parts = await splitGguf(bytes, 'tiny.gguf', [0, 15, count - 15]);

describe('a model in several files', () => {
  it('reads as the one it was split from, in whatever order the files come', async () => {
    const file = await readGguf([parts[2]!, parts[0]!, parts[1]!]);
    expect(file.source.name).toBe('tiny.gguf');
    expect(file.metadata.get('general.name')).toBe('tiny llama3');
    expect([...file.tensors.keys()]).toEqual([...whole.tensors.keys()]);
    for (const [name, tensor] of file.tensors) {
      const expected = await readFloats(whole, whole.tensors.get(name)!);
      expect(largestDifference(await readFloats(file, tensor), expected)).toBe(0);
    }
  });

  it('is read over the ends of files', async () => {
    const { source } = await readGguf(parts);
    const joined = Buffer.concat(await Promise.all(parts.map((part) => part.read(0, part.size))));
    expect(source.size).toBe(joined.length);
    const start = parts[0]!.size - 10;
    const length = parts[1]!.size + 20;
    expect(Buffer.from(await source.read(start, length))).toEqual(joined.subarray(start, start + length));
    expect(await source.read(start, 0)).toHaveLength(0);
    await expect(source.read(source.size - 1, 2)).rejects.toThrow(RangeError);
  });

  it('opens with the fingerprint and name of the whole', async () => {
    const runtime = nativeRuntime(1);
    const models = await Promise.all([
      openGguf(parts, runtime),
      openGguf(bytesSource(bytes, 'tiny.gguf'), runtime),
    ]);
    const [split, one] = models.map(({ name, fingerprint }) => ({ name, fingerprint }));
    expect(split).toEqual(one);
    for (const { session } of models) await session.release();
  });

  it.each([
    ['a file is missing', [parts[0]!, parts[2]!], /tiny-00001-of-00003\.gguf is one of 3 .* with file 2\.$/],
    ['all but one are missing', [parts[1]!], /with files 1, 3\.$/],
    ['a file comes twice', [...parts, parts[1]!], /are not the files of one model/],
    [
      'files are whole models',
      [bytesSource(bytes, 'a.gguf'), bytesSource(bytes, 'b.gguf')],
      /a\.gguf, b\.gguf are not/,
    ],
  ])('is refused where %s', async (_, sources, message) => {
    await expect(readGguf(sources)).rejects.toThrow(message);
    await expect(readGguf(sources)).rejects.toThrow(EngineError);
  });

  it('is refused where tensors are missing or come twice', async () => {
    const fewer = await splitGguf(bytes, 'tiny.gguf', [20, count - 21]);
    await expect(readGguf(fewer)).rejects.toThrow(`hold ${count - 1} tensors instead of ${count}`);
    const other = await splitGguf(bytes, 'tiny.gguf', [count, 0]);
    await expect(readGguf([other[0]!, fewer[1]!])).rejects.toThrow(/which another file of the model has/);
  });
});

describe('names of the files of a split model', () => {
  it('follow from one of them', () => {
    expect(splitNames('a/b-00002-of-00003.gguf')).toEqual([
      'a/b-00001-of-00003.gguf',
      'a/b-00002-of-00003.gguf',
      'a/b-00003-of-00003.gguf',
    ]);
    expect(splitNames('b.gguf')).toBeUndefined();
    expect(splitNames('b-1-of-3.gguf')).toBeUndefined();
  });
});
