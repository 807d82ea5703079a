import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { ByteSource } from '../bytes/source.ts';
import { EngineError } from '../errors.ts';
import { splitNames } from '../gguf/split.ts';

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

/** Opens a file on disk for reading by ranges while `use` runs. */
export async function withFile<T>(path: string, use: (source: ByteSource) => Promise<T>): Promise<T> {
  const handle = await open(path, 'r').catch((cause: unknown) => {
    throw new EngineError('load-failed', `${path} cannot be read; check the path.`, { cause });
  });
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
