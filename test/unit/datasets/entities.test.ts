import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeEntities, splitOutsideEntities } from '../../../src/datasets/questions/entities.ts';
import { toQuestionSet } from '../../../src/datasets/questions/from-table.ts';
import { readTable } from '../../../src/datasets/tables/read-table.ts';

/** Every named reference of HTML, as Python knows them: with its semicolon, or without one. */
const named = readFileSync(new URL('../../fixtures/questions/html5-entities.txt', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => {
    const [name = '', ...codes] = line.split(' ');
    return [name, String.fromCodePoint(...codes.map((code) => Number.parseInt(code, 16)))] as const;
  });

describe('HTML entities', () => {
  it('are all those that HTML5 names, with and without a semicolon as HTML5 has them', () => {
    expect(named).toHaveLength(2231);
    for (const [name, characters] of named) expect(decodeEntities(`a &${name} b`)).toBe(`a ${characters} b`);
    const known = new Set(named.map(([name]) => name));
    const bare = named.flatMap(([name]) => (name.endsWith(';') ? [name.slice(0, -1)] : []));
    for (const name of bare.filter((each) => !known.has(each)))
      expect(decodeEntities(`a &${name} b`)).toBe(`a &${name} b`);
  });

  it.each<[string, string]>([
    ['&#8212; &#x2014; &#X2014;', '— — —'],
    ['&#128; &#x92; &#150;', '€ ’ –'],
    ['&#129;', '\u0081'],
    ['it&#39s', "it's"],
    ['&#0; &#xD800; &#x110000; &#99999999999;', '\ufffd \ufffd \ufffd \ufffd'],
    ['Tom &amp;amp; Jerry', 'Tom & Jerry'],
    ['&lt;b&gt;', '<b>'],
  ])('%s are %s', (text, expected) => {
    expect(decodeEntities(text)).toBe(expected);
  });

  it.each([
    'AT&T',
    'AT&T; R&D;',
    'a & b',
    'rock&roll',
    '&copyright',
    '&notit;',
    '&; &#; &#x; &',
    'https://example.org/?a=1&copy=2&lt=3',
    'https://example.org/?a=1&copy',
  ])('are none in %s', (text) => {
    expect(decodeEntities(text)).toBe(text);
  });

  it('are read in an address as what its writer escaped', () => {
    expect(decodeEntities('https://example.org/?a=1&amp;copy=2, &copy 2024')).toBe(
      'https://example.org/?a=1&copy=2, © 2024',
    );
  });

  it('keep their semicolons to themselves', () => {
    expect(splitOutsideEntities('AT&amp;T; &NotEqualTilde;;x &copy y;&amp;lt;', ';')).toEqual([
      'AT&amp;T',
      ' &NotEqualTilde;',
      'x &copy y',
      '&amp;lt;',
    ]);
  });

  it('are decoded in linear time', () => {
    const long = [
      '&lt'.repeat(200_000),
      '?a'.repeat(300_000),
      `&${'a'.repeat(500_000)}`,
      '&'.repeat(500_000),
    ];
    for (const text of long) expect(decodeEntities(text)).toBe(text.replaceAll('&lt', '<'));
  }, 4000);

  it('are decoded in questions, answers and groups of a file', async () => {
    const text = 'question,answer,group\nWho is &Ubrcy;?,x&nbsp;y &half;,R&amp;B\n';
    const table = await readTable(new TextEncoder().encode(text), 'a.csv');
    if (table.format === 'h-neuron-questions') throw new Error('a set, not a table');
    const mapping = { question: 'question', answers: 'answer', group: 'group' };
    const about = { name: 'Test', source: { name: 'own', licence: 'MIT' } };
    const { set } = await toQuestionSet(table, mapping, about);
    expect(set.questions[0]).toMatchObject({
      question: 'Who is Ў?',
      answers: ['x\u00a0y ½'],
      relation: 'R&B',
    });
  });
});
