import { type Client, createClient, type PortOf } from '../../src/rpc/client.ts';
import type { StudyCalls } from '../../src/worker/study-calls.ts';

export type StudyClient = Client<StudyCalls>;

/** What a person can do once the worker stopped: the next call starts another. */
const advice = 'Try it again; what is stored is still there.';

function startWorker(): PortOf<StudyCalls> {
  return new Worker(new URL('../../workers/study.worker.ts', import.meta.url), { type: 'module' });
}

/**
 * The study worker: it keeps runs and does the statistics. It starts with the first call; one that stopped is replaced by the
 * next call.
 */
export function createStudyClient(makePort: () => PortOf<StudyCalls> = startWorker): StudyClient {
  let client: StudyClient | undefined;
  const started = () => {
    if (client) return client;
    const port = makePort();
    const own = createClient<StudyCalls>(port, advice);
    port.addEventListener('error', () => {
      if (client === own) client = undefined;
      port.terminate?.();
    });
    client = own;
    return own;
  };
  return {
    start: (type, input, options) => started().start(type, input, options),
    call: (type, input, options) => started().call(type, input, options),
    close: () => client?.close(),
  };
}

/** Asks the browser not to clear this page's data when room gets short; whether it agrees changes nothing here. */
export async function keepStorage(): Promise<void> {
  await navigator.storage?.persist?.().catch(() => false);
}
