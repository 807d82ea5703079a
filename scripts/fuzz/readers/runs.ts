import 'fake-indexeddb/auto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { unpackRuns } from '../../../src/lib/bytes/zip-files.ts';
import { openRunDatabase, removeRun } from '../../../src/studies/identify/run-database.ts';
import { importRun } from '../../../src/studies/identify/run-files.ts';
import { parseCorrections } from '../../../src/studies/identify/run-format.ts';
import { folderStore, withRun } from '../../../src/studies/identify/terminal/run-folder.ts';
import { parseLabels } from '../../../src/studies/impact/labels.ts';
import { impactReport } from '../../../src/studies/impact/report.ts';
import { impactFolder } from '../../../src/studies/impact/terminal/sweep-folder.ts';
import { learnableManifest, writeLearnable } from '../../../test/support/study-runs.ts';
import { readInput, writeInput } from '../files.ts';
import { changeBytes } from '../mutate/bytes.ts';
import { type Dice, oneOf } from '../mutate/dice.ts';
import { changeJson, changeJsonLines, encodeText, textOf, utf8 } from '../mutate/text.ts';
import { changeZip } from '../mutate/zip.ts';
import type { Input, Reader } from '../types.ts';
import { asJsonLines, fileReader, onlyFile, projectFile } from './one-file.ts';

/** Lets `use` work in a folder that is gone behind it. */
async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A run of a few questions, with corrections. */
function smallRun(): Promise<Input> {
  return inFolder(async (folder) => {
    const run = join(folder, 'run');
    const store = folderStore(run);
    await writeLearnable(store);
    await store.close();
    const files = await readInput(run);
    const rows = 8;
    const lines = textOf(files['records.jsonl']!).split('\n').slice(0, 10);
    const bytes = 2 * learnableManifest.vectors.length * 40;
    const manifest = JSON.parse(textOf(files['run.json']!));
    return {
      'run.json': utf8(JSON.stringify({ ...manifest, questions: { ...manifest.questions, count: 10 } })),
      'records.jsonl': utf8(`${lines.join('\n')}\n`),
      'features.f16': files['features.f16']!.slice(0, rows * bytes),
      'corrections.jsonl': utf8('{"index": 0, "label": "wrong"}\n{"index": 3, "label": "left-out"}\n'),
    };
  });
}

function smallSweep(): Input {
  const { manifest, records } = JSON.parse(textOf(projectFile('test/fixtures/impact/terminal.json')));
  return {
    'impact.json': utf8(JSON.stringify(manifest)),
    'records.jsonl': utf8(records.map((record: unknown) => `${JSON.stringify(record)}\n`).join('')),
  };
}

/** Other content of a file of a run's folder. */
function changeRunFile(dice: Dice, content: Uint8Array, name: string): Uint8Array {
  if (name.endsWith('.json')) return encodeText(dice, changeJson(dice, textOf(content)));
  return name.endsWith('.jsonl')
    ? encodeText(dice, changeJsonLines(dice, textOf(content)))
    : changeBytes(dice, content);
}

function changeFolder(dice: Dice, input: Input): Input {
  const name = dice.pick(Object.keys(input));
  return oneOf(dice, [
    [8, () => ({ ...input, [name]: changeRunFile(dice, input[name]!, name) })],
    [1, () => Object.fromEntries(Object.entries(input).filter(([each]) => each !== name))],
    [1, () => ({ ...input, [name]: input[dice.pick(Object.keys(input))]! })],
  ]);
}

async function readRunFolder(input: Input): Promise<void> {
  await inFolder(async (folder) => {
    await writeInput(folder, input);
    await withRun(folder, async ({ records, features }) => {
      for (const { row } of records) if (row !== undefined) await features(row);
    });
    const store = folderStore(folder);
    try {
      await store.load();
    } finally {
      await store.close();
    }
  });
}

async function readSweepFolder(input: Input): Promise<void> {
  await inFolder(async (folder) => {
    await writeInput(folder, input);
    const sweep = await impactFolder(folder).load();
    if (sweep) await impactReport(sweep.manifest, sweep.records, { seed: 1 });
  });
}

/** Takes an archive or files as the page does. */
async function importFiles(input: Input): Promise<void> {
  const files = Object.entries(input).map(
    ([name, bytes]) => new File([bytes as Uint8Array<ArrayBuffer>], name),
  );
  const db = await openRunDatabase();
  try {
    await importRun(db, 'fuzzed', await unpackRuns(files));
    await removeRun(db, 'fuzzed');
  } finally {
    db.close();
  }
}

const SUITE_LABELS = [
  { type: 'label', suite: 'False premises', id: 'history/1', text: 'It is.', label: 'along' },
  { type: 'free', suite: 'False premises', id: 'history/1', answers: [] },
  { type: 'label', suite: 'False premises', id: 'biology/1', text: 'No.', label: 'neither' },
];

export const runReaders: readonly Reader[] = [
  {
    name: 'run-folder',
    title: 'folders of identification runs',
    seeds: async () => [await smallRun()],
    mutate: (dice, seeds) => changeFolder(dice, dice.pick(seeds)),
    read: readRunFolder,
  },
  {
    name: 'sweep-folder',
    title: 'folders of sweeps',
    seeds: () => [smallSweep()],
    mutate: (dice, seeds) => changeFolder(dice, dice.pick(seeds)),
    read: readSweepFolder,
  },
  {
    name: 'run-import',
    title: 'files of a run, opened on the page',
    seeds: async () => [await smallRun()],
    mutate: (dice, seeds) => changeFolder(dice, dice.pick(seeds)),
    read: importFiles,
  },
  {
    name: 'run-archive',
    title: 'ZIP archives of runs',
    seeds: async () => [{ 'run.zip': zipSync(await smallRun(), { level: 0, mtime: new Date(1980, 0, 1) }) }],
    mutate(dice, seeds) {
      const [name, bytes] = onlyFile(dice.pick(seeds));
      return {
        [name]: dice.chance(0.7)
          ? changeZip(dice, bytes, (content, file) => changeRunFile(dice, content, file))
          : changeBytes(
              dice,
              bytes,
              [bytes],
              dice.pick([
                [0, 100],
                [bytes.length - 400, bytes.length],
                [0, bytes.length],
              ]),
            ),
      };
    },
    read: importFiles,
  },
  fileReader({
    name: 'labels',
    title: 'labels of free answers',
    files: () => [['labels.jsonl', SUITE_LABELS.map((label) => JSON.stringify(label)).join('\n')]],
    change: asJsonLines,
    read: (bytes) => parseLabels(textOf(bytes)),
  }),
  fileReader({
    name: 'corrections',
    title: 'corrections of answers',
    files: () => [
      ['corrections.jsonl', '{"index": 0, "label": "wrong"}\n{"index": 3, "label": "left-out"}\n'],
    ],
    change: asJsonLines,
    read: (bytes) => parseCorrections(textOf(bytes)),
  }),
];
