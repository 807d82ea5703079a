import { existsSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OnProgress } from '../../../lib/bytes/progress.ts';
import { parseNeuronSet } from '../../../neurons/set-file.ts';
import { readText } from '../../../node/files.ts';
import type { CliDevice } from '../../../node/open-model.ts';
import { type Evaluation, evaluateSet } from '../evaluate.ts';
import type { RunProgress } from '../run.ts';
import { verdictText } from './fit.ts';
import { runIdentify } from './identify.ts';
import type { QuestionChoice } from './question-file.ts';
import { type FolderRun, withRun } from './run-folder.ts';

export interface EvaluateOptions extends QuestionChoice {
  readonly model: string;
  readonly device: CliDevice;
  /** Folder of a run, or a question set that is asked first. */
  readonly questions: string;
  /** Where a question set's run is kept; nowhere where it is left out. */
  readonly out?: string;
  /** Folder of the run that the set comes from. */
  readonly train?: string;
  readonly samples: number;
  readonly agree?: number;
  readonly draws: number;
  readonly seed: number;
}

/** Gives the folder of the run to test on to `use`; a question set is asked first. */
async function withFolder<T>(
  options: EvaluateOptions,
  report: (progress: RunProgress) => void,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const { questions, out } = options;
  if (existsSync(questions) && statSync(questions).isDirectory()) return use(questions);
  const folder = out ?? (await mkdtemp(join(tmpdir(), 'hneurons-')));
  try {
    await runIdentify({ ...options, out: folder, shard: { index: 0, count: 1 }, resume: true }, report);
    return await use(folder);
  } finally {
    if (out === undefined) await rm(folder, { recursive: true });
  }
}

/** Tests a set's file on a run. */
export async function runEvaluate(
  file: string,
  options: EvaluateOptions,
  report: (progress: RunProgress) => void,
  onProgress?: OnProgress,
): Promise<Evaluation> {
  const set = parseNeuronSet(await readText(file));
  const { draws, seed, train } = options;
  return withFolder(options, report, (folder) =>
    withRun(folder, async (run) => {
      const evaluate = (trainRun?: FolderRun) => evaluateSet(set, run, { draws, seed, trainRun, onProgress });
      return train === undefined ? evaluate() : withRun(train, evaluate);
    }),
  );
}

export function evaluationText({ verdict, answers, calledMadeUp, heldOutOnly, note }: Evaluation): string {
  const which = heldOutOnly ? 'questions held out when the set was found' : 'all questions of the run';
  const share = `${(100 * calledMadeUp).toFixed(1)} % of ${answers} answers are called made up (${which})`;
  const result = verdict
    ? `${share}\n${verdictText(verdict)}`
    : `${share}; all are of one kind, so there is no AUROC`;
  return note === undefined ? result : `${note}\n${result}`;
}
