import type { CallMap, RequestOf, ResponseOf } from '../../src/rpc/calls.ts';
import type { PortOf } from '../../src/rpc/client.ts';
import type { Calls, Request, Response } from '../../src/worker/engine-calls.ts';
import { createEngineClient, type EngineClient, type Port } from '../../src/worker/engine-client.ts';
import { type Handlers, serveEngine } from '../../src/worker/serve-engine.ts';

/** A worker's port that keeps what was sent and answers on demand. */
export function fakePort() {
  const sent: Request[] = [];
  const messages: ((event: MessageEvent<Response>) => void)[] = [];
  const errors: ((event: ErrorEvent) => void)[] = [];
  let ended = false;
  const port = {
    postMessage: (message: Request) => void sent.push(message),
    addEventListener(type: 'message' | 'error', listener: never) {
      if (type === 'message') messages.push(listener);
      else errors.push(listener);
    },
    terminate() {
      ended = true;
    },
  } as Port;
  return {
    port,
    sent,
    ended: () => ended,
    answer(data: Response) {
      for (const listener of messages) listener({ data } as MessageEvent<Response>);
    },
    fail(message: string) {
      for (const listener of errors) listener({ message } as ErrorEvent);
    },
  };
}

/** A port before a server in this process; messages are cloned and delivered one by one, as between page and worker. */
export function loopback<C extends CallMap<C>>(
  start: (post: (response: ResponseOf<C>) => void) => (request: RequestOf<C>) => void,
): PortOf<C> {
  const listeners: ((event: MessageEvent<ResponseOf<C>>) => void)[] = [];
  // A File or Blob is shared, not cloned: Node's structured clone does not take these.
  const clone = <T>(message: T): T => (holdsBlobs(message) ? message : structuredClone(message));
  const take = start((response) => {
    const data = clone(response);
    setImmediate(() => {
      for (const listener of listeners) listener({ data } as MessageEvent<ResponseOf<C>>);
    });
  });
  return {
    postMessage(message: RequestOf<C>) {
      const data = clone(message);
      setImmediate(() => take(data));
    },
    addEventListener(type: 'message' | 'error', listener: never) {
      if (type === 'message') listeners.push(listener);
    },
  } as PortOf<C>;
}

function holdsBlobs(value: unknown): boolean {
  if (value instanceof Blob) return true;
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return false;
  return Object.values(value).some(holdsBlobs);
}

/** A client and an engine with these handlers. */
export function connect(handlers: Handlers): EngineClient {
  return createEngineClient(loopback<Calls>((post) => serveEngine(handlers, post)));
}
