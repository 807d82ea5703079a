import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/lib/math/random.ts';
import { BoundedRegExp, TooManySteps } from '../../../src/model/bounded-regexp.ts';

/** Patterns of real tokenizers, and of everything that patterns may consist of. */
const SOUND = [
  "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
  "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+('s|'t|'re)?|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}]+[\\p{Ll}\\p{M}]*|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n\\/]*|\\s+",
  '\\p{N}{1,3}(?=(?:\\p{N}{3})*(?:\\P{N}|$))',
  ' ?[^\\s.,!?…。，、।۔،]+',
  '(a|b)*?c|(?<year>\\d+)-\\1',
  '(?<=a)b|(?<!\\s)\\d|\\bx\\B',
  '(?:(a)|b)*',
  '(?:a?){3}b{2,4}?|^a|\\n$',
  '(z)((a+)?(b+)?(c))*',
  '(?=(a+))a*b\\1|.{2}',
  '(?:)|a',
  '[😀-😂]+|\\u{1F600}|.',
  '(?<=(\\d+)(\\d+))a',
];
const LETTERS = [..."aabbc12 x\n\r\t.'sS!zé漢😀", '\ud83d'];

describe('a bounded regular expression', () => {
  it.each(SOUND)('matches as the language does: %s', (source) => {
    const random = createRandom(7);
    const native = new RegExp(source, 'gu');
    const bounded = new BoundedRegExp(native, 'gu', { left: 1e8 });
    for (let round = 0; round < 400; round++) {
      const length = Math.floor(random() * 24);
      const text = Array.from({ length }, () => LETTERS[Math.floor(random() * LETTERS.length)]).join('');
      const all = (pattern: RegExp) =>
        [...text.matchAll(pattern)].map((match) => [...match, match.index, match.groups]);
      expect(all(bounded)).toEqual(all(native));
      expect(text.match(bounded)).toEqual(text.match(native));
      expect(text.split(bounded)).toEqual(text.split(native));
      expect(text.replaceAll(bounded, '<$&$1>')).toBe(text.replaceAll(native, '<$&$1>'));
    }
  });

  it.each([
    ['(a+)+$', 'a'.repeat(40)],
    ['(a|aa)+$', 'a'.repeat(80)],
    ['(a|a?)+$', 'a'.repeat(40)],
    ['([a-zA-Z]+)*\\d', 'a'.repeat(40)],
    ['((ab)+)+$', 'ab'.repeat(40)],
    ['(?:a?){30}a{30}', 'a'.repeat(29)],
    ['(?<=^(a+)+)b', `x${'a'.repeat(40)}b`],
    ['(?=(a+)+$)a', 'a'.repeat(40)],
    ['(a+)\\1+$', 'a'.repeat(5000)],
    ['\\s*\\s*\\s*\\s*x', ' '.repeat(2000)],
    ['(?:a|b|ab)*c', 'ab'.repeat(60)],
    ['(.*)*y', 'x'.repeat(60)],
    ['(?:a{1,100}){1,100}b', 'a'.repeat(200)],
    ['(?:ab)*c', 'ab'.repeat(200_000)],
  ])('gives up on %s', (source, text) => {
    const started = performance.now();
    const pattern = new BoundedRegExp(source, 'gu', { left: 2_000_000 });
    expect(() => `${text}!`.match(pattern)).toThrow(TooManySteps);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it('splits a long text by a real pattern within a few steps a character', () => {
    const budget = { left: 100 * 100_000 };
    const pattern = new BoundedRegExp(SOUND[1]!, 'gu', budget);
    const text = 'The quick brown fox, 12345 times; and   again.\n\n'.repeat(2000);
    expect(text.match(pattern)).toEqual(text.match(new RegExp(SOUND[1]!, 'gu')));
    expect(budget.left).toBeGreaterThan(0);
  });
});
