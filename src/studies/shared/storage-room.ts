import { isQuotaError, storageUse } from '../../lib/bytes/storage.ts';
import { EngineError } from '../../lib/errors.ts';
import type { RunManifest } from '../identify/records.ts';
import { questionsAsked, rowBytes } from '../identify/run-format.ts';

/** A record with ten short replies. */
const RECORD_BYTES = 6000;

const megabytes = (bytes: number) => `${Math.max(1, Math.ceil(bytes / 2 ** 20))} MB`;

/**
 * Bytes that the questions of a run that are not asked yet are going to take, as far as those that were can tell; the
 * most that they can take where none was.
 */
export function roomLeftToFill(
  manifest: RunManifest,
  { done, rows }: { readonly done: number; readonly rows: number },
): number {
  const left = questionsAsked(manifest) - done;
  const share = done === 0 ? 1 : rows / done;
  return left * (RECORD_BYTES + share * rowBytes(manifest));
}

/** Says how much room is needed, and how much the browser gives where it tells. */
async function storageFull(needed: number, cause: unknown): Promise<EngineError> {
  const { quota, usage = 0 } = await storageUse();
  const free =
    quota === undefined ? '' : ` and gives ${megabytes(quota)}, of which ${megabytes(usage)} are used`;
  return new EngineError(
    'storage-full',
    `The browser has no more room for this page${free}: about ${megabytes(needed)} more are needed. Free some, or delete a run; all that was stored is kept.`,
    { cause },
  );
}

/**
 * Runs `write`; where there is no more room it says how much is needed.
 * @param needed bytes that are still to be stored
 */
export async function withRoom<T>(needed: () => number, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (isQuotaError(error)) throw await storageFull(needed(), error);
    throw error;
  }
}
