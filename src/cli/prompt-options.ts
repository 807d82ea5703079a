import { EngineError } from '../errors.ts';
import type { Prompt } from '../protocol/messages.ts';

export interface PromptOptions {
  readonly prompt?: string;
  readonly system?: string;
  readonly raw?: boolean;
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
export function promptFrom({ prompt, system = '', raw, ids }: PromptOptions): Prompt {
  if (ids) return { kind: 'ids', ids };
  if (prompt === undefined)
    throw new EngineError('bad-input', 'Give a prompt with --prompt TEXT or token ids with --ids 1,2,3.');
  return raw
    ? { kind: 'raw', text: prompt }
    : { kind: 'chat', system, turns: [{ role: 'user', content: prompt }] };
}
