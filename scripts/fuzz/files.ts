import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Input } from './types.ts';

/** An input from the folder that holds its files. */
export async function readInput(folder: string): Promise<Input> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = names
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return Object.fromEntries(
    await Promise.all(
      paths.map(
        async (path) => [path.slice(folder.length + 1), new Uint8Array(await readFile(path))] as const,
      ),
    ),
  );
}

/** Writes an input's files into a folder. */
export async function writeInput(folder: string, input: Input): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(input)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), bytes);
  }
}
