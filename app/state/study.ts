import { type Client, createClient } from '../../src/protocol/client.ts';
import type { StudyCalls } from '../../src/protocol/study-messages.ts';

export type StudyClient = Client<StudyCalls>;

/** The study worker: it keeps runs and does the statistics. It starts with the first call. */
export function createStudyClient(): StudyClient {
  let client: StudyClient | undefined;
  const started = () => {
    client ??= createClient<StudyCalls>(
      new Worker(new URL('../../workers/study.worker.ts', import.meta.url), { type: 'module' }),
    );
    return client;
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
