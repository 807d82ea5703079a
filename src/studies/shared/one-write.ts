import { EngineError } from '../../lib/errors.ts';

interface Transaction {
  readonly error: DOMException | null;
  readonly done: Promise<void>;
  abort(): void;
}

/** Writes within a transaction; where anything fails nothing of it is stored. */
export async function allOrNothing(tx: Transaction, write: () => Promise<void>): Promise<void> {
  const outcome = write().catch((error: unknown) => {
    // What failed by itself has ended the transaction already.
    if (tx.error === null) tx.abort();
    throw error;
  });
  const [result, done] = await Promise.allSettled([outcome, tx.done]);
  if (result.status === 'rejected') throw tx.error ?? result.reason;
  if (done.status === 'rejected') throw done.reason;
}

interface Grows {
  readonly done: number;
}

/** @throws EngineError `storage-lost` where a run was deleted; `bad-input` where it has grown elsewhere */
export function checkStillOurs(stored: Grows | undefined, entry: Grows): void {
  if (!stored)
    throw new EngineError(
      'storage-lost',
      'The run was deleted while it went on: nothing of it is stored any more. Start it again.',
    );
  if (stored.done !== entry.done)
    throw new EngineError(
      'bad-input',
      'The run goes on in another tab or window; close it there to go on here.',
    );
}

/** What IndexedDB says where a store was closed or removed under its user. */
const LOST: readonly string[] = ['InvalidStateError', 'NotFoundError', 'AbortError', 'UnknownError'];

/**
 * Writes to a store; where it was closed or removed meanwhile, says what has become of what was stored.
 * @param isKept looks into the store, opened anew, whether the run is still there
 * @throws EngineError `storage-lost` where it is not, `internal` where it is
 */
export async function whileKept<T>(isKept: () => Promise<boolean>, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (cause) {
    if (!(cause instanceof DOMException && LOST.includes(cause.name))) throw cause;
    if (await isKept().catch(() => false))
      throw new EngineError(
        'internal',
        'The browser closed its storage for a moment, as it does for a newer version of this page in another tab. What is done is stored; press Resume to go on.',
        { cause },
      );
    throw new EngineError(
      'storage-lost',
      "The browser's storage for this page was cleared while the run went on: nothing of the run is stored any more, and what the page still shows is gone once it is closed. Start it again.",
      { cause },
    );
  }
}
