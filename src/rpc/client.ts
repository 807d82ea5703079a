import { EngineError } from '../lib/errors.ts';
import type { CallMap, NameOf, RequestOf, ResponseOf } from './calls.ts';

/** The part of a Worker that the client uses. */
export interface PortOf<C extends CallMap<C>> {
  postMessage(message: RequestOf<C>): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<ResponseOf<C>>) => void): void;
  addEventListener(type: 'error', listener: (event: ErrorEvent) => void): void;
  terminate?(): void;
}

export interface CallOptions<C extends CallMap<C>, K extends NameOf<C>> {
  readonly onEvent?: (event: C[K]['event']) => void;
  /** Cancels the call, which then rejects with an EngineError of the code `cancelled`. */
  readonly signal?: AbortSignal;
}

export interface Client<C extends CallMap<C>> {
  /** Starts a call; `id` names it in later calls (`DetailIn.run`). */
  start<K extends NameOf<C>>(
    type: K,
    input: C[K]['in'],
    options?: CallOptions<C, K>,
  ): { readonly id: number; readonly done: Promise<C[K]['out']> };
  call<K extends NameOf<C>>(type: K, input: C[K]['in'], options?: CallOptions<C, K>): Promise<C[K]['out']>;
  /** Ends the worker; open and later calls are rejected. */
  close(): void;
}

interface Pending {
  onEvent(event: unknown): void;
  resolve(out: unknown): void;
  reject(error: EngineError): void;
}

/** Counts from 1. */
export function counter(): () => number {
  let last = 0;
  return () => ++last;
}

/**
 * Calls what answers behind a worker's port. Once the worker stopped, every call is rejected.
 * @param advice what a person can do then
 * @param nextId gives the calls' ids, for clients whose ids must differ from each other's; else they count from 1
 */
export function createClient<C extends CallMap<C>>(
  port: PortOf<C>,
  advice = 'Reload the page to start it again.',
  nextId = counter(),
): Client<C> {
  const pending = new Map<number, Pending>();
  let ended: EngineError | undefined;

  const end = (error: EngineError) => {
    ended ??= error;
    for (const call of pending.values()) call.reject(error);
    pending.clear();
  };

  port.addEventListener('message', ({ data }) => {
    const call = pending.get(data.id);
    if (!call) return;
    if ('event' in data) {
      call.onEvent(data.event);
      return;
    }
    pending.delete(data.id);
    if ('error' in data)
      call.reject(new EngineError(data.error.code, data.error.message, { cause: data.error.detail }));
    else call.resolve(data.out);
  });
  port.addEventListener('error', (event) => {
    end(
      new EngineError(
        'internal',
        `The engine's worker stopped: ${event.message || 'unknown reason'}. ${advice}`,
      ),
    );
  });

  const start: Client<C>['start'] = (type, input, options = {}) => {
    const id = nextId();
    const { signal, onEvent } = options;
    const done = new Promise<C[typeof type]['out']>((resolve, reject) => {
      const refused =
        ended ?? (signal?.aborted && new EngineError('cancelled', 'The request was cancelled.'));
      if (refused) {
        reject(refused);
        return;
      }
      const cancel = () => port.postMessage({ type: 'cancel', id });
      const settled = () => signal?.removeEventListener('abort', cancel);
      signal?.addEventListener('abort', cancel, { once: true });
      pending.set(id, {
        onEvent: (event) => onEvent?.(event as C[typeof type]['event']),
        resolve(out) {
          settled();
          // The last word may have been on its way when the caller cancelled.
          if (signal?.aborted) reject(new EngineError('cancelled', 'The request was cancelled.'));
          else resolve(out as C[typeof type]['out']);
        },
        reject(error) {
          settled();
          reject(error);
        },
      });
      port.postMessage({ type, id, in: input } as RequestOf<C>);
    });
    return { id, done };
  };

  return {
    start,
    call: (type, input, options) => start(type, input, options).done,
    close() {
      port.terminate?.();
      end(new EngineError('cancelled', 'The engine was closed.'));
    },
  };
}
