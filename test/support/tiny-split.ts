import { readGguf } from '../../src/graph/gguf/file.ts';
import { GGML_TYPE_NAMES } from '../../src/graph/gguf/types.ts';
import { type ByteSource, bytesSource } from '../../src/lib/bytes/source.ts';
import { GgufBuilder, VALUE } from '../fixtures/gguf-builder.ts';

const HEADER_BYTES = 24;
const ALIGNMENT = 32;
const SPLIT_KEYS = 3;

/**
 * Splits a GGUF file as llama.cpp's gguf-split does: the metadata in the first file, the tensors in turn in all.
 * @param sizes tensors of each file; may be 0 for the first
 */
export async function splitGguf(
  whole: Uint8Array,
  name: string,
  sizes: readonly number[],
): Promise<ByteSource[]> {
  const file = await readGguf(bytesSource(whole, name));
  const tensors = [...file.tensors.values()];
  const typeNumbers = new Map([...GGML_TYPE_NAMES].map(([number, type]) => [type, number]));
  const firstName = new TextEncoder().encode(tensors[0]!.name);
  const metadata = whole.subarray(
    HEADER_BYTES,
    Buffer.from(whole.buffer, whole.byteOffset).indexOf(firstName) - 8,
  );
  let next = 0;
  return sizes.map((count, at) => {
    const own = tensors.slice(next, next + count);
    next += count;
    const isFirst = at === 0;
    const builder = new GgufBuilder().header(count, SPLIT_KEYS + (isFirst ? file.metadata.size : 0));
    if (isFirst) builder.raw(metadata);
    builder.entry('split.no', VALUE.u16).u16(at).entry('split.count', VALUE.u16).u16(sizes.length);
    builder.entry('split.tensors.count', VALUE.i32).i32(tensors.length);
    let end = 0;
    const offsets = own.map((tensor) => {
      const offset = end;
      builder.tensor(tensor.name, tensor.dims, typeNumbers.get(tensor.type)!, offset);
      end = Math.ceil((offset + tensor.byteLength) / ALIGNMENT) * ALIGNMENT;
      return offset;
    });
    const bytes = builder.build(end);
    const start = bytes.length - end;
    for (const [i, { offset, byteLength }] of own.entries())
      bytes.set(whole.subarray(offset, offset + byteLength), start + offsets[i]!);
    const suffix = [at + 1, sizes.length].map((number) => String(number).padStart(5, '0')).join('-of-');
    return bytesSource(bytes, `${name.replace(/\.gguf$/, '')}-${suffix}.gguf`);
  });
}
