import { deflateSync, inflateSync } from 'fflate';
import { checksum, fromBase64Url, inflate, toBase64Url } from '../../src/lib/bytes/pack.ts';
import { EngineError } from '../../src/lib/errors.ts';
import { type PageState, pageStateSchema, parseJson } from '../../src/saved/page-state.ts';
import { dictionary } from './link-dictionary.ts';
import { type FindShipped, fromWire, toWire } from './link-wire.ts';

/** 1: the whole state as JSON, raw DEFLATE. 2: only what differs from the first state, with a dictionary and a checksum. */
const version = 2;
/** Characters of the fragment: longer addresses get cut on their way through mails and chats. */
const longest = 8192;
/** Bytes of JSON that a link may unfold to. */
const largest = 2 ** 20;
const checkBytes = 3;

/** What a link holds. */
export interface LinkedState {
  readonly state: PageState;
  /** What a person should know of what was left out. */
  readonly note?: string;
}

const checkOf = (bytes: Uint8Array): number[] => {
  const sum = checksum(bytes);
  return [sum & 255, (sum >>> 8) & 255, (sum >>> 16) & 255];
};

/**
 * The fragment of an address that carries a page's state: "#s2.", then a checksum and JSON, compressed, in base64url.
 * @throws EngineError `bad-input` where it is longer than 8 kB
 */
export function encodeLink(state: PageState): string {
  const json = new TextEncoder().encode(JSON.stringify(toWire(state)));
  const packed = deflateSync(json, { level: 9, dictionary: dictionary() });
  const fragment = `#s${version}.${toBase64Url(Uint8Array.from([...checkOf(json), ...packed]))}`;
  if (fragment.length <= longest) return fragment;
  throw new EngineError(
    'bad-input',
    `The link would be ${(fragment.length / 1024).toFixed(1)} kB, over the 8 kB that links may have: save the run instead, or shorten prompt and groups.`,
  );
}

function refuse(sentence: string, cause?: unknown): never {
  throw new EngineError('bad-input', `${sentence} It was left out.`, { cause });
}

const textOf = (bytes: Uint8Array) => new TextDecoder('utf-8', { fatal: true }).decode(bytes);

async function unpack(number: number, payload: string, find: FindShipped): Promise<LinkedState> {
  const bytes = fromBase64Url(payload);
  if (number === 1) return { state: pageStateSchema.parse(parseJson(textOf(await inflate(bytes, largest)))) };
  const json = inflateSync(bytes.subarray(checkBytes), { dictionary: dictionary() });
  if (json.length > largest || checkOf(json).some((byte, i) => byte !== bytes[i]))
    throw new Error('the checksum differs');
  const { state, missing } = await fromWire(parseJson(textOf(json)), find);
  if (missing.length === 0) return { state };
  return {
    state,
    note: `The link uses the neuron set “${missing[0]}” as another version of this page has it, so its neurons were left out.`,
  };
}

/**
 * The state that a fragment carries; undefined for one that names a place on the page.
 * @param isPlace whether the page has an element of this id
 * @param find gives sets that come with the page
 * @throws EngineError `bad-input` with a sentence that says what is wrong
 */
export async function decodeLink(
  fragment: string,
  isPlace: (id: string) => boolean,
  find: FindShipped,
): Promise<LinkedState | undefined> {
  const name = fragment.replace(/^#/, '');
  if (name === '' || isPlace(name)) return undefined;
  if (fragment.length > longest) return refuse('The link is longer than the 8 kB that links may have.');
  const [, number, payload] = /^s(\d{1,6})\.([\w-]+)$/.exec(name) ?? [];
  if (number === undefined || payload === undefined)
    return refuse('The part of the address behind # is not a state of this page.');
  if (Number(number) > version) {
    return refuse('The link comes from a newer version of this page; reload the page to get it.');
  }
  try {
    return await unpack(Number(number), payload, find);
  } catch (error) {
    return refuse('The link is damaged: a part of it is missing or changed.', error);
  }
}
