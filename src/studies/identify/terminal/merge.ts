import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { EngineError } from '../../../lib/errors.ts';
import { readText, syncFolder, withFileErrors, writeWhole } from '../../../node/files.ts';
import { type FolderLock, lockFolder } from '../../../node/folder-lock.ts';
import type { Correction } from '../corrections.ts';
import { type MergePlan, mergeRuns } from '../merge.ts';
import { formatLine, parseCorrections, RUN_FILES } from '../run-format.ts';
import { type FolderRun, folderStore, withRun } from './run-folder.ts';

export interface MergeOptions {
  readonly out: string;
  /** Takes the place of a run that is there; a person's labels in it are taken along. */
  readonly replace?: boolean;
}

export interface MergeReport {
  readonly runs: number;
  readonly questions: number;
  readonly of: number;
  readonly missing: readonly number[];
  /** Whether the result was written: what lacks something never takes the place of a run that is there. */
  readonly written: boolean;
  /** What a person should know of the runs as they were read. */
  readonly notes: readonly string[];
}

/** Opens several runs at once. */
async function withRuns<T>(
  folders: readonly string[],
  use: (runs: readonly FolderRun[]) => Promise<T>,
  opened: readonly FolderRun[] = [],
): Promise<T> {
  const [folder, ...rest] = folders;
  if (folder === undefined) return use(opened);
  return withRun(folder, (run) => withRuns(rest, use, [...opened, run]));
}

/** Corrections of a folder; none without it. */
async function correctionsIn(folder: string): Promise<Correction[]> {
  const path = join(folder, RUN_FILES.corrections);
  return existsSync(path) ? parseCorrections(await readText(path), ` in ${folder}`) : [];
}

async function writeCorrections(folder: string, corrections: readonly Correction[]): Promise<void> {
  if (corrections.length > 0)
    await writeWhole(join(folder, RUN_FILES.corrections), corrections.map(formatLine).join(''));
}

/** Of two labels of one question the later one counts. */
const together = (first: readonly Correction[], later: readonly Correction[]): Correction[] =>
  [...new Map([...first, ...later].map((each) => [each.index, each])).values()].sort(
    (a, b) => a.index - b.index,
  );

async function write(plan: MergePlan, runs: readonly FolderRun[], folder: string): Promise<void> {
  const store = folderStore(folder, { together: true });
  try {
    await store.begin(plan.manifest);
    for (const { record, from, row } of plan.records)
      await store.append(record, row === undefined ? undefined : await runs[from].features(row));
  } finally {
    await store.close();
  }
}

/** Folders beside the result: what is being written, and what was there before while the two change places. */
const partOf = (out: string) => `${out}.part`;
const formerOf = (out: string) => `${out}.former`;

/** Ends what a process that was stopped between two renames left; of a person's labels none is lost. */
async function settle(out: string): Promise<void> {
  const former = formerOf(out);
  if (!existsSync(former)) return;
  if (existsSync(out)) {
    await writeCorrections(out, together(await correctionsIn(former), await correctionsIn(out)));
    await rm(former, { recursive: true });
  } else await rename(former, out);
}

/** Puts a folder that is whole in its place; what stood there is removed only behind that. */
async function putInPlace(out: string): Promise<void> {
  if (existsSync(out)) await rename(out, formerOf(out));
  await rename(partOf(out), out);
  await syncFolder(dirname(out));
  await settle(out);
}

async function checkPlace(out: string, { replace = false }: MergeOptions): Promise<void> {
  if (!existsSync(out)) return;
  const isRun = existsSync(join(out, RUN_FILES.manifest));
  if (isRun && !replace)
    throw new EngineError(
      'bad-input',
      `${out} holds a run already; choose another folder, or add --replace to put the merged run in its place.`,
    );
  if (isRun) return;
  if ((await readdir(out)).length > 0)
    throw new EngineError('bad-input', `${out} is not empty and holds no run; choose another folder.`);
  await rmdir(out);
}

/**
 * Puts the runs of shards together in a folder, which then is what one run over all questions would have left. It is
 * written beside and renamed once it is whole: under its name never stands a part of it. What lacks shards is written where
 * nothing stands, and replaces nothing.
 */
export async function runMerge(folders: readonly string[], options: MergeOptions): Promise<MergeReport> {
  const out = resolve(options.out);
  const lock = await lockFolder(out, { beside: true });
  let inner: FolderLock | undefined;
  try {
    return await withFileErrors(options.out, async () => {
      await settle(out);
      await checkPlace(out, options);
      // A run that is replaced may be one that goes on.
      if (existsSync(out)) inner = await lockFolder(out);
      await rm(partOf(out), { recursive: true, force: true });
      return withRuns(folders, async (runs) => {
        const plan = mergeRuns(runs.map((run, i) => ({ ...run, name: folders[i] })));
        const report = {
          runs: runs.length,
          questions: plan.records.length,
          of: plan.manifest.questions.count,
          missing: plan.missing,
          notes: runs.flatMap(({ notes }) => notes),
        };
        if (plan.missing.length > 0 && existsSync(out)) return { ...report, written: false };
        await mkdir(partOf(out), { recursive: true });
        await write(plan, runs, partOf(out));
        const corrections = together(plan.corrections, await correctionsIn(out));
        await writeCorrections(partOf(out), corrections);
        await lock.check();
        await putInPlace(out);
        return { ...report, written: true };
      });
    });
  } finally {
    await inner?.release();
    await lock.release();
  }
}

export function mergeText({ runs, questions, of, missing, notes, written }: MergeReport): string {
  const what = `${runs} runs merged: ${questions} of ${of} questions`;
  const whole = missing.length === 0 ? what : `${what}; not complete: shard ${missing.join(', ')}`;
  return [...notes, written ? whole : `${whole}; the run that is there was left as it was`].join('\n');
}
