import {
  GGML_TYPE_NAMES,
  type GgufFile,
  type GgufTensor,
  type GgufValue,
} from '../../src/graph/gguf/types.ts';
import { GgufBuilder, VALUE } from '../fixtures/gguf-builder.ts';

const ALIGNMENT = 32;
const TYPE_NUMBERS = new Map([...GGML_TYPE_NAMES].map(([number, type]) => [type, number]));

type ArrayKind = 'u8' | 'i8' | 'u16' | 'i16' | 'u32' | 'i32' | 'f32' | 'f64' | 'u64' | 'i64';

const KINDS: Readonly<Record<string, ArrayKind>> = {
  Uint8Array: 'u8',
  Int8Array: 'i8',
  Uint16Array: 'u16',
  Int16Array: 'i16',
  Uint32Array: 'u32',
  Int32Array: 'i32',
  Float32Array: 'f32',
  Float64Array: 'f64',
  BigUint64Array: 'u64',
  BigInt64Array: 'i64',
};

/** The type that a value is written as. */
function typeOf(value: GgufValue): number {
  if (typeof value === 'string') return VALUE.string;
  if (typeof value === 'boolean') return VALUE.bool;
  if (typeof value === 'bigint') return VALUE.u64;
  if (typeof value !== 'number') return VALUE.array;
  if (!Number.isInteger(value)) return VALUE.f64;
  return value >= 0 && value < 2 ** 32 ? VALUE.u32 : VALUE.i64;
}

function write(builder: GgufBuilder, value: GgufValue): void {
  if (typeof value === 'string') builder.string(value);
  else if (typeof value === 'boolean') builder.u8(value ? 1 : 0);
  else if (typeof value === 'bigint') builder.u64(value);
  else if (typeof value === 'number') {
    const type = typeOf(value);
    if (type === VALUE.f64) builder.f64(value);
    else if (type === VALUE.u32) builder.u32(value);
    else builder.i64(value);
  } else if (ArrayBuffer.isView(value)) {
    const kind = KINDS[value.constructor.name]!;
    builder.array(VALUE[kind], value.length);
    for (const item of value) (builder[kind] as (item: number | bigint) => GgufBuilder).call(builder, item);
  } else {
    builder.array(value.length === 0 ? VALUE.u32 : typeOf(value[0]!), value.length);
    for (const item of value) write(builder, item);
  }
}

/**
 * The bytes of a GGUF file with some of its metadata, or the descriptions of its tensors, changed: entries are replaced or,
 * where undefined, dropped. Offsets count from the first weight.
 */
export async function rewriteGguf(
  file: GgufFile,
  entries: Readonly<Record<string, GgufValue | undefined>>,
  tensors: Readonly<Record<string, Partial<Pick<GgufTensor, 'name' | 'dims' | 'offset'>>>> = {},
): Promise<Uint8Array> {
  const metadata = new Map<string, GgufValue>(file.metadata);
  for (const [key, value] of Object.entries(entries)) {
    if (value === undefined) metadata.delete(key);
    else metadata.set(key, value);
  }
  const builder = new GgufBuilder().header(file.tensors.size, metadata.size);
  for (const [key, value] of metadata) {
    builder.entry(key, typeOf(value));
    write(builder, value);
  }
  let end = 0;
  const places: { readonly from: GgufTensor; readonly to: number }[] = [];
  for (const from of file.tensors.values()) {
    const { name = from.name, dims = from.dims, offset = end } = tensors[from.name] ?? {};
    builder.tensor(name, dims, TYPE_NUMBERS.get(from.type)!, offset);
    places.push({ from, to: end });
    end = Math.ceil((end + from.byteLength) / ALIGNMENT) * ALIGNMENT;
  }
  const bytes = builder.build(end);
  for (const { from, to } of places)
    bytes.set(await file.source.read(from.offset, from.byteLength), bytes.length - end + to);
  return bytes;
}
