import { EngineError, toErrorData } from '../errors.ts';
import type { CallName, Calls, Request, Response } from './messages.ts';

export interface CallContext<K extends CallName> {
  readonly id: number;
  readonly signal: AbortSignal;
  emit(event: Calls[K]['event']): void;
}

/** What answers each call. */
export type Handlers = {
  readonly [K in CallName]: (input: Calls[K]['in'], context: CallContext<K>) => Promise<Calls[K]['out']>;
};

/**
 * Calls that use the model one after another, and the calls that each of them cancels when it comes: a newer answer
 * takes the place of an older one and of doses, which run behind answers.
 */
const cancelledBy: Partial<Record<CallName, readonly CallName[]>> = {
  load: ['load', 'generate', 'dose'],
  generate: ['generate', 'dose'],
  dose: ['dose'],
  free: ['load', 'generate', 'dose'],
};

/**
 * Answers requests with handlers. Exclusive calls run in the order they came; those that a newer one takes the place of
 * are cancelled, whether they run or wait.
 * @returns the function that takes each message
 */
export function serve(handlers: Handlers, post: (response: Response) => void): (request: Request) => void {
  const controllers = new Map<number, { readonly type: CallName; readonly controller: AbortController }>();
  let last: Promise<void> = Promise.resolve();

  async function answer<K extends CallName>(
    type: K,
    id: number,
    input: Calls[K]['in'],
    signal: AbortSignal,
  ): Promise<void> {
    try {
      if (signal.aborted) throw new EngineError('cancelled', 'The request was cancelled.');
      const handler = handlers[type] as Handlers[K];
      const out = await handler(input, {
        id,
        signal,
        emit: (event) => post({ type, id, event } as Response),
      });
      post({ type, id, out } as Response);
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
    if (request.type === 'cancel') {
      controllers.get(request.id)?.controller.abort();
      return;
    }
    const { type, id } = request;
    const cancelled = cancelledBy[type];
    for (const other of controllers.values()) {
      if (cancelled?.includes(other.type)) other.controller.abort();
    }
    const controller = new AbortController();
    controllers.set(id, { type, controller });
    const run = () => answer(type, id, request.in, controller.signal);
    if (cancelled) last = last.then(run);
    else void run();
  };
}
