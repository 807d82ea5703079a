import { type UnzipFileFilter, unzip, Zip, ZipPassThrough } from 'fflate';
import { unpackLimit } from '../../src/bytes/unpack-limit.ts';
import { EngineError } from '../../src/errors.ts';
import type { RunFile } from '../../src/protocol/study-messages.ts';

/** A run's files as one; features hardly get smaller, so nothing is compressed, and nothing is held in memory as a whole. */
export async function archiveOf(files: readonly RunFile[]): Promise<Blob> {
  const parts: Blob[] = [];
  const archive = new Zip((error, chunk) => {
    if (error) throw error;
    parts.push(new Blob([chunk]));
  });
  for (const { name, blob } of files) {
    const entry = new ZipPassThrough(name);
    archive.add(entry);
    const reader = blob.stream().getReader();
    for (let read = await reader.read(); !read.done; read = await reader.read()) entry.push(read.value);
    entry.push(new Uint8Array(0), true);
  }
  archive.end();
  return new Blob(parts, { type: 'application/zip' });
}

/**
 * The files of runs among those that were chosen, an archive's in its place.
 * @throws EngineError `bad-input` where an archive cannot be read, or unpacks to more than one of its size may
 */
export async function unpacked(files: readonly File[]): Promise<File[]> {
  const lists = await Promise.all(
    files.map(async (file) => {
      if (!/\.zip$/i.test(file.name)) return [file];
      const bytes = new Uint8Array(await file.arrayBuffer());
      return new Promise<File[]>((resolve, reject) => {
        const check = unpackLimit(bytes.length, file.name);
        const filter: UnzipFileFilter = (entry) => {
          check(entry);
          return true;
        };
        unzip(bytes, { filter }, (error, contents) => {
          if (error)
            reject(
              new EngineError(
                'bad-input',
                `${file.name} cannot be read: it is no ZIP archive, or is cut short.`,
                {
                  cause: error,
                },
              ),
            );
          else
            resolve(
              Object.entries(contents).map(
                ([path, content]) => new File([content], path.split('/').at(-1) ?? path),
              ),
            );
        });
      });
    }),
  );
  return lists.flat();
}
