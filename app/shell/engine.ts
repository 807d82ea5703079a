import { CACHED_STAGE, DOWNLOAD_STAGE } from '../../src/lib/bytes/progress.ts';
import { EngineError } from '../../src/lib/errors.ts';
import { type CallOptions, counter, createClient } from '../../src/rpc/client.ts';
import type { CallName, Calls, LoadIn } from '../../src/worker/engine-calls.ts';
import type { EngineClient, Port } from '../../src/worker/engine-client.ts';

/** The engine behind workers that come and go; calls go to the one that holds the model. */
export interface Engine extends EngineClient {
  /** Whether a worker holds a model that answers. */
  holdsModel(): boolean;
  /** Called when a model is gone that nobody let go: its device was lost, its memory ran out, or its worker stopped. */
  onLost(listener: (error: EngineError) => void): void;
}

interface Worker {
  readonly client: EngineClient;
  holdsModel: boolean;
  /** Whether a model was ever loaded or tried: its memory comes back only with the worker's end. */
  used: boolean;
}

/** Stages in which files come, before a model takes memory. */
const fetching: readonly string[] = [DOWNLOAD_STAGE, CACHED_STAGE];

/** A worker that does not even start is one of a version that the site has no more. */
const advice = 'Load the model again; if that does not help, reload the page.';

const fatal: readonly string[] = ['device-lost', 'out-of-memory'];

/**
 * An engine whose worker is replaced with every model, so that the memory of the last one comes back. The old model stays
 * until the new one's files are there: where they cannot be had, it answers on.
 * @param makePort starts a worker
 */
export function createEngine(makePort: () => Port): Engine {
  const nextId = counter();
  const listeners = new Set<(error: EngineError) => void>();
  let current = start();

  function start(): Worker {
    const port = makePort();
    const worker: Worker = {
      client: createClient<Calls>(port, advice, nextId),
      holdsModel: false,
      used: false,
    };
    port.addEventListener('error', (event) => {
      lose(
        worker,
        new EngineError(
          'internal',
          `The model’s worker stopped (${event.message || 'unknown reason'}); load the model again.`,
        ),
      );
    });
    return worker;
  }

  function lose(worker: Worker, error: EngineError): void {
    if (worker !== current) return;
    const { holdsModel } = worker;
    worker.client.close();
    current = start();
    if (holdsModel) for (const listener of [...listeners]) listener(error);
  }

  function retire(old: Worker, next: Worker): void {
    if (current !== old || old === next) return;
    current = next;
    old.client.close();
  }

  async function load(
    next: Worker,
    done: Promise<Calls['load']['out']>,
    aborted: () => boolean,
  ): Promise<Calls['load']['out']> {
    try {
      const model = await done;
      retire(current, next);
      next.holdsModel = true;
      return model;
    } catch (error) {
      next.client.close();
      if (current === next) current = start();
      throw aborted() ? new EngineError('cancelled', 'Loading was stopped.', { cause: error }) : error;
    }
  }

  function startLoad(input: LoadIn, { onEvent, signal }: CallOptions<Calls, 'load'>) {
    const next = current.used ? start() : current;
    next.used = true;
    const call = next.client.start('load', input, {
      onEvent(progress) {
        if (!fetching.includes(progress.stage)) retire(current, next);
        onEvent?.(progress);
      },
    });
    // A worker that prepares weights hears nothing: it is ended, not asked to end.
    const end = () => next.client.close();
    if (signal?.aborted) end();
    else signal?.addEventListener('abort', end, { once: true });
    const done = load(next, call.done, () => signal?.aborted ?? false).finally(() =>
      signal?.removeEventListener('abort', end),
    );
    return { id: call.id, done };
  }

  function startOther<K extends CallName>(type: K, input: Calls[K]['in'], options?: CallOptions<Calls, K>) {
    const worker = current;
    const { id, done } = worker.client.start(type, input, options);
    done.catch((error: unknown) => {
      if (worker.holdsModel && error instanceof EngineError && fatal.includes(error.code))
        lose(worker, error);
    });
    return { id, done };
  }

  const client: EngineClient = {
    start: (type, input, options) =>
      type === 'load'
        ? (startLoad(input as LoadIn, (options ?? {}) as CallOptions<Calls, 'load'>) as ReturnType<
            typeof startOther<typeof type>
          >)
        : startOther(type, input, options),
    call: (type, input, options) => client.start(type, input, options).done,
    close: () => current.client.close(),
  };
  return {
    ...client,
    holdsModel: () => current.holdsModel,
    onLost: (listener) => void listeners.add(listener),
  };
}
