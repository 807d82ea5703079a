/** A key under which a new run is kept; `crypto.randomUUID` is not there on plain http. */
export function newRunKey(): string {
  const random = Array.from(crypto.getRandomValues(new Uint8Array(6)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  );
  return `run-${random.join('')}`;
}
