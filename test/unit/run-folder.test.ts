import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { folderStore, withRun } from '../../src/cli/run-folder.ts';
import { countsOf, parseCorrections, questionsAsked, rowBytes } from '../../src/identify/run-format.ts';
import { learnableManifest, writeLearnable } from '../support/study-runs.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

async function newRun(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'run-folder-'));
  folders.push(folder);
  const store = folderStore(folder);
  await writeLearnable(store);
  await store.close();
  return folder;
}

describe('corrections of a run’s folder', () => {
  it('are none without the file', async () => {
    expect(await withRun(await newRun(), async ({ corrections }) => corrections)).toEqual([]);
  });

  it('are read line by line; the last of one question counts', async () => {
    const folder = await newRun();
    const lines = [
      { index: 7, label: 'right' },
      { index: 2, label: 'left-out' },
      { index: 7, label: 'wrong' },
    ];
    writeFileSync(
      join(folder, 'corrections.jsonl'),
      `${lines.map((line) => JSON.stringify(line)).join('\r\n')}\n\n`,
    );
    expect(await withRun(folder, async ({ corrections }) => corrections)).toEqual([
      { index: 2, label: 'left-out' },
      { index: 7, label: 'wrong' },
    ]);
  });

  it.each([
    '{"index": 1}',
    '{"index": -1, "label": "right"}',
    '{"index": 1, "label": "maybe"}',
    'no',
    '3',
    'null',
  ])('are refused with the line where one is %s', (line) => {
    expect(() => parseCorrections(`{"index": 0, "label": "right"}\n${line}`)).toThrow(
      /Line 2 of corrections\.jsonl is no correction/,
    );
  });
});

describe('a run’s format', () => {
  it('counts questions of a shard, records by status, and bytes of a row', async () => {
    const shards = [0, 1, 2].map((index) =>
      questionsAsked({
        questions: { ...learnableManifest.questions, count: 11 },
        shard: { index, count: 3 },
      }),
    );
    expect(shards).toEqual([4, 4, 3]);
    expect(rowBytes(learnableManifest)).toBe(2 * 6 * 40);
    const { right, wrong, mixed, ...others } = await withRun(await newRun(), async ({ records }) =>
      countsOf(records),
    );
    expect({ right, wrong, mixed }).toEqual({ right: 48, wrong: 48, mixed: 24 });
    expect(others).toEqual({ uncertain: 0, skipped: 0 });
  });
});
