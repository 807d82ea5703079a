import { EngineError } from '../../src/lib/errors.ts';

/** A sentence for the person. */
export function describeError(thrown: unknown): string {
  if (thrown instanceof EngineError) return thrown.message;
  return `Something went wrong: ${thrown instanceof Error ? thrown.message : String(thrown)}. Press Run to try again.`;
}

export function isCancelled(thrown: unknown): boolean {
  return thrown instanceof EngineError && thrown.code === 'cancelled';
}

/** Whether what the page had stored is gone. */
export function isStorageLost(thrown: unknown): boolean {
  return thrown instanceof EngineError && thrown.code === 'storage-lost';
}
