import { describe, expect, it } from 'vitest';
import { normalised, wordsOf } from '../../../../src/datasets/normalise.ts';
import { judgeReply, type Verdict } from '../../../../src/studies/identify/judge.ts';

const cases: readonly [reply: string, answers: readonly string[], verdict: Verdict][] = [
  ['The capital of France is Paris.', ['Paris'], 'right'],
  ['PARIS', ['Paris'], 'right'],
  ['It is Parisian.', ['Paris'], 'wrong'],
  ['not Mark Twain', ['Mark Twain'], 'denied'],
  ["It wasn't Mark Twain.", ['Mark Twain'], 'denied'],
  ['Mark Twain did not write it.', ['Mark Twain'], 'denied'],
  ['Dickens rather than Mark Twain.', ['Mark Twain'], 'denied'],
  ['Not Dickens, Mark Twain.', ['Mark Twain'], 'right'],
  ['It is not London but Paris.', ['Paris'], 'right'],
  ['Not Paris. I mean: Paris it is.', ['Paris'], 'right'],
  ['Paris, not London.', ['Paris'], 'right'],
  ['In 1912', ['1'], 'wrong'],
  ['1', ['1'], 'right'],
  ['The answer is 1.', ['1'], 'right'],
  ['1.5', ['1'], 'wrong'],
  ['1st', ['1'], 'wrong'],
  ['1,912 people', ['1912'], 'right'],
  ['1, 2 or 3', ['1'], 'right'],
  ['-5 degrees', ['5'], 'wrong'],
  ['from 1914-1918', ['1918'], 'right'],
  ['3 + 4 = 7', ['7', 'seven'], 'right'],
  ['007', ['7'], 'wrong'],
  ['São Paulo', ['Sao Paulo'], 'right'],
  ['Sao Paulo', ['São Paulo'], 'right'],
  ['Chisinau is it', ['Chișinău'], 'right'],
  ['der Strasse', ['Straße'], 'right'],
  ['Beatles', ['The Beatles'], 'right'],
  ['the Lord of Rings', ['The Lord of the Rings'], 'right'],
  ["Japan's capital", ['Japan'], 'right'],
  ['McDonalds', ["McDonald's"], 'right'],
  ['U.S.', ['US'], 'right'],
  ['the US', ['U.S.'], 'right'],
  ['J.K. Rowling', ['J. K. Rowling'], 'right'],
  ['twenty one', ['twenty-one'], 'right'],
  ['首都は東京です', ['東京'], 'right'],
  ['I do not know, perhaps Paris.', ['Paris'], 'uncertain'],
  ['I don’t know.', ['Paris'], 'uncertain'],
  ["I'm sorry, but as a chatbot I cannot say.", ['Paris'], 'uncertain'],
  ['No answer', ['No answer'], 'right'],
  ['That country does not exist.', [], 'uncertain'],
  ['', ['Paris'], 'uncertain'],
  ['  ...', ['Paris'], 'uncertain'],
  ['Paris', [], 'wrong'],
  ['A', ['A'], 'right'],
  ['true', ['true'], 'right'],
];

describe('judging a reply', () => {
  it.each(cases)('%j for %j is %s', (reply, answers, verdict) => {
    expect(judgeReply(reply, answers).verdict).toBe(verdict);
  });

  it.each<[string, Verdict]>([
    ['Paris', 'right'],
    ['Rome', 'wrong'],
    ['Paris or Rome', 'uncertain'],
    ['Paris, not Rome', 'right'],
    ['It is not Paris but Rome', 'denied'],
    ['Oslo', 'wrong'],
  ])('%j is %s where the question offers Paris and Rome', (reply, verdict) => {
    expect(judgeReply(reply, ['Paris'], ['Rome']).verdict).toBe(verdict);
  });

  it('says where the accepted answer stands', () => {
    const reply = 'Well: the São Paulo of old.';
    const { span } = judgeReply(reply, ['sao paulo']);
    expect(reply.slice(span?.start, span?.end)).toBe('São Paulo');
  });

  it('takes the first undenied place of an answer', () => {
    const reply = 'Not Paris; yes, Paris.';
    expect(judgeReply(reply, ['Paris']).span).toEqual({ start: 16, end: 21 });
  });

  it('does not stumble over markup and patterns in answers', () => {
    expect(judgeReply('"><img src=x onerror=alert(1)>', ['(.*)']).verdict).toBe('wrong');
    expect(judgeReply('C++', ['C++']).verdict).toBe('right');
  });
});

