import { EngineError } from '../../src/errors.ts';
import { createClient, type PortOf } from '../../src/protocol/client.ts';
import type { Progress } from '../../src/protocol/messages.ts';
import type { TableCalls } from '../../src/protocol/table-messages.ts';

export interface ReadingOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

function startWorker(): PortOf<TableCalls> {
  return new Worker(new URL('../../workers/tables.worker.ts', import.meta.url), { type: 'module' });
}

/**
 * Reads a file in a worker of its own, which is ended when the reading is done or cancelled: whatever a file holds, the
 * page stays free.
 * @throws EngineError `bad-input` with the reason; `cancelled` where the signal says so
 */
export async function readInWorker<K extends keyof TableCalls & string>(
  type: K,
  input: TableCalls[K]['in'],
  { signal, onProgress }: ReadingOptions,
  makePort: () => PortOf<TableCalls> = startWorker,
): Promise<TableCalls[K]['out']> {
  if (signal.aborted) throw new EngineError('cancelled', 'The file is not read.');
  const client = createClient<TableCalls>(makePort(), 'Open a smaller file.');
  const end = () => client.close();
  signal.addEventListener('abort', end, { once: true });
  try {
    return await client.call(type, input, { onEvent: onProgress as (event: TableCalls[K]['event']) => void });
  } finally {
    signal.removeEventListener('abort', end);
    client.close();
  }
}
