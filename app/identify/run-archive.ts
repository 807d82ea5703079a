import { Zip, ZipPassThrough } from 'fflate';
import type { RunFile } from '../../src/studies/identify/run-files.ts';

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
