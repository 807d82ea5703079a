import { EngineError } from '../errors.ts';

/** A readable file of known size. Ranges past the end reject with a RangeError. */
export interface ByteSource {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  read(offset: number, length: number): Promise<Uint8Array>;
}

function checkRange(source: { name: string; size: number }, offset: number, length: number): void {
  if (!(offset >= 0 && length >= 0 && offset + length <= source.size)) {
    throw new RangeError(
      `${source.name}: bytes ${offset} to ${offset + length} were asked for, but the file ends at ${source.size}; it may be truncated.`,
    );
  }
}

/**
 * The bytes of a File or Blob.
 * @throws EngineError that says what to do where it is too large for memory, or has gone or changed since it was chosen
 */
export async function readBlob(blob: Blob, name: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch (cause) {
    const isGone = cause instanceof DOMException && cause.name === 'NotFoundError';
    throw isGone
      ? new EngineError('load-failed', `${name} was moved or changed after it was chosen; choose it again.`, {
          cause,
        })
      : new EngineError(
          'out-of-memory',
          `${name} (${Math.round(blob.size / 1e6)} MB) cannot be read into the memory that the browser gives this page; close other tabs, or choose a smaller model or precision.`,
          { cause },
        );
  }
}

/** A File or Blob, read by slices. */
export function blobSource(blob: Blob, name: string): ByteSource {
  const source = {
    name,
    size: blob.size,
    async read(offset: number, length: number) {
      checkRange(source, offset, length);
      return readBlob(blob.slice(offset, offset + length), name);
    },
  };
  return source;
}

/** Bytes in memory; reads are views, not copies. */
export function bytesSource(bytes: Uint8Array, name: string): ByteSource {
  const source = {
    name,
    size: bytes.byteLength,
    async read(offset: number, length: number) {
      checkRange(source, offset, length);
      return bytes.subarray(offset, offset + length);
    },
  };
  return source;
}
