import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { EngineError } from '../../../lib/errors.ts';
import { type FolderLock, lockFolder } from '../../../node/folder-lock.ts';
import { type CliDevice, existingModel } from '../../../node/open-model.ts';
import { sayNotice } from '../../../node/prompt-options.ts';
import { untilStopped } from '../../../node/stop-signals.ts';
import type { RunSettings } from '../ask.ts';
import type { Shard } from '../records.ts';
import { type RunProgress, runIdentification } from '../run.ts';
import { SAMPLE_DEFAULTS, type SampleSettings } from '../sample.ts';
import { openProcesses } from './asking-processes.ts';
import { type QuestionChoice, readQuestions } from './question-file.ts';
import { folderStore } from './run-folder.ts';

/** How questions are asked, by the names of the options. */
type AskingOptions = Partial<Omit<SampleSettings, 'samples' | 'seed' | 'form'>>;

export interface IdentifyOptions extends QuestionChoice, AskingOptions {
  readonly model: string;
  readonly device: CliDevice;
  readonly questions: string;
  readonly out: string;
  readonly samples: number;
  /** All samples where it is left out. */
  readonly agree?: number;
  readonly shard: Shard;
  readonly resume?: boolean;
  /** Cuts a damaged run to what is sound of it. */
  readonly repair?: boolean;
  readonly seed: number;
  /** How questions are put; through the chat template where it is left out. */
  readonly form?: 'chat' | 'plain';
  /** At most; one a core where it is left out. */
  readonly processes?: number;
}

/** "2/8" as the third of eight shards: counted from 0, as job arrays count. */
export function parseShard(text: string): Shard {
  const match = /^(\d{1,6})\/(\d{1,6})$/.exec(text);
  const shard = { index: Number(match?.[1]), count: Number(match?.[2]) };
  if (!match || shard.index >= shard.count)
    throw new EngineError(
      'bad-input',
      `--shard takes INDEX/COUNT, counted from 0, like 0/8 to 7/8, not "${text}".`,
    );
  return shard;
}

/** A line that says how far a run is. */
export function progressText({ done, total, counts, questionsAnHour, left, notice }: RunProgress): string {
  const { right, wrong, mixed, uncertain, skipped } = counts;
  const rate =
    left === undefined ? '' : `, ${questionsAnHour.toFixed(0)} an hour, ${(left / 60).toFixed(0)} min left`;
  return `${notice === undefined ? '' : `${notice}\n`}${done} of ${total}: ${right} right, ${wrong} wrong, ${mixed} mixed, ${uncertain} uncertain, ${skipped} skipped${rate}`;
}

/** Settings that an option gives. */
function chosenSettings(options: AskingOptions & Pick<IdentifyOptions, 'form'>): Partial<SampleSettings> {
  const names = ['temperature', 'topK', 'topP', 'maxTokens', 'instruction'] as const;
  const chosen = Object.fromEntries(
    names.flatMap((name) => (name in options ? [[name, options[name]]] : [])),
  );
  return options.form === 'plain' ? { ...chosen, instruction: '', form: 'plain' } : chosen;
}

/** What is said of a folder whose run was stopped. */
const storedText = ({ done, total }: Pick<RunProgress, 'done' | 'total'>, out: string) =>
  `${done} of ${total} questions are stored in ${out}; start again with --resume to go on.`;

/** What is said where something keeps a run from going on, with what is stored of it. */
function withStored(error: unknown, progress: RunProgress | undefined, out: string): unknown {
  if (!(error instanceof EngineError) || error.code !== 'storage-full' || !progress) return error;
  return new EngineError(error.code, `${error.message} ${storedText(progress, out)}`, { cause: error });
}

/**
 * Asks the questions and stores what comes of it in a folder. A signal to stop (Ctrl-C) ends the run behind the question
 * that was stored last.
 */
export async function runIdentify(
  options: IdentifyOptions,
  report: (progress: RunProgress) => void,
): Promise<RunProgress> {
  const { out } = options;
  const lock = await lockFolder(out);
  try {
    return await identifyIn(options, lock, report);
  } finally {
    await lock.release();
  }
}

async function identifyIn(
  options: IdentifyOptions,
  lock: FolderLock,
  report: (progress: RunProgress) => void,
): Promise<RunProgress> {
  const { out } = options;
  if (existsSync(join(out, 'run.json')) && !options.resume)
    throw new EngineError('bad-input', `${out} holds a run already; add --resume to go on with it.`);
  const set = await readQuestions(options.questions, options);
  const { samples, agree = samples, seed, shard, device, processes = availableParallelism() } = options;
  const settings: RunSettings = { ...SAMPLE_DEFAULTS, ...chosenSettings(options), samples, agree, seed };
  const { path: model } = existingModel(options.model);
  const store = folderStore(out, {
    check: lock.check,
    repair: options.repair ?? false,
  });
  let progress: RunProgress | undefined;
  const onProgress = (next: RunProgress) => {
    progress = next;
    report(next);
  };
  try {
    return await untilStopped(
      async (signal) => {
        const questioner = await openProcesses({ model, device, settings }, processes);
        try {
          sayNotice(questioner.notice);
          return await runIdentification(questioner, set, { settings, shard, store, signal, onProgress });
        } finally {
          questioner.close();
        }
      },
      () => (progress ? storedText(progress, out) : `nothing was changed in ${out}.`),
    );
  } catch (error) {
    throw withStored(error, progress, out);
  } finally {
    await store.close();
  }
}
