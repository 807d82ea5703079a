import type { ReaderPort } from '../../app/studies/read-file.ts';
import { serve } from '../../src/rpc/server.ts';
import { reader } from '../../src/worker/reader.ts';

/** Ports of the worker that reads files, answered beside the test; those that are `silent` answer nothing. */
export function readerPorts(silent = false) {
  let ended = 0;
  function make(): ReaderPort {
    const listeners: ((event: MessageEvent) => void)[] = [];
    const take = serve(
      reader,
      (data) => {
        for (const listener of listeners) listener({ data } as MessageEvent);
      },
      {},
    );
    return {
      postMessage: (message) => void (silent || take(message)),
      addEventListener(type: string, listener: unknown) {
        if (type === 'message') listeners.push(listener as (event: MessageEvent) => void);
      },
      terminate: () => ended++,
    };
  }
  return { make, ended: () => ended };
}
