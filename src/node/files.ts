import { existsSync } from 'node:fs';
import { mkdir, open, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { EngineError } from '../lib/errors.ts';

/** What keeps a file from being read or written, and what to do, by the code of the operating system. */
const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'there is no space left on its disk; free some, then start again',
  EDQUOT: 'the quota of disk space is used up; free some, then start again',
  EFBIG: 'it would grow larger than its file system allows; choose another place',
  EROFS: 'its file system can only be read; choose another place',
  EACCES: 'permission is denied; change the permissions, or choose another place',
  EPERM: 'the operation is not permitted; change the permissions, or choose another place',
  EISDIR: 'it is a folder, and a file is needed; name a file',
  ENOTDIR: 'a part of its path is a file and not a folder; check the path',
  ENOENT: 'it is not there; check the path',
  EEXIST: 'it is there already; choose another place',
  ENOTEMPTY: 'it is a folder that is not empty; choose another place',
  ENAMETOOLONG: 'its name is too long; choose a shorter one',
  ELOOP: 'its links lead round in a circle; check the path',
  EMFILE: 'too many files are open; close some programs, or raise the limit with "ulimit -n"',
  ENFILE: 'too many files are open; close some programs',
  EBUSY: 'something else is using it; close that, then start again',
  EIO: 'the disk reports an error of input or output; check the disk',
  ESTALE: 'the file server has lost it; check that its folder is still there',
  ETIMEDOUT: 'the file server does not answer; check the network, then start again',
};

const FULL: readonly string[] = ['ENOSPC', 'EDQUOT', 'EFBIG'];

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

/** Whether the operating system refused something that has to do with a file. */
export function isFileError(error: unknown): error is NodeJS.ErrnoException {
  const code = codeOf(error);
  return code !== undefined && Object.hasOwn(REASONS, code);
}

/**
 * The sentence for what the operating system says of a file; anything else as it is.
 * @param path what could not be read or written; the one that the system names where it is left out
 */
export function fileError(error: unknown, path?: string): unknown {
  if (!isFileError(error)) return error;
  const { code = '', syscall } = error;
  const place = path ?? error.path ?? 'A file';
  const what = /read|scandir|stat/.test(syscall ?? '') ? 'read' : syscall === 'open' ? 'opened' : 'written';
  return new EngineError(
    FULL.includes(code) ? 'storage-full' : 'load-failed',
    `${place} cannot be ${what}: ${REASONS[code]}.`,
    { cause: error },
  );
}

/** Does something with files below a path; what the system refuses becomes a sentence. */
export async function withFileErrors<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw fileError(error, path);
  }
}

/** Reads a text file. @throws EngineError `load-failed` that says why it cannot be read */
export const readText = (path: string): Promise<string> => withFileErrors(path, () => readFile(path, 'utf8'));

/**
 * Makes a folder and those above it, where they are not there.
 * @throws what the system says of the folder that it will not make; Node says of all that they are not there
 */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    let missing = resolve(folder);
    while (!existsSync(dirname(missing))) missing = dirname(missing);
    if (codeOf(error) === 'ENOENT' && !existsSync(missing)) await mkdir(missing);
    throw error;
  }
}

/** Makes the names in a folder last through a loss of power, where the system can. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

/**
 * Writes a file so that under its name stands either all of it or what stood there before, whatever happens meanwhile: it
 * is written beside, and renamed once the disk has it. Devices and pipes are written to as they are.
 * @throws EngineError `storage-full`, `load-failed`
 */
export function writeWhole(path: string, data: string | Uint8Array): Promise<void> {
  return withFileErrors(path, async () => {
    const target = await realpath(path).catch(() => path);
    const before = await stat(target).catch(() => undefined);
    // The standard output, too, by its name: whoever redirected it holds the file that is there.
    if ((before && !before.isFile()) || /^\/(dev|proc)\//.test(path)) return writeFile(path, data);
    const part = join(dirname(target), `.${basename(target)}.${process.pid}.part`);
    try {
      const handle = await open(part, 'w', before?.mode);
      try {
        await handle.writeFile(data);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(part, target);
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
    await syncFolder(dirname(target));
  });
}
