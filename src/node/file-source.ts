import { existsSync } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { splitNames } from '../graph/gguf/split.ts';
import type { ByteSource } from '../lib/bytes/source.ts';
import { EngineError } from '../lib/errors.ts';
import { shownName } from '../lib/shown.ts';
import { withFileErrors } from './files.ts';

/** Characters of a path that a sentence shows. */
const PATH_LENGTH = 300;

/** Opens a GGUF file for reading while `use` runs; of a split model all parts that lie beside it. */
export async function withGguf<T>(
  path: string,
  use: (sources: readonly ByteSource[]) => Promise<T>,
): Promise<T> {
  const beside = splitNames(path)?.filter((part) => existsSync(part)) ?? [];
  const parts = beside.includes(path) ? beside : [path];
  const openAll = ([next, ...rest]: readonly string[], sources: readonly ByteSource[]): Promise<T> =>
    next === undefined ? use(sources) : withFile(next, (source) => openAll(rest, [...sources, source]));
  return openAll(parts, []);
}

/** Opens a file, but neither a folder nor what has no size: a pipe would be waited for without end. */
async function openRegular(path: string): Promise<FileHandle> {
  const found = await stat(path);
  if (found.isDirectory())
    throw new EngineError(
      'load-failed',
      `${shownName(path, PATH_LENGTH)} is a folder; give a file that is in it.`,
    );
  if (!found.isFile())
    throw new EngineError(
      'load-failed',
      `${shownName(path, PATH_LENGTH)} is a device or a pipe, not a file on disk; save what it gives to a file first.`,
    );
  return open(path, 'r');
}

/** Opens a file on disk for reading by ranges while `use` runs. */
export async function withFile<T>(path: string, use: (source: ByteSource) => Promise<T>): Promise<T> {
  const handle = await withFileErrors(path, () => openRegular(path));
  const { size } = await handle.stat();
  const source: ByteSource = {
    name: path,
    size,
    async read(offset, length) {
      if (!(offset >= 0 && length >= 0 && offset + length <= size)) {
        throw new RangeError(
          `${path}: bytes ${offset} to ${offset + length} were asked for, but the file ends at ${size}; it may be truncated.`,
        );
      }
      const bytes = new Uint8Array(length);
      let done = 0;
      while (done < length) {
        const { bytesRead } = await handle.read(bytes, done, length - done, offset + done);
        if (bytesRead === 0)
          throw new EngineError('load-failed', `${path} became shorter while it was read; open it again.`);
        done += bytesRead;
      }
      return bytes;
    },
  };
  try {
    return await use(source);
  } finally {
    await handle.close();
  }
}
