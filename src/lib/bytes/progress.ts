/** How far a long piece of work is. `total` is undefined where it is not known. */
export interface Progress {
  readonly stage: string;
  readonly done: number;
  readonly total?: number;
  readonly unit: 'bytes' | 'items';
}

export type OnProgress = (progress: Progress) => void;

/** Stage of a file that is fetched. */
export const DOWNLOAD_STAGE = 'Downloading';

/** Stage of a file that need not be fetched. */
export const CACHED_STAGE = 'Read from this browser’s cache';