describe('words', () => {
  it('gives one form to spellings of one question', () => {
    expect(normalised('who wrote  emma ?')).toBe(normalised('Who wrote Emma?'));
    expect(normalised('Who wrote Emma?')).not.toBe(normalised('Who wrote Emmas?'));
  });

  it('keeps places in texts with accents, wide characters and emoji', () => {
    const text = '👩‍👩‍👧 naïve 日本 Ⅻ';
    for (const { start, end } of wordsOf(text)) expect(text.slice(start, end).trim()).not.toBe('');
    expect(wordsOf(text).map((word) => word.text)).toEqual(['naive', '日', '本', 'xii']);
  });
});

describe('a number', () => {
  it.each([
    ['1/2', '2'],
    ['1 / 2', '2'],
    ['½', '2'],
    ['2½ miles', '2'],
    ['10⁶', '10'],
    ['10^6', '6'],
    ['The score was 2:1.', '2'],
    ['At 12:30.', '12'],
    ['On 2/3/1999.', '2'],
    ['2.3.1999', '2'],
    ['1999-03-02', '2'],
    ['On 2/3/99.', '2'],
    ['On March 2, 1999.', '2'],
    ['2 March', '2'],
    ['2.5', '2'],
    ['2,5', '5'],
    ['.5', '5'],
    ['Version 1.2.3', '3'],
    ['-2', '2'],
    ['About 2 million.', '2'],
    ['2.5 million', '2.5'],
    ['1\u00a0000 people', '1'],
    ["1'000", '1'],
  ])('inside another is not that number: %j does not say %j', (reply, answer) => {
    expect(judgeReply(reply, [answer]).verdict).toBe('wrong');
  });

  it.each([
    ['12', '12.0'],
    ['It is 12.0.', '12'],
    ['2.50', '2.5'],
    ['1,000', '1000'],
    ['1\u202f000\u202f000 people', '1,000,000'],
    ["12'345", '12345'],
    ['some 3 million people', '3,000,000'],
    ['2,500,000', '2.5 million'],
    ['$3 billion', '3 billion'],
    ['-1.25 thousand', '-1250'],
    ['Rooms 3 and 100', '100'],
    ['0.5', '.5'],
    ['½', '1/2'],
    ['1 / 2', '1/2'],
    ['2½', '2 1/2'],
    ['10⁶', '10^6'],
    ['9:30', '09:30'],
    ['On 2/3/1999.', '1999'],
    ['1999-03-02', '1999'],
    ['March 2, 1999', 'March 2'],
    ['The war of 1939-1945.', '1945'],
    ['You may 3 times.', '3'],
    ['There are 2.', '2'],
    ['It costs $5.', '5'],
  ])('has several spellings: %j says %j', (reply, answer) => {
    expect(judgeReply(reply, [answer]).verdict).toBe('right');
  });
});

describe('a name that ends or begins with a sign', () => {
  const names = ['C', 'C++', 'C#', 'F#', 'A+', 'B', '.NET', 'Net'];
  it.each(names)('%j is none of the others', (name) => {
    for (const other of names) {
      const same = name === other;
      expect(judgeReply(`It is ${other}, of course.`, [name]).verdict, other).toBe(same ? 'right' : 'wrong');
    }
  });
});

describe('a long text', () => {
  it.each(['1/', '1 ', '2:', 'a+', '1,', '.5', '1-', 'March 3 '])('of %j is read in linear time', (piece) => {
    const start = performance.now();
    judgeReply(piece.repeat(100_000), ['7/8']);
    expect(performance.now() - start).toBeLessThan(20_000);
  });
});
