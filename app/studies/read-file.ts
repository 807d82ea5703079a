import type { TableFiles } from '../../src/datasets/tables/table-files.ts';
import type { Progress } from '../../src/lib/bytes/progress.ts';
import { counted } from '../../src/lib/count.ts';
import { EngineError } from '../../src/lib/errors.ts';
import { shownName } from '../../src/lib/shown.ts';
import { createClient, type PortOf } from '../../src/rpc/client.ts';
import type { ReaderCalls } from '../../src/worker/reader-calls.ts';

/** Time that every reading has, and that a large file's has for each of its megabytes. */
const leastMs = 20_000;
const msPerMegabyte = 2_000;

export interface ReadingOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

type Input = ReaderCalls[keyof ReaderCalls]['in'];

/** The files that go into a reading: their names, and bytes. */
function filesOf(input: Input): readonly { readonly name: string; readonly size: number }[] {
  if ('table' in input) return input.table.files.map(({ name, blob }) => ({ name, size: blob.size }));
  if ('files' in input) return input.files;
  return 'file' in input ? [input.file] : [];
}

/** A file of the person's as a table. */
export function tableOfFile(file: File): TableFiles {
  return { files: [{ name: file.name, blob: file }] };
}

export type ReaderPort = PortOf<ReaderCalls>;

function startWorker(): ReaderPort {
  return new Worker(new URL('../../workers/reader.worker.ts', import.meta.url), { type: 'module' });
}

/**
 * Reads a file in a worker of its own, which is ended when the reading is done or cancelled, or takes too long: whatever a
 * file holds, the page stays free.
 * @param msAtLeast time that the reading has; a large file has 2 seconds a megabyte
 * @throws EngineError `bad-input` with the reason; `cancelled` where the signal says so
 */
export async function readInWorker<K extends keyof ReaderCalls & string>(
  type: K,
  input: ReaderCalls[K]['in'],
  { signal, onProgress }: ReadingOptions = {},
  makePort: () => ReaderPort = startWorker,
  msAtLeast = leastMs,
): Promise<ReaderCalls[K]['out']> {
  if (signal?.aborted) throw new EngineError('cancelled', 'The file is not read.');
  const files = filesOf(input);
  const megabytes = files.reduce((sum, { size }) => sum + size, 0) / 2 ** 20;
  const limit = Math.max(msAtLeast, msPerMegabyte * megabytes);
  const client = createClient<ReaderCalls>(makePort(), 'Open a smaller file.');
  const end = () => client.close();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    end();
  }, limit);
  signal?.addEventListener('abort', end, { once: true });
  try {
    return await client.call(type, input, {
      onEvent: onProgress as ((event: ReaderCalls[K]['event']) => void) | undefined,
    });
  } catch (error) {
    throw late
      ? new EngineError(
          'bad-input',
          `Reading ${shownName(files[0]?.name ?? 'the file')} took longer than ${counted(Math.round(limit / 1000), 'second')} and was stopped; split the file, or check what is in it.`,
          { cause: error },
        )
      : error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
    client.close();
  }
}

/** Fetches the code that reads files, so that it is there when the site can no longer be reached. */
export async function fetchFileReader(): Promise<void> {
  await readInWorker('start', {});
}
