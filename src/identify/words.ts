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

/**
 * In this order: a number with its sign, thousands and decimals ("-1,200.5"); initials ("U.S.", "J. K."), one word; a
 * character of a script that writes no spaces; a run of letters and digits, with apostrophes in it.
 */
const WORD =
  /(?<![\p{L}\p{N}\p{M}])(?:(?<![\p{L}\p{N}][\p{P}\p{S}]*)[-−](?=\d))?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?![\p{L}\p{N}])|(?<![\p{L}\p{N}\p{M}'’])\p{L}\.(?:\s?\p{L}\.)*(?:\p{L}(?![\p{L}\p{N}]))?|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])[\p{L}\p{N}\p{M}])+(?:['’](?=\p{L})[\p{L}\p{N}\p{M}]+)*/gu;

/** The words of a text, in order. */
export function wordsOf(text: string): Word[] {
  return Array.from(text.matchAll(WORD), (match) => {
    const raw = match[0];
    const plain = (part: string) =>
      fold(part.replace(/−/g, '-'))
        .replace(/['’,\s]/g, '')
        .replace(/\.(?!\d)/g, '');
    return {
      text: plain(raw),
      base: plain(raw.replace(/['’]s$/iu, '')),
      start: match.index,
      end: match.index + raw.length,
    };
  });
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
