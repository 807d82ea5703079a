import { type Command, InvalidArgumentError, Option } from 'commander';
import type { OnProgress } from '../lib/bytes/progress.ts';
import { DEFAULT_MODEL } from '../node/open-model.ts';
import { terminalJson, terminalText } from '../node/terminal-text.ts';

/** Between two lines of progress where they go to a file. */
const PROGRESS_MS = 60_000;

export function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It must be a number.');
  return value;
}

export const commaList = (text: string): string[] => text.split(',');
export const numberList = (text: string): number[] => commaList(text).map(number);

export function count(text: string): number {
  const value = number(text);
  if (!Number.isInteger(value) || value < 0)
    throw new InvalidArgumentError('It must be a whole number of 0 or more.');
  return value;
}

export function positive(text: string): number {
  const value = number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('It must be a whole number of 1 or more.');
  return value;
}

export function print<T>(value: T, json: boolean | undefined, text: (value: T) => string): void {
  process.stdout.write(`${json ? terminalJson(value) : terminalText(text(value))}\n`);
}

/** Options that every command with a model has. */
export function withModel(command: Command): Command {
  return command
    .option('--model <path>', 'a GGUF file or the folder of an ONNX export', DEFAULT_MODEL)
    .addOption(new Option('--device <device>', 'the runtime').choices(['native', 'wasm']).default('native'));
}

/** A line an item on a terminal, else one a minute. */
export function progressWriter<P extends { readonly done: number; readonly total: number }>(
  textOf: (progress: P) => string,
): (progress: P) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (progress) => {
    const now = performance.now();
    const isEnd = progress.done === progress.total;
    if (!process.stderr.isTTY && !isEnd && now - last < PROGRESS_MS) return;
    last = now;
    process.stderr.write(`${textOf(progress)}\n`);
  };
}

/** The stage of long work on a line that is written over, on a terminal only. */
export async function withStages<T>(work: (onProgress: OnProgress) => Promise<T>): Promise<T> {
  const { stderr } = process;
  if (!stderr.isTTY) return work(() => {});
  try {
    return await work(({ stage, done, total }) => {
      stderr.write(`\r\x1b[K${stage}${total === undefined ? '' : `: ${done} of ${total}`}`);
    });
  } finally {
    stderr.write('\r\x1b[K');
  }
}
