import { createEngineClient, type EngineClient, type Port } from '../../src/protocol/client.ts';
import type { Request, Response } from '../../src/protocol/messages.ts';
import { type Handlers, serveEngine } from '../../src/protocol/server.ts';

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

/** A client and a server with these handlers; messages are cloned and delivered one by one, as between page and worker. */
export function connect(handlers: Handlers): EngineClient {
  const listeners: ((event: MessageEvent<Response>) => void)[] = [];
  const take = serveEngine(handlers, (response) => {
    const data = structuredClone(response);
    setImmediate(() => {
      for (const listener of listeners) listener({ data } as MessageEvent<Response>);
    });
  });
  const port = {
    postMessage(message: Request) {
      // A File is shared, not cloned: Node's structured clone does not take it.
      const data = message.type === 'load' ? message : structuredClone(message);
      setImmediate(() => take(data));
    },
    addEventListener(type: 'message' | 'error', listener: never) {
      if (type === 'message') listeners.push(listener);
    },
  } as Port;
  return createEngineClient(port);
}
