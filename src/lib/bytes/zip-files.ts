import { readBlob } from './source.ts';
import { unzipWithin } from './unpack-limit.ts';

/**
 * The files of runs among those that were chosen, an archive's in its place.
 * @throws EngineError `bad-input` where an archive cannot be read, or unpacks to more than one of its size may
 */
export async function unpackRuns(files: readonly File[]): Promise<File[]> {
  const all: File[] = [];
  for (const file of files) {
    if (!/\.zip$/i.test(file.name)) {
      all.push(file);
      continue;
    }
    // What is unpacked is copied into files, and read from them.
    const contents = unzipWithin(await readBlob(file, file.name), file.name, 0.2);
    for (const [path, content] of Object.entries(contents)) {
      if (!path.endsWith('/'))
        all.push(new File([content as Uint8Array<ArrayBuffer>], path.split('/').at(-1) ?? path));
    }
  }
  return all;
}
