import { readBlob } from '../lib/bytes/source.ts';
import { EngineError } from '../lib/errors.ts';
import type { ModelFiles } from './onnx-files.ts';

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
    read: async (path) => readBlob(blobs.get(path) ?? (await more.fetch(path)), path),
  };
}
