import { fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { EngineError } from '../errors.ts';
import type { Questioner, RunSettings } from '../identify/ask.ts';
import type { ResponseOf } from '../protocol/calls.ts';
import { type Client, createClient, type PortOf } from '../protocol/client.ts';
import type { AskingCalls } from './asking-calls.ts';
import type { CliDevice } from './open-model.ts';

/** Node loads TypeScript with it. */
const TYPESCRIPT = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const ENTRY = fileURLToPath(new URL('./asking-process.ts', import.meta.url));

interface AskingProcess {
  readonly id: number;
  readonly client: Client<AskingCalls>;
}

/** Starts a process; it ends with this one. */
function startProcess(): AskingProcess {
  const child = fork(ENTRY, { serialization: 'advanced', execArgv: ['--import', TYPESCRIPT] });
  let isWanted = true;
  const port: PortOf<AskingCalls> = {
    postMessage: (message) => child.connected && child.send(message),
    addEventListener(type: string, listener: (event: never) => void) {
      const tell = listener as (event: unknown) => void;
      if (type === 'message') child.on('message', (data: ResponseOf<AskingCalls>) => tell({ data }));
      else
        child.on('exit', (code, signal) => {
          if (isWanted) tell({ message: `it ended with ${signal ?? `code ${code}`}` });
        });
    },
    terminate() {
      isWanted = false;
      if (child.connected) child.disconnect();
    },
  };
  const advice = 'Start the run again with --resume, and with fewer --processes if memory was short.';
  return { id: child.pid ?? 0, client: createClient(port, advice) };
}

/** A questioner that several processes stand behind. */
export interface ProcessQuestioner extends Questioner {
  /** Their ids in the operating system. */
  readonly processes: readonly number[];
  close(): void;
}

/**
 * Opens a model in processes of one thread each, which together ask more than one process with as many threads: most of
 * a step's time between two products is spent outside ONNX Runtime's threads. A first process shows what memory each
 * takes; no more are started than there is room for.
 * @param count of processes at most
 */
export async function openProcesses(
  input: { readonly model: string; readonly device: CliDevice; readonly settings: RunSettings },
  count: number,
): Promise<ProcessQuestioner> {
  const processes = [startProcess()];
  const close = () => {
    for (const { client } of processes) client.close();
  };
  try {
    const first = await processes[0].client.call('open', input);
    const room = Math.floor(process.availableMemory() / first.peakBytes);
    const others = Math.max(0, Math.min(count - 1, room));
    processes.push(...Array.from({ length: others }, startProcess));
    await Promise.all(processes.slice(1).map(({ client }) => client.call('open', input)));
    const inWork = processes.map(() => 0);
    return {
      model: first.model,
      ahead: first.ahead * processes.length,
      processes: processes.map(({ id }) => id),
      async ask(item, signal) {
        const at = inWork.indexOf(Math.min(...inWork));
        inWork[at]++;
        try {
          return await processes[at].client.call('ask', item, { signal });
        } finally {
          inWork[at]--;
        }
      },
      close,
    };
  } catch (error) {
    close();
    throw error instanceof EngineError
      ? error
      : new EngineError('internal', 'The processes that ask could not be started.', { cause: error });
  }
}
