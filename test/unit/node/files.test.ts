import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileError, isFileError, readText, writeWhole } from '../../../src/node/files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'files-'));
});
afterEach(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

const refused = (code: string, syscall: string) =>
  Object.assign(new Error('raw'), { code, syscall, path: '/data/set.json' });

describe('a file that is written whole', () => {
  it('takes the place of what is there, with its permissions, behind a link, and leaves nothing beside', async () => {
    writeFileSync(at('old'), 'old');
    chmodSync(at('old'), 0o640);
    symlinkSync(at('old'), at('link'));
    await writeWhole(at('link'), 'new');
    await writeWhole(at('fresh'), Uint8Array.of(1, 2));
    expect(readFileSync(at('old'), 'utf8')).toBe('new');
    expect(statSync(at('old')).mode & 0o777).toBe(0o640);
    expect(readdirSync(folder).sort()).toEqual(['fresh', 'link', 'old']);
  });

  it('is what it was where it cannot be written, and the reason is one sentence', async () => {
    await expect(writeWhole(folder, 'x')).rejects.toMatchObject({
      code: 'load-failed',
      message: `${folder} cannot be opened: it is a folder, and a file is needed; name a file.`,
    });
    await expect(writeWhole(join(at('none'), 'set.json'), 'x')).rejects.toThrow(
      /it is not there; check the path/,
    );
    await expect(writeWhole('/dev/full', 'x')).rejects.toMatchObject({
      code: 'storage-full',
      message:
        '/dev/full cannot be written: there is no space left on its disk; free some, then start again.',
    });
    await writeWhole('/dev/null', 'x');
    await expect(readText(folder)).rejects.toThrow(/is a folder, and a file is needed/);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('what the operating system says', () => {
  it.each([
    ['ENOSPC', 'write', 'storage-full', 'cannot be written: there is no space left on its disk'],
    ['EDQUOT', 'write', 'storage-full', 'cannot be written: the quota of disk space is used up'],
    ['EROFS', 'open', 'load-failed', 'cannot be opened: its file system can only be read'],
    ['EACCES', 'mkdir', 'load-failed', 'cannot be written: permission is denied'],
    ['EISDIR', 'read', 'load-failed', 'cannot be read: it is a folder'],
    ['EIO', 'read', 'load-failed', 'cannot be read: the disk reports an error'],
  ])('%s at %s is one sentence with the place', (code, syscall, kind, text) => {
    const error = fileError(refused(code, syscall)) as Error;
    expect(error).toMatchObject({ code: kind, message: expect.stringContaining(`/data/set.json ${text}`) });
    expect(error.message).toMatch(/^[^\n]*\.$/);
  });

  it('is left as it is where it is no matter of files', () => {
    const error = new TypeError('no');
    expect(fileError(error)).toBe(error);
    expect(isFileError(refused('ECONNREFUSED', 'connect'))).toBe(false);
  });
});
