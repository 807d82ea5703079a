const MEGABYTE = 2 ** 20;

/** What reading may take. */
export interface Budget {
  /** Milliseconds. */
  readonly time: number;
  /** Bytes. */
  readonly memory: number;
}

const PER_MEGABYTE = 2000;

/**
 * What a reader may take of a file: 2 seconds a megabyte, of which the first counts as a whole, and 64 MB and 20 times
 * the file.
 * @param size bytes
 * @param patience how many times longer it may take where the machine has other work
 */
export function budgetOf(size: number, patience: number): Budget {
  return {
    time: patience * PER_MEGABYTE * Math.max(1, size / MEGABYTE),
    memory: 64 * MEGABYTE + 20 * size,
  };
}

/** Milliseconds after which a process that reads a file of this size is ended. */
export function longestWait(size: number, patience: number): number {
  return Math.max(10_000, 10 * budgetOf(size, patience).time);
}
