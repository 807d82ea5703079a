/** Characters that stand for the bytes 0 to 255 in byte-level BPE: printable Latin-1 for itself, the rest from U+0100 on. */
export const BYTE_CHARACTERS: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte).map(
  (byte, _, bytes) => {
    const others = bytes.filter((other) => !isPrintable(other));
    return String.fromCharCode(isPrintable(byte) ? byte : 256 + others.indexOf(byte));
  },
);

function isPrintable(byte: number): boolean {
  return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte !== 0xad);
}

/** First and last code point whose UTF-8 form starts with a byte, or undefined where none does. */
function codePointsOfLead(byte: number): readonly [number, number] | undefined {
  if (byte < 0x80) return [byte, byte];
  if (byte >= 0xc2 && byte < 0xe0) return [(byte & 0x1f) << 6, ((byte & 0x1f) << 6) | 0x3f];
  if (byte >= 0xe0 && byte < 0xf0) return [(byte & 0x0f) << 12, ((byte & 0x0f) << 12) | 0xfff];
  if (byte >= 0xf0 && byte < 0xf5)
    return [(byte & 0x07) << 18, Math.min(((byte & 0x07) << 18) | 0x3ffff, 0x10ffff)];
  return undefined;
}

/**
 * A pattern for the characters that a byte-level vocabulary cannot express because their first byte has no token, as
 * control characters in some vocabularies; undefined where there are none.
 */
export function inexpressible(tokens: ReadonlySet<string>): string | undefined {
  const ranges: string[] = [];
  for (const [byte, character] of BYTE_CHARACTERS.entries()) {
    const range = tokens.has(character) ? undefined : codePointsOfLead(byte);
    if (range !== undefined) ranges.push(range.map((point) => `\\x{${point.toString(16)}}`).join('-'));
  }
  return ranges.length === 0 ? undefined : `[${ranges.join('')}]`;
}
