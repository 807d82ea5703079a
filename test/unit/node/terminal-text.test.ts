import { describe, expect, it } from 'vitest';
import { inspectText } from '../../../src/cli/text-output.ts';
import { terminalJson, terminalText } from '../../../src/node/terminal-text.ts';

const HOSTILE = 'a\u001b[31mred\u009b2J\r\u202eb\u0007';

describe('what the terminal prints of files and models', () => {
  it('keeps lines and tabs, and shows what would steer it', () => {
    expect(terminalText(`one\n\ttwo ${HOSTILE}`)).toBe('one\n\ttwo a␛[31mred\\u009b2J␍\\u202eb␇');
    expect(terminalText('plain, naïve 漢字 😀')).toBe('plain, naïve 漢字 😀');
  });

  it('is JSON that reads as the value and holds nothing unseen', () => {
    const value = { text: HOSTILE, list: ['\ufeff', 'é'] };
    const json = terminalJson(value);
    expect(JSON.parse(json)).toEqual(value);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is sought
    expect(json).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e\ufeff]/);
  });

  it('has a name of a file on one line, shortened', () => {
    const text = inspectText({ name: `x\n${'y'.repeat(100_000)}`, layers: 2, data_files: [HOSTILE] });
    expect(text.split('\n')).toHaveLength(3);
    expect(text.length).toBeLessThan(1000);
    expect(text).toContain('name: x␊y');
  });
});
