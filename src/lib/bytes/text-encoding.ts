import type { ByteSource } from './source.ts';
import { yieldToEvents } from './yield.ts';

export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

/** Bytes that are looked at at a time. */
const PIECE = 2 ** 20;
/** Bytes of a large file that its encoding is told by. */
const LOOKED_AT = 16 * 2 ** 20;
/** Bytes of the start by which UTF-16 without a mark is told. */
const SAMPLE = 512;

/** What Windows-1252 has at 0x80 to 0x9F; some versions of Node decode control characters there. */
const WINDOWS_1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/** The encoding that the start of a file tells: by its byte-order mark, or by the zeros between the letters of UTF-16. */
export function encodingOfStart(start: Uint8Array): TextEncoding {
  const [first, second] = start;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  const sample = start.subarray(0, SAMPLE);
  const zeros = (parity: number) =>
    sample.filter((byte, at) => at % 2 === parity && byte === 0).length / (sample.length / 2);
  if (sample.length >= 4 && zeros(1) > 0.7 && zeros(0) < 0.1) return 'utf-16le';
  if (sample.length >= 4 && zeros(0) > 0.7 && zeros(1) < 0.1) return 'utf-16be';
  return 'utf-8';
}

const REPLACED = '\uFFFD';
/** What no text holds: a file with such bytes is of another kind. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const CONTROLS = /[\0-\x08\x0e-\x1a\x1c-\x1f]/;

/** Tells the encoding of a text from its pieces. */
function createJudge(start: Uint8Array) {
  const told = encodingOfStart(start);
  const decoder = new TextDecoder();
  let wrong = 0;
  let right = 0;
  let isText = true;
  return {
    settled: () => told !== 'utf-8' || !isText,
    take(piece: Uint8Array, more: boolean) {
      const text = decoder.decode(piece, { stream: more });
      isText &&= !CONTROLS.test(text);
      for (const [letter] of text.matchAll(/[^\0-\x7f]/gu)) {
        if (letter === REPLACED) wrong++;
        else right++;
      }
    },
    encoding: (): TextEncoding => (told === 'utf-8' && isText && wrong > right ? 'windows-1252' : told),
  };
}

/**
 * The encoding of a text. What is not UTF-8 is taken for Windows-1252, as older programs save it, unless more of its
 * letters are UTF-8 than not: such a file is a damaged one. Looks at 16 MB at most.
 */
export async function encodingOfText(source: ByteSource, signal?: AbortSignal): Promise<TextEncoding> {
  const size = Math.min(source.size, LOOKED_AT);
  const judge = createJudge(await source.read(0, Math.min(SAMPLE, size)));
  for (let at = 0; at < size && !judge.settled(); at += PIECE) {
    signal?.throwIfAborted();
    const piece = await source.read(at, Math.min(PIECE, size - at));
    judge.take(piece, at + piece.length < source.size);
    await yieldToEvents();
  }
  return judge.encoding();
}

/** The encoding of a text in memory, as {@link encodingOfText} tells it. */
export function encodingOfBytes(bytes: Uint8Array): TextEncoding {
  const judge = createJudge(bytes);
  if (!judge.settled()) judge.take(bytes, false);
  return judge.encoding();
}

/** Decodes bytes piece by piece. */
export interface TextPieces {
  /** @param more whether more bytes follow. @throws TypeError where the bytes are not of the encoding */
  decode(bytes: Uint8Array, more?: boolean): string;
}

/** A strict decoder, which drops a byte-order mark. */
export function textPieces(encoding: TextEncoding): TextPieces {
  const decoder = new TextDecoder(encoding, { fatal: true });
  return {
    decode(bytes, more = false) {
      const text = decoder.decode(bytes, { stream: more });
      if (encoding !== 'windows-1252') return text;
      return text.replace(/[\x80-\x9f]/g, (letter) => WINDOWS_1252[letter.charCodeAt(0) - 0x80]!);
    },
  };
}

/** What a person should know of a text's encoding; undefined for the usual ones. */
export function encodingNotice(encoding: TextEncoding, name: string): string | undefined {
  return encoding === 'windows-1252'
    ? `${name} is not UTF-8; it was read as Windows-1252. If accented letters look wrong, save it as UTF-8.`
    : undefined;
}
