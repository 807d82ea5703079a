import { describe, expect, it } from 'vitest';
import { EngineError } from '../../../src/lib/errors.ts';
import { listedNames, shownName, shownText } from '../../../src/lib/shown.ts';

describe('what comes from a file', () => {
  it.each([
    ['a\nb', 'a␊b'],
    ['\u001b[31mred\u001b[0m', '␛[31mred␛[0m'],
    ['\u009b2J', '\\u009b2J'],
    ['a\u0000b\u007f', 'a␀b␡'],
    ['txt.\u202egpj', 'txt.\\u202egpj'],
    ['half \ud83d', 'half \\ud83d'],
    ['\udc69 half', '\\udc69 half'],
    ['👩‍👩‍👧 naïve 日本語 שלום', '👩‍👩‍👧 naïve 日本語 שלום'],
  ])('shows %j as %j', (text, shown) => {
    expect(shownText(text)).toBe(shown);
    expect(shownName(text)).toBe(shown);
  });

  it('keeps the start and the end of a long name', () => {
    const shown = shownName(`${'long '.repeat(12_000)}name.csv`);
    expect(shown).toHaveLength(80);
    expect(shown).toMatch(/^long long .*….*name\.csv$/);
    expect(shownName('\u001b'.repeat(62_000), 20)).toBe(`${'␛'.repeat(14)}…${'␛'.repeat(5)}`);
    expect(shownName('\u202e'.repeat(80)).length).toBeLessThanOrEqual(80);
  });

  it('lists twenty names at most', () => {
    expect(listedNames(['a', 'b\n'])).toBe('"a", "b␊"');
    const listed = listedNames(Array.from({ length: 5000 }, (_, i) => `name ${i}`.repeat(50)));
    expect(listed).toMatch(/and 4980 more$/);
    expect(listed.length).toBeLessThan(2000);
  });

  it('neither steers a terminal nor fills it from within an error', () => {
    const { message } = new EngineError('bad-input', `${'x'.repeat(62_000)}\u001b]0;owned\u0007 is wrong.`);
    expect(message).toMatch(/^x+ … x+␛\]0;owned␇ is wrong\.$/);
    expect(message.length).toBeLessThanOrEqual(2000);
  });
});
