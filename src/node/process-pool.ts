import { fork } from 'node:child_process';
import { setMaxListeners } from 'node:events';
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { EngineError } from '../lib/errors.ts';
import type { Call, CallMap, CancelledBy, NameOf, RequestOf, ResponseOf } from '../rpc/calls.ts';
import { type CallOptions, type Client, createClient, type PortOf } from '../rpc/client.ts';
import { type HandlersOf, serve } from '../rpc/server.ts';
import { ignoreStopSignals } from './stop-signals.ts';

/** Node loads TypeScript with it; compiled JavaScript needs none. */
const typescriptLoader = () => pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** Calls of a process that opens a model before all else. */
export type PoolCalls<C> = CallMap<C> & {
  readonly open: Call & {
    readonly out: {
      /** The most memory that the process took until now. */
      readonly peakBytes: number;
    };
  };
};

interface WorkProcess<C extends PoolCalls<C>> {
  readonly id: number;
  readonly client: Client<C>;
}

/** Address of a module beside another: TypeScript as long as that is, else compiled. */
export const moduleBeside = (url: string, name: string) => new URL(`${name}${extname(url)}`, url);

/** Starts a process; it ends with this one. */
function startProcess<C extends PoolCalls<C>>(entry: URL): WorkProcess<C> {
  const execArgv = entry.pathname.endsWith('.ts') ? ['--import', typescriptLoader()] : [];
  const child = fork(fileURLToPath(entry), { serialization: 'advanced', execArgv });
  let isWanted = true;
  const port: PortOf<C> = {
    postMessage: (message) => child.connected && child.send(message),
    addEventListener(type: string, listener: (event: never) => void) {
      const tell = listener as (event: unknown) => void;
      if (type === 'message') child.on('message', (data: ResponseOf<C>) => tell({ data }));
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

/** Processes that a model is open in. */
export interface ProcessPool<C extends PoolCalls<C>> {
  /** What the first one said of the model. */
  readonly first: C['open']['out'];
  /** Their ids in the operating system. */
  readonly processes: readonly number[];
  /** Lets the process with the least to do answer. */
  call<K extends NameOf<C>>(type: K, input: C[K]['in'], options?: CallOptions<C, K>): Promise<C[K]['out']>;
  close(): void;
}

/**
 * Opens a model in processes of one thread each, which together do more than one process with as many threads: most of a
 * step's time between two products is spent outside ONNX Runtime's threads. A first process shows what memory each
 * takes; no more are started than there is room for.
 * @param entry address of the processes' module
 * @param count of processes at most
 */
export async function openPool<C extends PoolCalls<C>>(
  entry: URL,
  input: C['open']['in'],
  count: number,
): Promise<ProcessPool<C>> {
  const start = () => startProcess<C>(entry);
  const processes = [start()];
  const close = () => {
    for (const { client } of processes) client.close();
  };
  try {
    const first = await processes[0].client.call('open', input);
    const room = Math.floor(process.availableMemory() / first.peakBytes);
    const others = Math.max(0, Math.min(count - 1, room));
    processes.push(...Array.from({ length: others }, start));
    await Promise.all(processes.slice(1).map(({ client }) => client.call('open', input)));
    const inWork = processes.map(() => 0);
    return {
      first,
      processes: processes.map(({ id }) => id),
      async call(type, given, options) {
        const at = inWork.indexOf(Math.min(...inWork));
        inWork[at]++;
        // Every call in work listens to the one signal.
        if (options?.signal) setMaxListeners(0, options.signal);
        try {
          return await processes[at].client.call(type, given, options);
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
      : new EngineError('internal', 'The processes of a run could not be started.', { cause: error });
  }
}

/**
 * Answers, in a process of a pool, what it is called for until the one that started it ends it.
 * @param inTurn calls of which one waits for the other
 */
export function answerInProcess<C extends PoolCalls<C>>(
  handlers: HandlersOf<C>,
  inTurn: CancelledBy<C> = {},
): void {
  const answer = serve<C>(handlers, (response) => process.send?.(response), inTurn);
  process.on('message', (request: RequestOf<C>) => answer(request));
  process.on('disconnect', () => process.exit());
  ignoreStopSignals();
}

/** The most memory that this process took until now. */
export const peakBytes = () => process.resourceUsage().maxRSS * 1024;
