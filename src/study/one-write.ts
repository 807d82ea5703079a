import { EngineError } from '../errors.ts';

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

/** @throws EngineError `bad-input` where a run was deleted, or has grown elsewhere */
export function checkStillOurs(stored: Grows | undefined, entry: Grows): void {
  if (!stored) throw new EngineError('bad-input', 'The run was deleted while it went on.');
  if (stored.done !== entry.done)
    throw new EngineError(
      'bad-input',
      'The run goes on in another tab or window; close it there to go on here.',
    );
}
