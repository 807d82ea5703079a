/** A word of a text as answers are compared: without case, accents and punctuation. */
export interface Word {
  /** Folded form; an apostrophe within the word is dropped ("dont"). */
  readonly text: string;
  /** The form without a possessive ending: "japan" of "Japan's"; else equal to `text`. */
  readonly base: string;
  /** UTF-16 offsets in the text. */
  readonly start: number;
  readonly end: number;
}

/** Letters that do not fall apart into a letter and an accent. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
};

/** Lower case without accents; ligatures and full-width forms as plain letters. */
export function fold(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[ßæœøłđðþı]/g, (letter) => LETTERS[letter]);
}

/** No letter or digit goes on here. */
const END = String.raw`(?![\p{L}\p{N}])`;
const NEW_WORD = String.raw`(?<![\p{L}\p{N}\p{M}])`;
/** Of a script that writes no spaces: every character is a word. */
const UNSPACED = String.raw`[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]`;

/** Numbers that are parts of something else, which is one word: 2 is not said by "1/2", "2:30" or "2/3/1999". */
const DATE = [
  // Day and month before a year, which is a word of its own; a date with a short year; month and day behind a year.
  String.raw`${NEW_WORD}\d{1,2}(?<mark>[/.-])\d{1,2}\k<mark>(?=\d{4}${END})`,
  String.raw`${NEW_WORD}\d{1,2}(?<sign>[/-])\d{1,2}\k<sign>\d{2}${END}`,
  String.raw`(?<=${NEW_WORD}\d{4})(?<dash>[/-])\d{1,2}\k<dash>\d{1,2}${END}`,
].join('|');
const COMPOUND = [
  // A fraction or a mixed number; years as in "1999/2000" are words of their own.
  String.raw`(?:\d{1,3}\s)?\d{1,3}\s?[/⁄]\s?\d{1,3}${END}`,
  String.raw`\d*[¼-¾⅐-⅞]${END}`,
  // A clock time or a ratio; a power; a version; a decimal with a comma, or without digits before its point.
  String.raw`\d+(?::\d+)+${END}`,
  String.raw`\d+(?:\^|\*\*)[-−]?\d+${END}`,
  String.raw`\d+[⁻⁰¹²³⁴-⁹]+${END}`,
  String.raw`\d+(?:\.\d+){2,}${END}`,
  String.raw`(?<!\d,)\d+,\d{1,2}(?![\p{L}\p{N}]|,\d)`,
  String.raw`(?<!\.)\.\d+${END}`,
].join('|');

/**
 * In this order: a part of a date; a compound of numbers; a number with its sign, thousands and decimals ("-1,200.5"); a name that ends or
 * begins with a sign ("C++", "C#", ".NET"); initials ("U.S.", "J. K."), one word; a character of a script that writes no
 * spaces; a run of letters and digits, with apostrophes in it.
 */
const WORD = new RegExp(
  [
    `(?<date>${DATE})`,
    `(?<compound>${NEW_WORD}(?:${COMPOUND}))`,
    String.raw`(?<number>${NEW_WORD}(?:(?<![\p{L}\p{N}][\p{P}\p{S}]*)[-−](?=\d))?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?${END})`,
    String.raw`${NEW_WORD}(?:\p{L}+(?:\+{1,2}|[#♯♭])(?![\p{L}\p{N}+#])|\.NET${END})`,
    String.raw`(?<![\p{L}\p{N}\p{M}'’])\p{L}\.(?:\s?\p{L}\.)*(?:\p{L}${END})?`,
    UNSPACED,
    String.raw`(?:(?!${UNSPACED})[\p{L}\p{N}\p{M}])+(?:['’](?=\p{L})[\p{L}\p{N}\p{M}]+)*`,
  ].join('|'),
  'gu',
);

/** One form for all spellings of a number or a compound of numbers. */
function numberText(raw: string): string {
  return raw
    .replace(/(\d)([⁻⁰¹²³⁴-⁹]+)$/u, (_, digit: string, power: string) => `${digit}^${power}`)
    .replace(/(\d)(?=[¼-¾⅐-⅞])/u, '$1 ')
    .normalize('NFKD')
    .replace(/[−⁻]/g, '-')
    .replace('**', '^')
    .replace('⁄', '/')
    .replace(/\s+/g, ' ')
    .replace(/ ?\/ ?/, '/')
    .replace(/^(\d+),(\d{1,2})$/, '$1.$2')
    .replace(/,/g, '')
    .replace(/^\./, '0.')
    .replace(/^0+(?=\d+:)/, '')
    .replace(/^(-?\d+)(?:\.0+|(\.\d*?[1-9])0+)$/, '$1$2');
}

function wordText(raw: string): string {
  return fold(raw.replace(/−/g, '-').replace(/♯$/, '#'))
    .replace(/['’,\s]/g, '')
    .replace(/\.(?!\d|net$)/g, '');
}

const MONTH =
  /^(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)$/;
const DAY = /^(?:[1-9]|[12]\d|3[01])$/;

/** A day of a month is no plain number: 3 is not said by "March 3" or "3 March". */
function markDays(text: string, words: readonly Word[]): Word[] {
  const isMonth = (word: Word | undefined) => word && MONTH.test(text.slice(word.start, word.end));
  const beside = (a: Word | undefined, b: Word | undefined) =>
    a && b && /^(?:\s|\.\s)$/.test(text.slice(a.end, b.start));
  return words.map((word, at) => {
    if (!DAY.test(word.text)) return word;
    const [before, after] = [words[at - 1], words[at + 1]];
    const isDay = (isMonth(before) && beside(before, word)) || (isMonth(after) && beside(word, after));
    return isDay ? { ...word, text: `day ${word.text}`, base: `day ${word.text}` } : word;
  });
}

function formOf(
  { date, compound, number }: Readonly<Record<string, string | undefined>>,
  raw: string,
): string {
  if (date !== undefined) return `date ${raw}`;
  return compound !== undefined || number !== undefined ? numberText(raw) : wordText(raw);
}

/** The words of a text, in order. */
export function wordsOf(text: string): Word[] {
  const words = Array.from(text.matchAll(WORD), (match): Word => {
    const raw = match[0];
    const groups = match.groups ?? {};
    return {
      text: formOf(groups, raw),
      base: formOf(groups, raw.replace(/['’]s$/iu, '')),
      start: match.index,
      end: match.index + raw.length,
    };
  });
  return markDays(text, words);
}

const ARTICLES = new Set(['a', 'an', 'the']);

/** The words without articles, or all of them where there is nothing else. */
export function withoutArticles(words: readonly Word[]): readonly Word[] {
  const rest = words.filter(({ text }) => !ARTICLES.has(text));
  return rest.length > 0 ? rest : words;
}

/** Whether two words stand for the same one; a possessive ending does not count. */
export function sameWord(a: Word, b: Word): boolean {
  return a.text === b.text || a.base === b.text || a.text === b.base;
}

/** First words of the places in `words` where `sought` stands, word for word. */
export function occurrences(words: readonly Word[], sought: readonly Word[]): number[] {
  if (sought.length === 0) return [];
  const found: number[] = [];
  for (let at = 0; at + sought.length <= words.length; at++) {
    if (sought.every((word, i) => sameWord(words[at + i], word))) found.push(at);
  }
  return found;
}

/** One form for all spellings of a text that differ in case, accents, punctuation, spaces or articles. */
export function normalised(text: string): string {
  return withoutArticles(wordsOf(text))
    .map((word) => word.text)
    .join(' ');
}
