/**
 * Characters that change what stands around them on a terminal or a page, or that nobody sees: control characters,
 * line and paragraph separators, marks of direction, and halves of surrogate pairs.
 */
const UNSEEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is sought
  /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Characters of a name from a file that a sentence shows. */
const NAME_LENGTH = 80;
/** Names of a list that a sentence shows. */
const NAMES = 20;

function visible(char: string): string {
  const code = char.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '\u2421' : `\\u${code.toString(16).padStart(4, '0')}`;
}

/** A text in which control characters are shown by a sign of their own: "␛" for the escape character, "\u202e" for others. */
export function shownText(text: string): string {
  return text.replace(UNSEEN, visible);
}

/**
 * A name from a file as a sentence, a label or a table may show it: control characters are shown, and of a long one the
 * start and the end are kept.
 * @param most characters of the result at most
 */
export function shownName(name: string, most = NAME_LENGTH): string {
  const end = Math.floor(most / 4);
  // The middle of a long name is never looked at.
  const ends = name.length <= most ? name : `${name.slice(0, most - end - 1)}…${name.slice(-end)}`;
  const shown = shownText(ends);
  return shown.length <= most ? shown : `${shown.slice(0, most - end - 1)}…${shown.slice(-end)}`;
}

/**
 * Names in quotes, joined by commas; of many the first, and how many more there are.
 * @param most names that are shown
 */
export function listedNames(names: readonly string[], most = NAMES): string {
  const first = names.slice(0, most).map((name) => `"${shownName(name)}"`);
  const more = names.length - first.length;
  return more > 0 ? `${first.join(', ')} and ${more} more` : first.join(', ');
}
