/** Chunks are handed to the browser, which may put them on disk, in blobs of this many bytes. */
const BLOB_BYTES = 8 * 2 ** 20;

/** Bytes that come in chunks, kept as blobs. */
export interface Pieces {
  /** Bytes so far. */
  readonly size: number;
  add(chunk: Uint8Array<ArrayBuffer>): void;
  clear(): void;
  blob(): Blob;
}

export function createPieces(): Pieces {
  const blobs: Blob[] = [];
  let chunks: Uint8Array<ArrayBuffer>[] = [];
  let loose = 0;
  let size = 0;
  return {
    get size() {
      return size;
    },
    add(chunk) {
      chunks.push(chunk);
      loose += chunk.byteLength;
      size += chunk.byteLength;
      if (loose < BLOB_BYTES) return;
      blobs.push(new Blob(chunks));
      chunks = [];
      loose = 0;
    },
    clear() {
      blobs.length = 0;
      chunks = [];
      loose = 0;
      size = 0;
    },
    blob: () => new Blob([...blobs, ...chunks]),
  };
}
