import { EngineError } from '../errors.ts';
import { createPieces } from './pieces.ts';
import { DOWNLOAD_STAGE, type OnProgress } from './progress.ts';

export const hostOf = (url: string) => new URL(url).host;

/** Bytes that will come; unknown where the answer is packed, since the header then counts other bytes. */
export function lengthOf(response: Response): number | undefined {
  if (response.headers.get('content-encoding')) return undefined;
  const length = Number(response.headers.get('content-length'));
  return length > 0 ? length : undefined;
}

/** Hands on the body of an answer as it comes. Rejects where the connection breaks, and with what `take` throws. */
export async function readBody(
  response: Response,
  take: (chunk: Uint8Array<ArrayBuffer>) => void,
): Promise<void> {
  const reader = (response.body as ReadableStream<Uint8Array<ArrayBuffer>>).getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) take(next.value);
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/**
 * Takes in the body of an answer, with progress.
 * @param options.again what a person does once the connection broke: "load the model again"
 * @param options.check called with the bytes that will come, and that have; throws where they are too many
 * @throws EngineError `load-failed` that names the host where bytes are missing; the signal's reason when aborted
 */
export async function receive(
  url: string,
  response: Response,
  options: {
    readonly again: string;
    readonly check?: (bytes: number) => void;
    readonly signal?: AbortSignal;
    readonly onProgress?: OnProgress;
  },
): Promise<Blob> {
  const { again, check, signal, onProgress } = options;
  const total = lengthOf(response);
  check?.(total ?? 0);
  const pieces = createPieces();
  try {
    await readBody(response, (chunk) => {
      pieces.add(chunk);
      check?.(pieces.size);
      onProgress?.({ stage: DOWNLOAD_STAGE, done: pieces.size, total, unit: 'bytes' });
    });
  } catch (cause) {
    if (signal?.aborted || cause instanceof EngineError) throw cause;
    throw new EngineError(
      'load-failed',
      `The connection to ${hostOf(url)} broke after ${pieces.size} bytes; ${again}.`,
      { cause },
    );
  }
  if (total !== undefined && pieces.size !== total)
    throw new EngineError('load-failed', `${hostOf(url)} sent ${pieces.size} of ${total} bytes; ${again}.`);
  return pieces.blob();
}
