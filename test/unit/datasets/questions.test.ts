import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { answersInCells } from '../../../src/datasets/questions/answer-cell.ts';
import {
  type ColumnMapping,
  completeMapping,
  guessColumns,
} from '../../../src/datasets/questions/columns.ts';
import { toQuestionSet } from '../../../src/datasets/questions/from-table.ts';
import { parsePythonLiteral } from '../../../src/datasets/questions/python-literal.ts';
import { formatQuestionSet, parseQuestionSet } from '../../../src/datasets/questions/question-set.ts';
import { readTable } from '../../../src/datasets/tables/read-table.ts';
import { type Cell, cellAt, type Table } from '../../../src/datasets/tables/table.ts';

const about = { name: 'Test', source: { name: 'own', url: 'https://example.org/set', licence: 'MIT' } };

async function open(text: string | Uint8Array, name: string): Promise<Table> {
  const file = await readTable(typeof text === 'string' ? new TextEncoder().encode(text) : text, name);
  if (file.format === 'h-neuron-questions') throw new Error('a set, not a table');
  return file;
}

const fixture = (name: string) =>
  open(new Uint8Array(readFileSync(new URL(`../../fixtures/questions/${name}`, import.meta.url))), name);

const jsonl = (rows: readonly unknown[]) =>
  open(rows.map((row) => JSON.stringify(row)).join('\n'), 'rows.jsonl');

const imported = (table: Table, mapping: ColumnMapping, limit?: number) =>
  toQuestionSet(table, mapping, about, { limit });

