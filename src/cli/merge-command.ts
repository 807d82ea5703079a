import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineError } from '../errors.ts';
import { type MergePlan, mergeRuns } from '../identify/merge.ts';
import { formatLine, RUN_FILES } from '../identify/run-format.ts';
import { type FolderRun, folderStore, withRun } from './run-folder.ts';

export interface MergeOptions {
  readonly out: string;
}

export interface MergeReport {
  readonly runs: number;
  readonly questions: number;
  readonly of: number;
  readonly missing: readonly number[];
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

async function write(plan: MergePlan, runs: readonly FolderRun[], out: string): Promise<void> {
  const store = folderStore(out);
  try {
    if (await store.load())
      throw new EngineError('bad-input', `${out} holds a run already; choose another folder.`);
    await store.begin(plan.manifest);
    for (const { record, from, row } of plan.records)
      await store.append(record, row === undefined ? undefined : await runs[from].features(row));
    if (plan.corrections.length > 0)
      await writeFile(join(out, RUN_FILES.corrections), plan.corrections.map(formatLine).join(''));
  } finally {
    await store.close();
  }
}

/** Puts the runs of shards together in a new folder, which then is what one run over all questions would have left. */
export async function runMerge(folders: readonly string[], { out }: MergeOptions): Promise<MergeReport> {
  return withRuns(folders, async (runs) => {
    const plan = mergeRuns(runs.map((run, i) => ({ ...run, name: folders[i] })));
    await write(plan, runs, out);
    return {
      runs: runs.length,
      questions: plan.records.length,
      of: plan.manifest.questions.count,
      missing: plan.missing,
    };
  });
}

export function mergeText({ runs, questions, of, missing }: MergeReport): string {
  const what = `${runs} runs merged: ${questions} of ${of} questions`;
  return missing.length === 0 ? what : `${what}; not complete: shard ${missing.join(', ')}`;
}
