import { EngineError } from '../errors.ts';
import type { ModelFiles } from './onnx-files.ts';

/** A file's bytes; says what to do where it is too large for memory or has gone since it was chosen. */
async function bytesOf(blob: Blob, path: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch (cause) {
    const isGone = cause instanceof DOMException && cause.name === 'NotFoundError';
    throw isGone
      ? new EngineError('load-failed', `${path} was moved or changed after it was chosen; choose it again.`, {
          cause,
        })
      : new EngineError(
          'out-of-memory',
          `${path} (${Math.round(blob.size / 1e6)} MB) cannot be read into the memory that the browser gives this page; close other tabs, or choose a smaller model or precision.`,
          { cause },
        );
  }
}

/**
 * An export's files as `openOnnx` reads them.
 * @param more fetches files that are not at hand; `list` names them, too
 */
export function blobFiles(
  name: string,
  blobs: ReadonlyMap<string, Blob>,
  more: { readonly paths: readonly string[]; fetch(path: string): Promise<Blob> } = {
    paths: [],
    fetch: (path) => Promise.reject(new EngineError('load-failed', `${name} lacks ${path}.`)),
  },
): ModelFiles {
  const paths = [...new Set([...blobs.keys(), ...more.paths])];
  return {
    name,
    list: () => paths,
    read: async (path) => bytesOf(blobs.get(path) ?? (await more.fetch(path)), path),
  };
}