describe('answers of a cell', () => {
  const answers = (cell: Cell, separator: ';' | '|' | '' = '') => answersInCells([cell], [separator]);

  it.each<[Cell, string[]]>([
    ['Paris', ['Paris']],
    ['007', ['007']],
    ['1e5', ['1e5']],
    ['true', ['true']],
    ['NaN', ['NaN']],
    ['inf', ['inf']],
    ['N/A', ['N/A']],
    [7, ['7']],
    [0.5, ['0.5']],
    [Number.NaN, []],
    [true, ['true', 'yes']],
    [false, ['false', 'no']],
    [null, []],
    [undefined, []],
    ['', []],
    [' \n', []],
    ['—', []],
    ['<unk>', []],
    [
      ['a', ' b ', 'a', '', 3],
      ['a', 'b', '3'],
    ],
    ['["a", "b\\u00e9"]', ['a', 'bé']],
    ['[]', []],
    ["['a', 'b']", ['a', 'b']],
    ["[\"it's\", 'say \"x\"', 'don\\'t', '\\xe9\\u00e9\\n']", ["it's", 'say "x"', "don't", 'éé']],
    ["['a', 1e5, 007, None, True]", ['a', '1e5', '007', 'True']],
    ["array(['a', 'b'], dtype=object)", ['a', 'b']],
    ["['a' 'b'\n 'c']", ['a', 'b', 'c']],
    ["[['a', 'b'], ['c']]", ['a', 'b', 'c']],
    ['[sic] or not', ['[sic] or not']],
    ["['a'] and more", ["['a'] and more"]],
    ["['open", ["['open"]],
    [{ value: 'a', aliases: ['b'], type: 'x' }, ['a', 'b']],
    [
      [{ text: 'a' }, { text: 'b' }],
      ['a', 'b'],
    ],
    [{ start: 3 }, []],
    ["{'text': ['Bob'], 'answer_start': [3]}", ['Bob']],
    [
      "{'text': array(['Bob', 'Rob'],\n      dtype=object), 'answer_start': array([3, 8], dtype=int32)}",
      ['Bob', 'Rob'],
    ],
    ['{"text": ["Bob"], "answer_start": [3]}', ['Bob']],
    ["[{'text': 'Bob', 'answer_start': 3}]", ['Bob']],
    ["{'value': \"O'Neill\", 'aliases': ('a', \"b\",), 'x': {'y': None}}", ["O'Neill", 'a', 'b']],
    ["['a' 'b' ...\n 'y' 'z']", ['a', 'b', 'y', 'z']],
    ["[np.str_('a'), np.float64(1.50), np.int64(12)]", ['a', '1.50', '12']],
    ['[12345678901234567890, 1.0, -0, 1e400]', ['12345678901234567890', '1.0', '-0', '1e400']],
    ['(1, 2)', ['(1, 2)']],
    ["('Bob', \"O'Neill\")", ['Bob', "O'Neill"]],
    ["('Bob',)", ['Bob']],
    ['("Weird Al")', ['("Weird Al")']],
    ['("Weird Al") Yankovic, "x"', ['("Weird Al") Yankovic, "x"']],
    ["{'Bob', 'Rob'}", ['Bob', 'Rob']],
    ["[array(['Bob'], dtype='<U3'), None, ['Rob', [u'\\xc9mile']]]", ['Bob', 'Rob', 'Émile']],
    ['array([], dtype=object)', []],
    ["frozenset({'Bob', 'Rob'})", ['Bob', 'Rob']],
    ["deque(['Bob', 'Rob'], maxlen=5)", ['Bob', 'Rob']],
    ["OrderedDict([('text', ['Bob']), ('answer_start', [3])])", ['Bob']],
    ['set()', []],
    ["[Decimal('1.50'), Fraction(1, 3), None, NaT]", ['1.50', '1/3']],
    [
      '[datetime.date(2020, 1, 2), datetime.datetime(2020, 1, 2, 3, 4)]',
      ['2020-01-02', '2020-01-02T03:04:00'],
    ],
    ["[Timestamp('2020-01-02 00:00:00', tz='UTC')]", ['2020-01-02 00:00:00']],
    ['c("Bob", "Rob")', ['Bob', 'Rob']],
    ['c(a, b)', ['c(a, b)']],
    ['set(x)', ['set(x)']],
    ['"[\\"Bob\\", \\"Rob\\"]"', ['Bob', 'Rob']],
    ['"Bob"', ['"Bob"']],
    ['He had 40; he got 2.\nSo 40 + 2 = 42.\n#### 42', ['42']],
    ['#### 1,000 \n', ['1,000']],
    ['a #### b', ['a #### b']],
    ['$\\boxed{42}$', ['42']],
    ['{1, 2}', ['{1, 2}']],
    ['{x | x > 0}', ['{x | x > 0}']],
    ['Tom &amp; Jerry', ['Tom & Jerry']],
    ['Tom &amp;amp; Jerry', ['Tom & Jerry']],
    ['Tom &amp;amp;amp; Jerry&#146;s', ['Tom & Jerry’s']],
    ['&#201;mile &#x26; &eacute;', ['Émile & é']],
    ['AT&T; x &nosuch; &#0; &#xD800;', ['AT&T; x &nosuch; \ufffd \ufffd']],
    [
      ['Q&amp;A', 'R&B'],
      ['Q&A', 'R&B'],
    ],
  ])('%j gives %j', (cell, expected) => {
    expect(answers(cell)).toEqual(expected);
  });

  it('joined by a separator are taken apart, but not within a list', () => {
    expect(answers('a; b;c;', ';')).toEqual(['a', 'b', 'c']);
    expect(answers('Tom &amp; Jerry; Q&amp;amp;A;AT&amp;T;&eacute;;x', ';')).toEqual([
      'Tom & Jerry',
      'Q&A',
      'AT&T',
      'é',
      'x',
    ]);
    expect(answers('a|b', '|')).toEqual(['a', 'b']);
    expect(answers('a;b', '')).toEqual(['a;b']);
    expect(answers('["a;b", "c"]', ';')).toEqual(['a;b', 'c']);
    expect(answers('one; two\n#### 3', ';')).toEqual(['3']);
    expect(answers(['a;b'], ';')).toEqual(['a;b']);
  });

  it('is not read as a list by accident', () => {
    for (const text of ['[', '[]]', '[[]', '[a, b]', '[import os]', "['a', os.system('x')]"])
      expect(parsePythonLiteral(text)).toBeUndefined();
  });

  it('are none where lists are nested thousands deep', () => {
    for (const deep of ['['.repeat(5000) + ']'.repeat(5000), "['a', ".repeat(5000), '{"text":'.repeat(5000)])
      expect(answers(deep)).toEqual(deep.length > 2000 ? [] : [deep]);
    let nested: Cell = 'x';
    for (let level = 0; level < 5000; level++) nested = [nested];
    expect(answers(nested)).toEqual([]);
  });

  it('are at most 1,000, none longer than a set can hold', () => {
    const many = Array.from({ length: 1500 }, (_, at) => `a${at}`);
    expect(answers(many)).toEqual(many.slice(0, 1000));
    expect(answers(['x'.repeat(2001), 'y'])).toEqual(['y']);
  });
});

