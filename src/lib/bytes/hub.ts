import { z } from 'zod';
import { EngineError } from '../errors.ts';
import { hostOf } from './receive.ts';

/** Where the Hugging Face Hub is, unless another host (a mirror) is named. */
export const HUB = 'https://huggingface.co';

/** What is said where a source states no licence. */
export const NO_LICENCE = 'not stated';

/** What is asked for, for messages. */
export interface HubSubject {
  readonly what: 'data set' | 'model' | 'model file';
  /** `owner/name`. */
  readonly id: string;
  /** The file of it that is asked for. */
  readonly file?: string;
}

/**
 * Address of the Hub or a mirror without the stroke at its end.
 * @throws EngineError `bad-input` where it is no address
 */
export function hubAddress(host: string = HUB): string {
  const text = host.trim() || HUB;
  const address = /^[a-z]+:\/\//i.test(text) ? text : `https://${text}`;
  if (!URL.canParse(address) || !/^https?:/i.test(address))
    throw new EngineError('bad-input', `"${host}" is no address of a host, such as ${HUB}; correct it.`);
  return address.replace(/\/+$/, '');
}

/** A path with everything but its strokes escaped. */
export const escapedPath = (path: string) => path.split('/').map(encodeURIComponent).join('/');

const fail = (sentence: string, cause?: unknown) => new EngineError('load-failed', sentence, { cause });

/** What a refusal means, as far as its number tells. */
function refusal(status: number, host: string, { what, id, file }: HubSubject): string {
  const own = what === 'model file' ? 'it' : 'its file';
  const which = file === undefined ? `${what} ${id}` : `file ${file} of the ${what} ${id}`;
  if (status === 401 || status === 403 || status === 404)
    return `${host} gives out no public ${which} (${status}); check the name, or open ${own} from disk if it asks for a log-in.`;
  if (status === 429)
    return `${host} has had too many requests from here (429); wait some minutes, or open the file from disk.`;
  return `${host} answered ${status} for the ${which}; try again later, or open ${own} from disk.`;
}

/**
 * Asks the Hub.
 * @throws EngineError `load-failed` that names the host; the signal's reason when aborted
 */
export async function hubRequest(
  url: string,
  subject: HubSubject,
  init: RequestInit = {},
): Promise<Response> {
  const host = hostOf(url);
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (cause) {
    if (init.signal?.aborted) throw cause;
    throw fail(
      `${host} could not be reached; check the connection, or fetch the ${subject.what === 'model file' ? subject.what : `${subject.what}'s file`} elsewhere and open it from disk.`,
      cause,
    );
  }
  if (!response.ok) throw fail(refusal(response.status, host, subject));
  return response;
}

/** A JSON answer of the Hub's API. */
export async function hubJson(url: string, subject: HubSubject, signal?: AbortSignal): Promise<unknown> {
  const response = await hubRequest(url, subject, { signal });
  try {
    return await response.json();
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw fail(
      `${hostOf(url)} sent no JSON about the ${subject.what} ${subject.id}, perhaps a log-in page; open its file from disk instead.`,
      cause,
    );
  }
}

/** The Hub or a mirror answered with something else. */
export const notAsTheHub = (host: string, id: string, cause: unknown) =>
  fail(
    `${hostOf(host)} did not describe ${id} as the Hub does; check the host, or open the file from disk.`,
    cause,
  );

const oneOrMore = z.union([z.string(), z.array(z.string())]);

/** What a card says of the licence. */
export const licenceSchema = z.object({
  license: oneOrMore.optional().catch(undefined),
  license_name: z.string().optional().catch(undefined),
});

export function licenceOf(card: z.infer<typeof licenceSchema> | undefined): string {
  const stated = [card?.license ?? []].flat().filter((each) => each !== 'other');
  const named = card?.license_name;
  return [...stated, ...(named === undefined ? [] : [named])].join(', ') || NO_LICENCE;
}
