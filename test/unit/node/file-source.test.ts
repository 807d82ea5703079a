import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withFile } from '../../../src/node/file-source.ts';
import { readQuestions } from '../../../src/studies/identify/terminal/question-file.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'paths-'));
  mkdirSync(join(folder, 'a folder'));
  writeFileSync(join(folder, 'file.csv'), '');
  symlinkSync(join(folder, 'nowhere'), join(folder, 'dangling'));
  symlinkSync(join(folder, 'round'), join(folder, 'round'));
  execFileSync('mkfifo', [join(folder, 'pipe')]);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('a path that leads to no file', () => {
  it.each([
    ['a folder', 'is a folder; give a file that is in it.'],
    ['nowhere', 'cannot be read: it is not there; check the path.'],
    ['dangling', 'cannot be read: it is not there; check the path.'],
    ['round', 'cannot be read: its links lead round in a circle; check the path.'],
    ['file.csv/inner', 'cannot be read: a part of its path is a file and not a folder; check the path.'],
    ['pipe', 'is a device or a pipe, not a file on disk; save what it gives to a file first.'],
    ['../../dev/zero', 'is a device or a pipe, not a file on disk; save what it gives to a file first.'],
  ])('is refused in one sentence: %s', async (name, sentence) => {
    const path = name.endsWith('zero') ? '/dev/zero' : join(folder, name);
    await expect(withFile(path, async () => 0)).rejects.toMatchObject({
      code: 'load-failed',
      message: `${path} ${sentence}`,
    });
  });

  it('is refused where questions are read', async () => {
    await expect(readQuestions(join(folder, 'a folder'))).rejects.toThrow(
      /a folder is a folder; give a file that is in it\.$/,
    );
    await expect(readQuestions(join(folder, 'file.csv'))).rejects.toThrow(/^file\.csv is empty; give a CSV/);
  });
});