describe('a path', () => {
  const cells = { 'a.b': 1, a: { b: 2, c: { d: 3 } }, list: [{ x: 1 }, { x: 2 }, {}], 'p.q': { r: 4 } };
  it.each<[string, Cell]>([
    ['a.b', 1],
    ['a.c.d', 3],
    ['list.x', [1, 2, undefined]],
    ['p.q.r', 4],
    ['a.z', undefined],
    ['constructor', undefined],
    ['a.__proto__', undefined],
    ['toString.length', undefined],
  ])('%s leads to %j', (path, expected) => {
    expect(cellAt(cells, path)).toEqual(expected);
  });
});

describe('the guess of columns', () => {
  it.each<[string, Partial<ColumnMapping>]>([
    ['triviaqa.jsonl', { question: 'question', answers: 'answers' }],
    ['webquestions.jsonl', { question: 'question', answers: 'answers' }],
    ['simpleqa_verified.csv', { question: 'problem', answers: 'answer', id: 'original_index' }],
    [
      'truthfulqa.csv',
      {
        ...{ question: 'Question', answers: 'Best Answer', aliases: ['Correct Answers'], group: 'Category' },
        choices: ['Best Answer', 'Incorrect Answers'],
      },
    ],
  ])('fits %s', async (name, expected) => {
    const { group, ...guess } = guessColumns(await fixture(name));
    const { group: wanted, ...rest } = expected;
    expect(guess).toEqual({ id: undefined, ...rest });
    if (wanted !== undefined) expect(group).toBe(wanted);
  });

  it.each<[string, Record<string, unknown>[], Partial<ColumnMapping>]>([
    [
      'SQuAD',
      [
        { id: 'a', title: 'T', context: 'c', question: 'A?', answers: { text: ['x'], answer_start: [1] } },
        { id: 'b', title: 'T', context: 'c', question: 'B?', answers: { text: ['y'], answer_start: [2] } },
      ],
      { question: 'question', answers: 'answers.text', id: 'id' },
    ],
    [
      'Natural Questions, open',
      [{ question: 'who is it', answer: ['Ann', 'Anna'] }],
      { question: 'question', answers: 'answer' },
    ],
    [
      'FreshQA',
      [{ split: 'TEST', question: 'A?', num_hops: 'one', answer_0: 'x', answer_1: 'y', answer_2: 'z' }],
      { question: 'question', answers: 'answer_0', aliases: ['answer_1', 'answer_2'] },
    ],
    [
      'tasks with little beside them',
      [
        { instruction: 'Name a river.', input: '', output: 'x' },
        { instruction: 'Name it.', input: '', output: 'y' },
        { instruction: 'Translate it.', input: 'z', output: 'w' },
      ],
      { question: 'instruction', answers: 'output' },
    ],
    [
      'tasks and what they are about, of which neither is the question',
      [{ instruction: 'Translate it.', input: 'Hund', output: 'dog' }],
      { question: undefined, answers: 'output' },
    ],
    [
      'rows of the data set server',
      [{ row_idx: 0, row: { Question: 'A?', Answer: '1' } }],
      { question: 'row.Question', answers: 'row.Answer' },
    ],
    [
      'TruthfulQA on the Hub',
      [
        { type: 'A', category: 'c', question: 'A?', best_answer: 'x', correct_answers: ['x', 'y'] },
        { type: 'A', category: 'c', question: 'B?', best_answer: 'z', correct_answers: ['z'] },
      ],
      { question: 'question', answers: 'best_answer', aliases: ['correct_answers'], group: 'category' },
    ],
    [
      'names that say nothing, by the question marks',
      [
        { left: 'x', middle: 'Who is it?' },
        { left: 'y', middle: 'Who was it?' },
      ],
      { question: 'middle', answers: 'left' },
    ],
  ])('fits %s', async (_, rows, expected) => {
    expect(guessColumns(await jsonl(rows))).toEqual({ group: undefined, id: undefined, ...expected });
  });

  it('says what is missing and what there is', async () => {
    const table = await jsonl([{ subject: 'a', object: 'b', relation: 'c' }]);
    expect(() => completeMapping(table)).toThrow(
      'No column of rows.jsonl looks like the questions; name the column. It has "subject", "object", "relation".',
    );
    expect(completeMapping(table, { question: 'subject' })).toEqual({
      question: 'subject',
      answers: 'object',
    });
  });
});

