import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseColumns, readQuestions } from '../../../src/studies/identify/terminal/question-file.ts';
import { questionsText, runQuestions } from '../../../src/studies/identify/terminal/questions.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/questions/${name}`, import.meta.url));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'questions-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe('--columns', () => {
  it('is read, also with commas and spaces in names', () => {
    expect(
      parseColumns('question=Q,answers=Best Answer,aliases=a.b,aliases=c,group=G, or not,id=I,separator=;'),
    ).toEqual({
      question: 'Q',
      answers: 'Best Answer',
      aliases: ['a.b', 'c'],
      group: 'G, or not',
      id: 'I',
      separator: ';',
    });
    expect(parseColumns('separator=none')).toEqual({ separator: '' });
  });

  it.each(['question', 'question=', 'foo=bar', 'Question=a', ''])('%j is refused', (text) => {
    expect(() => parseColumns(text)).toThrow(/^--columns takes question=…, answers=…/);
  });

  it('takes separators that are known', () => {
    expect(() => parseColumns('separator=x')).toThrow(
      'The separator of answers is ";", "|" or none, not "x".',
    );
  });
});

describe('questions in the terminal', () => {
  it('come from every format, guessed or by column, up to a limit', async () => {
    for (const name of [
      'triviaqa.jsonl',
      'simpleqa_verified.csv',
      'truthfulqa.csv',
      'popqa-shape-none.parquet',
    ]) {
      const set = await readQuestions(fixture(name), { limit: 2 });
      expect(set.questions).toHaveLength(2);
    }
    const set = await readQuestions(fixture('truthfulqa.csv'), {
      columns: parseColumns('question=Question,answers=Correct Answers,group=Type'),
    });
    expect(set.questions).toHaveLength(3);
    expect(set.questions[0].answers).toHaveLength(6);
    expect(set.header.relations).toEqual({ Adversarial: 3 });
  });

  it('come from the built-in sets as before', async () => {
    const set = await readQuestions('facts', { limit: 5 });
    expect(set.header.name).toBe('Facts for small models');
    expect(set.questions).toHaveLength(5);
  });

  it('of some relations only are taken before their number is', async () => {
    const set = await readQuestions('facts', { limit: 7, relations: ['opposites', 'continents'] });
    expect(set.questions).toHaveLength(7);
    expect(new Set(set.questions.map(({ relation }) => relation))).toEqual(
      new Set(['opposites', 'continents']),
    );
    await expect(readQuestions('facts', { relations: ['rivers of Mars'] })).rejects.toThrow(
      /no relation "rivers of Mars"; it has "animal-classes", /,
    );
  });

  it('that are not there are said to be missing', async () => {
    await expect(readQuestions('nothing')).rejects.toThrow(
      'There is no question set at nothing; give a file, hub:OWNER/NAME, or one of the built-in names: facts, invented.',
    );
  });
});

describe('hneurons questions', () => {
  it('shows format, columns, mapping, rows of no use, source and licence', async () => {
    const path = write(
      'mine.csv',
      '\uFEFFquestion,answers,topic\nWho wrote Emma?,Jane Austen;Austen,books\nWho?,,books\nHow many?,007,sums\n',
    );
    expect(questionsText(await runQuestions(path, {}))).toBe(
      [
        'mine: csv',
        'columns:',
        '  question: "Who wrote Emma?", "Who?", "How many?"',
        '  answers: "Jane Austen;Austen", "007"',
        '  topic: "books", "sums"',
        '--columns "question=question,answers=answers,group=topic"',
        '2 questions from 3 rows; 1 rows give none',
        '  line 3 has no answer in words or numbers',
        'first questions:',
        '  Who wrote Emma? "Jane Austen", "Austen"',
        '  How many? "007"',
        'groups: books 1, sums 1',
        'source: mine.csv; licence: not stated',
      ].join('\n'),
    );
  });

  it('shows the columns of a table whose questions cannot be found', async () => {
    const path = write('other.csv', 'a,b\n1,2\n');
    const text = questionsText(await runQuestions(path, {}));
    expect(text).toContain('  a: "1"');
    expect(text).toContain(
      'No column of other.csv looks like the questions; name the column. It has "a", "b".',
    );
    await expect(runQuestions(write('page.csv', '<html>'), {})).rejects.toThrow('page.csv is a web page');
  });

  it('shows a set of the project’s own', async () => {
    const text = questionsText(await runQuestions('invented', {}));
    expect(text).toMatch(/^.+: h-neuron-questions\n\d+ questions from/);
    expect(text).toMatch(/licence: MIT/);
  });
});
