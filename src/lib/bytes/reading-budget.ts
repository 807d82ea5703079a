const MEGABYTE = 2 ** 20;

/** What is left of a share of the memory that reading a file may take. */
export interface ReadingBudget {
  /** Takes bytes; false once more is taken than there is. */
  take(bytes: number): boolean;
}

/**
 * A share of the memory that reading a file may take: 64 MB and 20 times the file. What a reader keeps, and what it
 * works on at a time, have half each at most, so that there is room for what waits to be cleared away.
 * @param size bytes of the file as it was given, packed or not
 */
export function readingBudget(size: number, share: number): ReadingBudget {
  let left = share * readingMemory(size);
  return {
    take(bytes) {
      left -= bytes;
      return left >= 0;
    },
  };
}

/** Bytes of memory that reading a file of so many bytes may take. */
export const readingMemory = (size: number): number => 64 * MEGABYTE + 20 * size;

/** Bytes that a text takes in memory, about: one a character, or two where some letter is beyond Latin ones. */
export function textMemory(text: string): number {
  return 24 + (/[^\0-\xff]/.test(text) ? 2 : 1) * text.length;
}
