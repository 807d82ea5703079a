/** A 128-bit hash (xxHash128) that is fed piece by piece: it tells data apart and is no protection against forgery. */
export interface FastHash {
  /** Forgets what it was fed. */
  restart(): void;
  update(data: Uint8Array | string): void;
  /** 32 hexadecimal digits; `restart` comes before the next use. */
  digest(): string;
}

/** Makes a hash of its own, ready to be fed. */
export async function fastHash(): Promise<FastHash> {
  const { createXXHash128 } = await import('hash-wasm');
  const hasher = (await createXXHash128()).init();
  return {
    restart: () => void hasher.init(),
    update: (data) => void hasher.update(data),
    digest: () => hasher.digest('hex'),
  };
}

/** The hash of texts, one after another with a mark between them. */
export function hashTexts(hash: FastHash, texts: Iterable<string>): string {
  hash.restart();
  for (const text of texts) {
    hash.update(text);
    hash.update('\u0000');
  }
  return hash.digest();
}
