import { readFileSync } from 'node:fs';
import { readGguf } from '../../src/graph/gguf/file.ts';
import { readFloats } from '../../src/graph/gguf/linear-weights.ts';
import { bytesSource } from '../../src/lib/bytes/source.ts';
import { createRandom } from '../../src/lib/math/random.ts';
import { GgufBuilder } from '../fixtures/gguf-builder.ts';

const HEADER_BYTES = 24;
const ALIGNMENT = 32;
const F32 = 0;

export type Values = ReadonlyMap<string, { readonly dims: readonly number[]; readonly values: Float32Array }>;

const tiny = new Uint8Array(readFileSync(new URL('../fixtures/gguf/tiny-llama.gguf', import.meta.url)));

/** The tensors of the tiny GGUF model as float32; layers of 96 neurons, 64 numbers to a token. */
export async function tinyTensors(): Promise<Map<string, { dims: readonly number[]; values: Float32Array }>> {
  const file = await readGguf(bytesSource(tiny, 'tiny.gguf'));
  const found = new Map<string, { dims: readonly number[]; values: Float32Array }>();
  for (const tensor of file.tensors.values())
    found.set(tensor.name, { dims: tensor.dims, values: await readFloats(file, tensor) });
  return found;
}

/** The tiny model's file with these tensors, all float32. */
export async function tinyFile(tensors: Values): Promise<Uint8Array> {
  const { metadata, tensors: places } = await readGguf(bytesSource(tiny, 'tiny.gguf'));
  const first = new TextEncoder().encode([...places.keys()][0]);
  const end = Buffer.from(tiny.buffer, tiny.byteOffset, tiny.byteLength).indexOf(first) - 8;
  const builder = new GgufBuilder().header(tensors.size, metadata.size);
  builder.raw(tiny.subarray(HEADER_BYTES, end));
  let size = 0;
  const offsets = [...tensors].map(([name, { dims, values }]) => {
    const offset = size;
    builder.tensor(name, dims, F32, offset);
    size = Math.ceil((offset + values.byteLength) / ALIGNMENT) * ALIGNMENT;
    return offset;
  });
  const bytes = builder.build(size);
  const start = bytes.length - size;
  [...tensors.values()].forEach(({ values }, i) => {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), start + offsets[i]!);
  });
  return bytes;
}

/**
 * Turns some of a vector's numbers by an angle towards a random direction at right angles to them; their length stays.
 * @param places where the vector's numbers stand
 */
export function turn(values: Float32Array, places: readonly number[], angle: number, seed: number): void {
  const random = createRandom(seed);
  const own = places.map((at) => values[at]!);
  const length = Math.hypot(...own);
  const drawn = own.map(() => random() - 0.5);
  const along = drawn.reduce((sum, value, i) => sum + value * own[i]!, 0) / length ** 2;
  const across = drawn.map((value, i) => value - along * own[i]!);
  const scale = length / Math.hypot(...across);
  places.forEach((at, i) => {
    values[at] = Math.cos(angle) * own[i]! + Math.sin(angle) * scale * across[i]!;
  });
}
