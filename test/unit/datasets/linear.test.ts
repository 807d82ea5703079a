import { describe, expect, it } from 'vitest';
import { guessColumns } from '../../../src/datasets/questions/columns.ts';
import { toQuestionSet } from '../../../src/datasets/questions/from-table.ts';
import { readTable } from '../../../src/datasets/tables/read-table.ts';

const about = { name: 'Test', source: { name: 'own', licence: 'MIT' } };

/** Milliseconds that a file takes to be opened and made a set of, whatever comes of it. */
async function timeOf(text: string, name: string): Promise<number> {
  const started = performance.now();
  try {
    const table = await readTable(new TextEncoder().encode(text), name);
    if (table.format !== 'h-neuron-questions') {
      const [question, answers] = table.columns.map(({ path }) => path);
      await toQuestionSet(table, { question, answers, ...guessColumns(table) }, about);
    }
  } catch (error) {
    expect(String(error).length).toBeLessThan(2100);
  }
  return performance.now() - started;
}

describe('files that would take quadratic time', () => {
  it.each<[string, string, string]>([
    ['one name 20,000 times', `${'a,'.repeat(20_000)}a\n${'1,'.repeat(20_000)}1\n`, 'a.csv'],
    ['a first cell of 60,000 words', `${'word '.repeat(60_000)}?,x\nb,y\n`, 'a.csv'],
    ['a first cell of 60,000 words without a question', `${'word '.repeat(60_000)},x\nb,y\n`, 'a.csv'],
    ['2,000,000 columns', `${'\t'.repeat(2_000_000)}\nx\n`, 'a.tsv'],
    ['a row of 1,000,000 cells', `question,answer\nQ?,${'a,'.repeat(1_000_000)}b\nr?,x\n`, 'a.csv'],
    [
      '50,000 short rows below 3,000 columns',
      `question,${Array.from({ length: 3000 }, (_, at) => `k${at}`).join()}\n${'q?,x\n'.repeat(50_000)}`,
      'a.csv',
    ],
    ['cells of spaces', `question,answer\n${`${' '.repeat(60_000)}x,y\n`.repeat(5)}`, 'a.csv'],
    ['one question 30,000 times', `question,answer\n${'Who is it?,Ann\n'.repeat(30_000)}`, 'a.csv'],
    [
      'a name of 60,000 dots',
      `{"question":"Q?","answer":"x","${'a.'.repeat(60_000)}":1}\n{"question":"R?"}`,
      'a.jsonl',
    ],
    [
      '20,000 keys',
      JSON.stringify([Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`k${i}`, 'x']))]),
      'a.json',
    ],
    ['quotes', `question,answer\n${'"a"b"c'.repeat(20_000)}`, 'a.csv'],
    ['closed quotes', `question,answer\n${'"a" '.repeat(20_000)},x\n`, 'a.csv'],
    [
      'an answer of ampersands',
      `question,answers\nQ?,${'&amp;'.repeat(40_000)};${'&'.repeat(40_000)}\n`,
      'a.csv',
    ],
    ['an answer of brackets', `question\tanswers\nQ?\t${'['.repeat(100_000)}\n`, 'a.tsv'],
    ['an answer of backslashes', `question\tanswers\nQ?\t['${'\\\\'.repeat(100_000)}\n`, 'a.tsv'],
  ])('are read in time: %s', async (_, text, name) => {
    expect(await timeOf(text, name)).toBeLessThan(3000);
  });

  it('are refused where they have too many columns, by file and line', async () => {
    const text = `${'a,'.repeat(6000)}a\n`;
    await expect(readTable(new TextEncoder().encode(text), 'a.csv')).rejects.toMatchObject({
      code: 'bad-input',
      message:
        'Line 1 of a.csv has 6001 cells, and a table has at most 5000 columns; take out those that are not needed.',
    });
  });

  it('keep columns that are empty in every row that is looked at', async () => {
    const table = await readTable(new TextEncoder().encode('question,answer,note\nq?,x\nr?,y\n'), 'a.csv');
    if (table.format === 'h-neuron-questions') throw new Error('a set, not a table');
    expect(table.columns.map(({ path }) => path)).toEqual(['question', 'answer', 'note']);
  });
});
