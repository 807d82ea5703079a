import { EngineError, toErrorData } from '../lib/errors.ts';
import type { CallMap, CancelledBy, NameOf, RequestOf, ResponseOf } from './calls.ts';

interface ContextOf<C extends CallMap<C>, K extends NameOf<C>> {
  readonly id: number;
  readonly signal: AbortSignal;
  emit(event: C[K]['event']): void;
  /** Of a call that runs one after another with others: lets those that wait run now. */
  giveWay(): Promise<void>;
}

/** What answers each call. */
export type HandlersOf<C extends CallMap<C>> = {
  readonly [K in NameOf<C>]: (input: C[K]['in'], context: ContextOf<C, K>) => Promise<C[K]['out']>;
};

/** Runs tasks one after another in the order they came. */
function createQueue() {
  const waiting: (() => Promise<void>)[] = [];
  let busy = false;
  const runWaiting = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await next();
  };
  async function run(): Promise<void> {
    busy = true;
    while (waiting.length > 0) await runWaiting();
    // Nothing comes between the last look and this: a task that is added now is not left waiting.
    busy = false;
  }
  return {
    /** Called by the task that runs: the waiting ones go first. */
    giveWay: runWaiting,
    add(task: () => Promise<void>) {
      waiting.push(task);
      if (!busy) void run();
    },
  };
}

/**
 * Answers requests with handlers. Calls named in `cancelledBy` run in the order they came; those that a newer one takes
 * the place of are cancelled, whether they run or wait.
 * @returns the function that takes each message
 */
export function serve<C extends CallMap<C>>(
  handlers: HandlersOf<C>,
  post: (response: ResponseOf<C>) => void,
  cancelledBy: CancelledBy<C>,
): (request: RequestOf<C>) => void {
  const controllers = new Map<number, { readonly type: NameOf<C>; readonly controller: AbortController }>();
  const queue = createQueue();

  async function answer<K extends NameOf<C>>(
    type: K,
    id: number,
    input: C[K]['in'],
    signal: AbortSignal,
  ): Promise<void> {
    try {
      if (signal.aborted) throw new EngineError('cancelled', 'The request was cancelled.');
      const handler: HandlersOf<C>[K] = handlers[type];
      const out = await handler(input, {
        id,
        signal,
        emit: (event) => post({ type, id, event } as ResponseOf<C>),
        giveWay: cancelledBy[type] ? queue.giveWay : async () => {},
      });
      post({ type, id, out } as ResponseOf<C>);
    } catch (thrown) {
      const error = signal.aborted
        ? new EngineError('cancelled', 'The request was cancelled.', { cause: thrown })
        : thrown;
      post({ type: 'error', id, error: toErrorData(error) });
    } finally {
      controllers.delete(id);
    }
  }

  return (request) => {
    const { id } = request;
    if (request.type === 'cancel') {
      controllers.get(id)?.controller.abort();
      return;
    }
    const { type, in: input } = request as Exclude<RequestOf<C>, { type: 'cancel' }>;
    const cancelled = cancelledBy[type];
    for (const other of controllers.values()) {
      if (cancelled?.includes(other.type)) other.controller.abort();
    }
    const controller = new AbortController();
    controllers.set(id, { type, controller });
    const run = () => answer(type, id, input, controller.signal);
    if (cancelled) queue.add(run);
    else void run();
  };
}
