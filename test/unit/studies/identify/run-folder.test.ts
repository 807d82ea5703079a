import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { QuestionRecord } from '../../../../src/studies/identify/records.ts';
import {
  countsOf,
  parseCorrections,
  questionsAsked,
  rowBytes,
} from '../../../../src/studies/identify/run-format.ts';
import { runMerge } from '../../../../src/studies/identify/terminal/merge.ts';
import { folderStore, withRun } from '../../../../src/studies/identify/terminal/run-folder.ts';
import { learnableManifest, writeLearnable } from '../../../support/study-runs.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'run-folder-'));
  folders.push(folder);
  return folder;
}

async function newRun(): Promise<string> {
  const folder = newFolder();
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

describe('merging', () => {
  /** Shards of four questions without features, each with its corrections. */
  async function newShard(index: number, corrections: readonly object[]): Promise<string> {
    const folder = newFolder();
    const store = folderStore(folder);
    const questions = { ...learnableManifest.questions, count: 4 };
    await store.begin({ ...learnableManifest, questions, shard: { index, count: 2 } });
    for (const place of [index, index + 2]) {
      const question = { fact: '', question: '', answers: [], relation: '', source: 'own' };
      const record: QuestionRecord = {
        index: place,
        question: { id: `q${place}`, ...question },
        status: 'mixed',
        replies: [],
      };
      await store.append(record, undefined);
    }
    await store.close();
    if (corrections.length > 0)
      writeFileSync(
        join(folder, 'corrections.jsonl'),
        corrections.map((each) => `${JSON.stringify(each)}\n`).join(''),
      );
    return folder;
  }

  it('takes a person’s labels along, each from the shard that asks the question', async () => {
    const second = await newShard(1, [
      { index: 3, label: 'left-out' },
      { index: 0, label: 'wrong' },
    ]);
    const first = await newShard(0, [{ index: 0, label: 'right' }]);
    const out = join(newFolder(), 'merged');
    await runMerge([second, first], { out });
    expect(readFileSync(join(out, 'corrections.jsonl'), 'utf8')).toBe(
      '{"index":0,"label":"right"}\n{"index":3,"label":"left-out"}\n',
    );
    const none = join(newFolder(), 'merged');
    await runMerge([await newShard(0, []), await newShard(1, [])], { out: none });
    expect(existsSync(join(none, 'corrections.jsonl'))).toBe(false);
  });
});

describe('a damaged run', () => {
  const linesOf = (folder: string) => readFileSync(join(folder, 'records.jsonl'), 'utf8').split('\n');

  it.each([
    ['is no JSON', (line: string) => line.slice(1)],
    ['is no record', () => '{"index": 1}'],
    ['has features but no answer', (line: string) => line.replace('"answer":', '"other":')],
  ])('is refused, and nothing is cut off, where a line in the middle %s', async (_what, damage) => {
    const folder = await newRun();
    const lines = linesOf(folder);
    lines[2] = damage(lines[2]!);
    writeFileSync(join(folder, 'records.jsonl'), lines.join('\n'));
    const refusal = { code: 'bad-input', message: expect.stringMatching(/^Line 3 of records\.jsonl/) };
    await expect(withRun(folder, async () => 0)).rejects.toMatchObject(refusal);
    const store = folderStore(folder);
    await expect(store.load()).rejects.toMatchObject(refusal);
    await store.close();
    expect(linesOf(folder)).toEqual(lines);
  });

  it('is refused where its description lacks a part', async () => {
    const folder = await newRun();
    const { questions: _, ...rest } = learnableManifest;
    writeFileSync(join(folder, 'run.json'), JSON.stringify(rest));
    await expect(withRun(folder, async () => 0)).rejects.toThrow(/does not describe a run/);
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
