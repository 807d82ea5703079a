import type { GgufFile, GgufTensor } from '../graph/gguf/types.ts';
import { type FastHash, fastHash, hashTexts } from '../lib/bytes/fast-hash.ts';
import type { ByteSource } from '../lib/bytes/source.ts';

/** Bytes that are read at once of tensors that nothing else has read. */
const PIECE = 8 * 2 ** 20;

/** A GGUF file whose weights are hashed while they are read. */
export interface HashedWeights {
  /** The same file; what is read of its tensors in order is hashed on the way. */
  readonly file: GgufFile;
  /**
   * Reads the tensors that were not read whole, and returns the hash of all: of their names, types, shapes and bytes,
   * whatever their order and number of files.
   * @throws the signal's reason where it is aborted
   */
  finish(signal?: AbortSignal): Promise<string>;
}

const descriptionOf = ({ name, type, dims }: GgufTensor) => `${name} ${type} ${dims.join('x')}`;

/** Hashes one tensor at a time, from its start to its end. */
function tensorHasher(hash: FastHash, tensors: Iterable<GgufTensor>) {
  const startingAt = new Map(Array.from(tensors, (tensor) => [tensor.offset, tensor]));
  const digests = new Map<string, string>();
  let current: GgufTensor | undefined;
  let next = 0;
  return {
    digests,
    take(offset: number, bytes: Uint8Array): void {
      if (!current || offset !== next) {
        const starting = startingAt.get(offset);
        if (!starting || digests.has(starting.name)) return;
        current = starting;
        next = offset;
        hash.restart();
      }
      next += bytes.byteLength;
      const end = current.offset + current.byteLength;
      if (next > end) {
        current = undefined;
        return;
      }
      hash.update(bytes);
      if (next < end) return;
      digests.set(current.name, hash.digest());
      current = undefined;
    },
  };
}

/** Hashes the weights of a file on their way to whatever reads them, so that they are not read twice. */
export async function hashWhileRead(file: GgufFile): Promise<HashedWeights> {
  const hash = await fastHash();
  const tensors = [...file.tensors.values()];
  const { take, digests } = tensorHasher(hash, tensors);
  const source: ByteSource = {
    name: file.source.name,
    size: file.source.size,
    async read(offset, length) {
      const bytes = await file.source.read(offset, length);
      take(offset, bytes);
      return bytes;
    },
  };
  return {
    file: { ...file, source },
    async finish(signal) {
      for (const { name, offset, byteLength } of tensors) {
        if (digests.has(name)) continue;
        for (let done = 0; done < byteLength; done += PIECE) {
          signal?.throwIfAborted();
          await source.read(offset + done, Math.min(PIECE, byteLength - done));
        }
      }
      const lines = tensors.map((tensor) => `${descriptionOf(tensor)} ${digests.get(tensor.name)}`);
      return hashTexts(hash, lines.sort());
    },
  };
}
