import type { Fact, Relation } from './relation.ts';

const SMALL =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const TENS = '_ _ twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');

/** A number from 0 to 99 in words. */
function inWords(n: number): string {
  if (n < 20) return SMALL[n];
  return n % 10 === 0 ? TENS[n / 10] : `${TENS[Math.floor(n / 10)]}-${SMALL[n % 10]}`;
}

const answersOf = (n: number) => (n < 100 ? [String(n), inWords(n)] : [String(n)]);

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

const pairs = (from: number, to: number) =>
  range(from, to).flatMap((a) => range(a, to).map((b) => [a, b] as const));

/** Letters whose name is also a word are no answers: a reply holds them by chance. */
const isLetterAnswer = (letter: string) => letter !== 'A' && letter !== 'I';
const letters = range(0, 25).map((i) => String.fromCharCode(65 + i));

const words =
  'banana cat dog elephant flower garden house jungle kitchen lemon mountain night ocean pencil queen river summer tiger umbrella violin window yellow zebra butter chicken dragon evening forest guitar hammer'.split(
    ' ',
  );

/** Relations of numbers and letters, generated. */
export function numberRelations(): Relation[] {
  const relation = (name: string, wordings: readonly string[], facts: readonly Fact[]): Relation => ({
    name,
    source: 'own',
    wordings,
    facts,
  });
  const number = (subject: string, value: number): Fact => ({ subject, answers: answersOf(value) });
  return [
    relation(
      'sums',
      ['What is {}?'],
      pairs(2, 9).map(([a, b]) => number(`${a} plus ${b}`, a + b)),
    ),
    relation(
      'differences',
      ['What is {}?'],
      pairs(2, 8).map(([a, b]) => number(`${a + b} minus ${a}`, b)),
    ),
    relation(
      'products',
      ['What is {}?'],
      pairs(2, 9).map(([a, b]) => number(`${a} times ${b}`, a * b)),
    ),
    relation(
      'next-numbers',
      ['Which number comes right after {}?'],
      range(1, 60).map((n) => number(String(n), n + 1)),
    ),
    relation(
      'next-letters',
      ['Which letter comes right after {} in the alphabet?'],
      range(0, 24)
        .filter((i) => isLetterAnswer(letters[i + 1]))
        .map((i) => ({ subject: letters[i], answers: [letters[i + 1]] })),
    ),
    relation(
      'previous-letters',
      ['Which letter comes right before {} in the alphabet?'],
      range(1, 25)
        .filter((i) => isLetterAnswer(letters[i - 1]))
        .map((i) => ({ subject: letters[i], answers: [letters[i - 1]] })),
    ),
    relation(
      'first-letters',
      ['What is the first letter of the word "{}"?'],
      words.map((word) => ({ subject: word, answers: [word[0].toUpperCase()] })),
    ),
  ];
}
