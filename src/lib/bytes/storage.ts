/** Whether the browser refused to store something because there is no more room. */
export function isQuotaError(thrown: unknown): boolean {
  return thrown instanceof DOMException && thrown.name === 'QuotaExceededError';
}

/** What this page uses of the browser's storage, and how much it may, in bytes; empty where the browser does not tell. */
export async function storageUse(): Promise<{ readonly usage?: number; readonly quota?: number }> {
  try {
    return (await globalThis.navigator?.storage?.estimate?.()) ?? {};
  } catch {
    return {};
  }
}
