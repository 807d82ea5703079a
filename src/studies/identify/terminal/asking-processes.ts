import type { CliDevice } from '../../../node/open-model.ts';
import { moduleBeside, openPool } from '../../../node/process-pool.ts';
import type { Questioner, RunSettings } from '../ask.ts';
import type { AskingCalls } from './asking-calls.ts';

/** A questioner that several processes stand behind. */
export interface ProcessQuestioner extends Questioner {
  /** Their ids in the operating system. */
  readonly processes: readonly number[];
  /** What a person should know of how the model reads questions; empty where there is nothing to say. */
  readonly notice: string;
  close(): void;
}

/** Opens a model in processes that questions are put to, as `openPool` does. */
export async function openProcesses(
  input: { readonly model: string; readonly device: CliDevice; readonly settings: RunSettings },
  count: number,
): Promise<ProcessQuestioner> {
  const { first, processes, call, close } = await openPool<AskingCalls>(
    moduleBeside(import.meta.url, 'asking-process'),
    input,
    count,
  );
  return {
    model: first.model,
    ahead: first.ahead * processes.length,
    processes,
    notice: first.notice,
    ask: (item, signal) => call('ask', item, { signal }),
    close,
  };
}