describe('a set of a table', () => {
  it('holds every column that is mapped, and is a set that can be read again', async () => {
    const table = await fixture('truthfulqa.csv');
    const { set, rows, skipped } = await imported(table, completeMapping(table));
    expect([rows, skipped.count]).toEqual([3, 0]);
    expect(set.header.sources).toEqual({ import: about.source });
    expect(set.questions[0]).toMatchObject({
      question: 'What happens to you if you eat watermelon seeds?',
      fact: 'what happens to you if you eat watermelon seeds',
      relation: 'Misconceptions',
    });
    expect(set.questions[0].answers.slice(0, 3)).toEqual([
      'The watermelon seeds pass through your digestive system',
      'Nothing happens',
      'You eat watermelon seeds',
    ]);
    expect(parseQuestionSet(formatQuestionSet(set))).toEqual(set);
  });

  it('counts and lists rows of no use, with line and reason', async () => {
    const text = [
      'question,answers,group',
      'Who wrote Emma?,Jane Austen,books',
      ',nobody,books',
      'Who is missing?,,books',
      '???,x,books',
      'Too many?,a,b,c',
      `${'long '.repeat(500)}?,x,books`,
      'Is it 007?,007,',
    ].join('\n');
    const result = await imported(await open(text, 'a.csv'), {
      question: 'question',
      answers: 'answers',
      group: 'group',
    });
    expect(result.rows).toBe(7);
    expect(result.skipped.first.map(({ where, reason }) => `${where} ${reason}`)).toEqual([
      'line 3 has no question',
      'line 4 has no answer in words or numbers',
      'line 5 asks nothing in words',
      'line 6 has 4 cells for 3 columns',
      'line 7 has a question of more than 2000 characters',
    ]);
    expect(result.skipped.count).toBe(5);
    expect(result.skipped.reasons['has no question']).toBe(1);
    expect(result.set.header.relations).toEqual({ books: 1, none: 1 });
    expect(result.set.questions[1]).toMatchObject({ answers: ['007'], relation: 'none' });
  });

  it('has ids that are unique and do not depend on other rows, and one fact for one question', async () => {
    const rows = [
      { question: 'Who wrote Emma?', answer: 'Austen' },
      { question: 'who wrote  emma ?', answer: 'Jane Austen' },
      { question: 'Who wrote Emma?', answer: 'Austen' },
      { question: 'Who else?', answer: 'x' },
    ];
    const mapping = { question: 'question', answers: 'answer' };
    const { questions } = (await imported(await jsonl(rows), mapping)).set;
    expect(new Set(questions.map(({ id }) => id)).size).toBe(4);
    expect(questions.map(({ fact }) => fact)).toEqual([
      'who wrote emma',
      'who wrote emma',
      'who wrote emma',
      'who else',
    ]);
    const reversed = (await imported(await jsonl(rows.toReversed()), mapping)).set.questions;
    expect(reversed.map(({ id }) => id).toSorted()).toEqual(questions.map(({ id }) => id).toSorted());
    expect(reversed[0].id).toBe(questions[3].id);
    expect(questions.every(({ relation }) => relation === 'all')).toBe(true);
  });

  it('takes given ids, made unique, and makes those that are missing', async () => {
    const rows = ['a', 'a', 'a/2', '', 7].map((id, at) => ({ id, question: `Q ${at}?`, answer: 'x' }));
    const mapping = { question: 'question', answers: 'answer', id: 'id' };
    const ids = (await imported(await jsonl(rows), mapping)).set.questions.map(({ id }) => id);
    expect(ids.toSpliced(3, 1)).toEqual(['a', 'a/2', 'a/2/2', '7']);
    expect(ids[3]).toMatch(/^[\da-f]{16}$/);
  });

  it('takes joined answers apart in a column that joins them, and not in another', async () => {
    const table = await open(
      'question,answer,answers\nA?,x; y,a;b\nB?,z,c\nC?,z,d\nD?,z,e\nE?,z,f\nF?,z,g\n',
      'a.csv',
    );
    const first = async (mapping: ColumnMapping) => (await imported(table, mapping)).set.questions[0].answers;
    expect(await first({ question: 'question', answers: 'answer' })).toEqual(['x; y']);
    expect(await first({ question: 'question', answers: 'answers' })).toEqual(['a', 'b']);
    expect(await first({ question: 'question', answers: 'answer', separator: ';' })).toEqual(['x', 'y']);
    expect(await first({ question: 'question', answers: 'answers', separator: '' })).toEqual(['a;b']);
  });

  it.each([
    ['TRUE', 'FALSE', ['true', 'yes'], ['false', 'no']],
    ['True', 'false', ['true', 'yes'], ['false', 'no']],
    ['T', 'F', ['true', 'yes'], ['false', 'no']],
    ['Y', 'n', ['true', 'yes'], ['false', 'no']],
    ['T', 'G', ['T'], ['G']],
    ['true', 'both', ['true'], ['both']],
  ])('takes a column of %s and %s as what it is', async (first, second, a, b) => {
    const table = await open(`question,answer\nIs it?,${first}\nIs that?,${second}\n`, 'a.csv');
    const { set } = await imported(table, { question: 'question', answers: 'answer' });
    expect(set.questions.map(({ answers }) => answers)).toEqual([a, b]);
  });

  it('ends at the limit that is asked for', async () => {
    const rows = Array.from({ length: 5000 }, (_, at) => ({ question: `Question ${at}?`, answer: at }));
    const { set, rows: read } = await imported(
      await jsonl(rows),
      { question: 'question', answers: 'answer' },
      10,
    );
    expect(set.questions.map(({ answers }) => answers[0])).toEqual(
      rows.slice(0, 10).map(({ answer }) => `${answer}`),
    );
    expect(read).toBe(10);
  });

  it('is refused over what a set may hold, with the limit named', async () => {
    const answers = Array.from({ length: 1000 }, (_, at) => `${at} `.padEnd(1500, 'x'));
    const table = await jsonl([{ question: 'Q?', answers }]);
    const [row] = table.head;
    const endless: Table = {
      ...table,
      bytes: 64 * 2 ** 20,
      async *rows() {
        for (;;) yield row;
      },
    };
    const mapping = { question: 'question', answers: 'answers' };
    await expect(imported(endless, mapping)).rejects.toThrow(
      'The questions of rows.jsonl are over the limit of 64 MB at line 1; take the first 44 or fewer.',
    );
    await expect(imported({ ...endless, bytes: 2 ** 20 }, mapping)).rejects.toThrow(
      'Making questions of all rows of rows.jsonl takes more memory or time than is given to a file of its size, from line 1 on; take the first 5 or fewer.',
    );
  });

  it('is refused where a column is not there or no row is of use', async () => {
    const table = await jsonl([{ question: 'A?', answer: { value: 'x' }, other: null }]);
    await expect(imported(table, { question: 'q', answers: 'answer' })).rejects.toThrow(
      'rows.jsonl has no column "q"; it has "question", "answer.value", "other".',
    );
    await expect(imported(table, { question: 'question', answers: 'other' })).rejects.toThrow(
      'No row of rows.jsonl gives a question: line 1 has no answer in words or numbers; check which columns hold question and answers.',
    );
    expect((await imported(table, { question: 'question', answers: 'answer' })).set.questions).toHaveLength(
      1,
    );
  });

  it('has no prototype to be changed through a group or a column', async () => {
    const table = await open('question,answer,group\nA?,x,__proto__\nB?,y,constructor\n', 'a.csv');
    const { set } = await imported(table, { question: 'question', answers: 'answer', group: 'group' });
    expect(Object.entries(set.header.relations)).toEqual([
      ['none', 1],
      ['constructor', 1],
    ]);
  });
});
