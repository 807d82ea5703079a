import { EngineError } from '../lib/errors.ts';
import type { Prompt } from '../model/prompt.ts';

export interface PromptOptions {
  readonly prompt?: string;
  readonly system?: string;
  readonly raw?: boolean;
  readonly controlTokens?: boolean;
  readonly ids?: readonly number[];
}

/** Token ids written as "1,2,3". */
export function parseIds(text: string): number[] {
  const ids = text.split(',').map((part) => (/^\s*\d+\s*$/.test(part) ? Number(part) : Number.NaN));
  if (ids.some(Number.isNaN))
    throw new EngineError(
      'bad-input',
      `--ids takes whole numbers with commas between, like 1,2,3, not "${text}".`,
    );
  return ids;
}

/** The prompt that the options describe: ids, raw text, or one question through the chat template. */
export function promptFrom({ prompt, system = '', raw, controlTokens, ids }: PromptOptions): Prompt {
  if (controlTokens && !raw)
    throw new EngineError(
      'bad-input',
      '--control-tokens goes with --raw: through the chat template a prompt is always read as literal text.',
    );
  if (ids) return { kind: 'ids', ids };
  if (prompt === undefined)
    throw new EngineError('bad-input', 'Give a prompt with --prompt TEXT or token ids with --ids 1,2,3.');
  return raw
    ? { kind: 'raw', text: prompt, ...(controlTokens ? { readControls: true } : {}) }
    : { kind: 'chat', system, turns: [{ role: 'user', content: prompt }] };
}

/** Tells on stderr what a person should know of how a prompt is read. */
export function sayNotice(notice: string): void {
  if (notice !== '') process.stderr.write(`${notice}\n`);
}
