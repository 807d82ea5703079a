import { blobSource } from '../lib/bytes/source.ts';
import { blobFiles } from './blob-files.ts';
import { denseOn } from './dense-budget.ts';
import { download, forget } from './download.ts';
import { isWhole, type RemoteFile } from './fetch-file.ts';
import { exportFiles, type ModelChoice } from './hub-choices.ts';
import type { Repository } from './hub-repository.ts';
import type { ModelMaterial } from './material.ts';
import { type OpenOptions, openGguf } from './open-gguf.ts';
import { openOnnx } from './open-onnx.ts';

/** Kept files that are not what the host states, or no JSON where they should be. */
async function damagedFiles({ files }: ModelChoice, blobs: readonly Blob[]): Promise<RemoteFile[]> {
  const found: RemoteFile[] = [];
  for (const [at, file] of files.entries()) if (!(await isWhole(file, blobs[at]))) found.push(file);
  return found;
}

/**
 * Fetches what a choice needs.
 * @throws EngineError `load-failed` that names host and file; the signal's reason when aborted
 */
export async function hubMaterial(
  { id, files }: Repository,
  choice: ModelChoice,
  options: OpenOptions,
): Promise<ModelMaterial> {
  const { blobs, fromCache, notice } = await download(choice.files, options);
  const name = id.replace(/^.*\//, '');
  const byPath = new Map(choice.files.map(({ path }, at) => [path, blobs[at]]));

  async function fetchMore(path: string): Promise<Blob> {
    const file = files.find((each) => each.path === path);
    if (!file) throw new TypeError(`${path} is not in ${id}`);
    const [blob] = (await download([file], options)).blobs;
    return blob;
  }

  return {
    async open(runtime, rest) {
      if (choice.format === 'gguf') {
        const parts = choice.files.map(({ path }, at) => blobSource(blobs[at], path));
        return openGguf(parts, runtime, rest);
      }
      const paths = files.map(({ path }) => path);
      const named = new Map<string, Blob>();
      for (const [plain, path] of exportFiles(paths, choice.file)) {
        const blob = byPath.get(path);
        if (blob) named.set(plain, blob);
      }
      return openOnnx(blobFiles(name, named, { paths, fetch: fetchMore }), runtime, {
        graph: choice.file,
        onProgress: rest.onProgress,
        ...denseOn(runtime.kind),
      });
    },
    fromCache,
    notice,
    async forgetDamaged() {
      if (!fromCache) return false;
      const damaged = await damagedFiles(choice, blobs);
      await forget(damaged.flatMap(({ url, aliases = [] }) => [url, ...aliases]));
      return damaged.length > 0;
    },
  };
}
