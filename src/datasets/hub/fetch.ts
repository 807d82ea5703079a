import { hubRequest } from '../../lib/bytes/hub.ts';
import { receive } from '../../lib/bytes/receive.ts';
import { EngineError } from '../../lib/errors.ts';
import type { ReadOptions } from '../tables/table.ts';

export interface HubOptions extends ReadOptions {
  /** Address of the Hub or of a mirror. */
  readonly host?: string;
}

export interface FileOptions extends ReadOptions {
  /** The data set, for messages. */
  readonly id: string;
  /** Bytes at most. */
  readonly limit: number;
}

/**
 * Fetches a file with progress.
 * @throws EngineError `load-failed` that names the host; `bad-input` over the limit
 */
export async function getFile(url: string, { id, limit, signal, onProgress }: FileOptions): Promise<Blob> {
  const response = await hubRequest(url, { what: 'data set', id }, { signal });
  return receive(url, response, {
    again: `fetch ${id} again`,
    signal,
    onProgress,
    check(bytes) {
      if (bytes > limit)
        throw new EngineError(
          'bad-input',
          `The files of ${id} are over the limit of 200 MB; choose a smaller part, or open one of them from disk.`,
        );
    },
  });
}
