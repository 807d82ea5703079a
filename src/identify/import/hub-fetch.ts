import { hostOf, receive } from '../../bytes/receive.ts';
import { EngineError } from '../../errors.ts';
import type { ReadOptions } from './table.ts';

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

const fail = (sentence: string, cause?: unknown) => new EngineError('load-failed', sentence, { cause });

/** What a refusal means, as far as its number tells. */
function refusal(status: number, host: string, id: string): string {
  if (status === 401 || status === 403 || status === 404)
    return `${host} gives out no public data set ${id} (${status}); check the name, or open its file from disk if it asks for a log-in.`;
  if (status === 429)
    return `${host} has had too many requests from here (429); wait some minutes, or open the file from disk.`;
  return `${host} answered ${status} for the data set ${id}; try again later, or open its file from disk.`;
}

async function request(url: string, id: string, signal: AbortSignal | undefined): Promise<Response> {
  const host = hostOf(url);
  let response: Response;
  try {
    response = await fetch(url, { signal });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw fail(
      `${host} could not be reached; check the connection, or fetch the data set's file elsewhere and open it from disk.`,
      cause,
    );
  }
  if (!response.ok) throw fail(refusal(response.status, host, id));
  return response;
}

/** A JSON answer of the Hub's API. */
export async function getJson(url: string, id: string, { signal }: ReadOptions): Promise<unknown> {
  const response = await request(url, id, signal);
  try {
    return await response.json();
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw fail(
      `${hostOf(url)} sent no JSON about the data set ${id}, perhaps a log-in page; open its file from disk instead.`,
      cause,
    );
  }
}

/**
 * Fetches a file with progress.
 * @throws EngineError `load-failed` that names the host; `bad-input` over the limit
 */
export async function getFile(url: string, { id, limit, signal, onProgress }: FileOptions): Promise<Blob> {
  const response = await request(url, id, signal);
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
