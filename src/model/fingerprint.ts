import type { GgufFile } from '../graph/gguf/types.ts';

const OFFSET = 0xcbf29ce484222325n;
const PRIME = 0x100000001b3n;
const SAMPLE = 64;

/** 64-bit FNV-1a (Fowler, Noll, Vo), as 16 hexadecimal digits. */
export function fnv1a(parts: readonly Uint8Array[]): string {
  let hash = OFFSET;
  for (const part of parts) {
    for (const byte of part) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * PRIME);
  }
  return hash.toString(16).padStart(16, '0');
}

/** Tells files with different tensors apart: names, types, shapes, and the first bytes of every down projection. */
export async function fingerprintOf(file: GgufFile): Promise<string> {
  const parts: Uint8Array[] = [];
  for (const tensor of file.tensors.values()) {
    parts.push(new TextEncoder().encode(`${tensor.name} ${tensor.type} ${tensor.dims.join('x')};`));
    if (tensor.name.includes('ffn_down'))
      parts.push(await file.source.read(tensor.offset, Math.min(SAMPLE, tensor.byteLength)));
  }
  return fnv1a(parts);
}
