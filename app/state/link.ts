import { EngineError } from '../../src/errors.ts';
import { deflate, fromBase64Url, inflate, toBase64Url } from './pack.ts';
import { type PageState, pageStateSchema, parseJson } from './page-state.ts';

const version = 1;
/** Characters of the fragment: longer addresses get cut on their way through mails and chats. */
const longest = 8192;
/** Bytes of JSON that a link may unfold to. */
const largest = 2 ** 20;

/**
 * The fragment of an address that carries a page's state: "#s1." and JSON, compressed, in base64url.
 * @throws EngineError `bad-input` where it is longer than 8 kB
 */
export async function encodeLink(state: PageState): Promise<string> {
  const json = new TextEncoder().encode(JSON.stringify(state));
  const fragment = `#s${version}.${toBase64Url(await deflate(json))}`;
  if (fragment.length <= longest) return fragment;
  throw new EngineError(
    'bad-input',
    `The link would be ${(fragment.length / 1024).toFixed(1)} kB, over the 8 kB that links may have: save the run instead, or shorten prompt and groups.`,
  );
}

function refuse(sentence: string, cause?: unknown): never {
  throw new EngineError('bad-input', `${sentence} It was left out.`, { cause });
}

/**
 * The state that a fragment carries; undefined for one that names a place on the page.
 * @param isPlace whether the page has an element of this id
 * @throws EngineError `bad-input` with a sentence that says what is wrong
 */
export async function decodeLink(
  fragment: string,
  isPlace: (id: string) => boolean,
): Promise<PageState | undefined> {
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
    const json = new TextDecoder('utf-8', { fatal: true }).decode(
      await inflate(fromBase64Url(payload), largest),
    );
    return pageStateSchema.parse(parseJson(json));
  } catch (error) {
    return refuse('The link is damaged: a part of it is missing or changed.', error);
  }
}
