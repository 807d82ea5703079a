import type { Word } from '../../datasets/normalise.ts';

/** Zeros that a word behind a number stands for. */
const SCALES: ReadonlyMap<string, number> = new Map([
  ['hundred', 2],
  ['thousand', 3],
  ['million', 6],
  ['millions', 6],
  ['billion', 9],
  ['billions', 9],
  ['trillion', 12],
  ['trillions', 12],
]);

/** What stands between groups of three digits, beside the comma: spaces that do not break a line, and apostrophes. */
const BETWEEN_GROUPS = /^[\u00a0\u2009\u202f'’]$/;

/** A number times a power of ten, as digits: 2.5 and 6 zeros are "2500000". */
function scaled(number: string, zeros: number): string {
  const [, sign, whole, part = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(number) as RegExpExecArray;
  const digits = `${whole}${part.slice(0, zeros).padEnd(zeros, '0')}`.replace(/^0+(?=\d)/, '');
  const rest = part.slice(zeros);
  return `${sign}${digits}${rest === '' ? '' : `.${rest}`}`;
}

/**
 * The words of a text with numbers as one word that are written in several: "3 million" is 3000000, and "1'000" and
 * "1 000" with a space that does not break are 1000. So 3 is not said by "3 million".
 */
export function withWholeNumbers(text: string, words: readonly Word[]): readonly Word[] {
  const joined: Word[] = [];
  for (const word of words) {
    const before = joined.at(-1);
    const between = before ? text.slice(before.end, word.start) : '';
    const zeros = SCALES.get(word.text);
    let whole: string | undefined;
    if (before && /^\d{3}$/.test(word.text) && /^-?\d{1,3}(?:\d{3})*$/.test(before.text)) {
      if (BETWEEN_GROUPS.test(between)) whole = before.text + word.text;
    } else if (before && zeros !== undefined && /^-?\d+(?:\.\d+)?$/.test(before.text)) {
      if (/^(?:\s|-|\u00a0)?$/.test(between)) whole = scaled(before.text, zeros);
    }
    if (before && whole !== undefined)
      joined[joined.length - 1] = { ...word, text: whole, base: whole, start: before.start };
    else joined.push(word);
  }
  return joined;
}
