import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { guessColumns } from '../../../src/datasets/questions/columns.ts';
import { toQuestionSet } from '../../../src/datasets/questions/from-table.ts';
import { exactMetadata, rowWriter } from '../../../src/datasets/tables/parquet-values.ts';
import { readTable } from '../../../src/datasets/tables/read-table.ts';
import type { Table, TableRow } from '../../../src/datasets/tables/table.ts';

const about = { name: 'Test', source: { name: 'own', licence: 'MIT' } };

async function open(name: string): Promise<Table> {
  const bytes = readFileSync(new URL(`../../fixtures/questions/${name}`, import.meta.url));
  const file = await readTable(new Blob([bytes]), name);
  if (file.format === 'h-neuron-questions') throw new Error('a set, not a table');
  return file;
}

async function rowsOf(table: Table, columns?: readonly string[]): Promise<TableRow[]> {
  const rows: TableRow[] = [];
  for await (const row of table.rows({ columns })) rows.push(row);
  return rows;
}

describe('Parquet of pyarrow', () => {
  it.each(['none', 'snappy', 'gzip', 'brotli', 'lz4', 'zstd'])('is unpacked from %s', async (codec) => {
    const table = await open(`popqa-shape-${codec}.parquet`);
    expect(table).toMatchObject({ format: 'parquet', rowCount: 5 });
    const [first, second] = await rowsOf(table);
    expect(first).toEqual({
      where: 'row 1',
      cells: {
        id: 4222362,
        subj: 'Mercury',
        prop: 'place',
        obj: 'Mercury',
        s_pop: 142,
        question: 'Which planet is nearest to the sun?',
        possible_answers: '["Mercury", "Planet Mercury", "Merkur"]',
      },
    });
    expect(second.cells.s_pop).toBe('100000000000000000');
  });

  it('gives the questions of PopQA’s columns', async () => {
    const table = await open('popqa-shape-zstd.parquet');
    const mapping = guessColumns(table);
    expect(mapping).toEqual({ question: 'question', answers: 'possible_answers', group: 'prop', id: 'id' });
    const { set } = await toQuestionSet(
      table,
      { question: 'question', answers: 'possible_answers', ...mapping },
      about,
    );
    expect(set.questions[4]).toEqual({
      id: '4222366',
      fact: 'what is code of agent called bond',
      question: 'What is the code of the agent called Bond?',
      answers: ['007', 'double-oh seven'],
      relation: 'symbol',
      source: 'import',
    });
    expect(set.header.relations).toEqual({ place: 2, symbol: 2, count: 1 });
  });

  it('gives nested columns of several row groups, and reads only those that are wanted', async () => {
    const table = await open('trivia-shape.parquet');
    expect(table.columns.map(({ path }) => path)).toEqual([
      'question',
      'question_id',
      'question_source',
      'entity_pages.title',
      'entity_pages.wiki_context',
      'answer.aliases',
      'answer.normalized_aliases',
      'answer.matched_wiki_entity_name',
      'answer.value',
      'answer.type',
    ]);
    const rows = await rowsOf(table, ['question', 'answer.value']);
    expect(rows.map(({ where }) => where)).toEqual([1, 2, 3, 4, 5, 6].map((row) => `row ${row}`));
    expect(Object.keys(rows[5].cells)).toEqual(['question', 'answer']);
  });

  it('gives the questions of TriviaQA’s columns; an answer that is kept secret is none', async () => {
    const table = await open('trivia-shape.parquet');
    const mapping = guessColumns(table);
    expect(mapping).toEqual({
      question: 'question',
      answers: 'answer.value',
      aliases: ['answer.aliases'],
      group: undefined,
      id: 'question_id',
    });
    const { set, skipped } = await toQuestionSet(
      table,
      {
        question: 'question',
        answers: 'answer.value',
        aliases: ['answer.aliases', 'answer.normalized_aliases'],
        id: 'question_id',
      },
      about,
    );
    expect(set.questions.map(({ id }) => id)).toEqual(['tc_1', 'tc_2', 'tc_3', 'tc_4', 'tc_5']);
    expect(set.questions[0].answers).toEqual([
      'Mercury',
      'Planet Mercury',
      'Merkur',
      'mercury',
      'planet mercury',
      'merkur',
    ]);
    expect(skipped).toMatchObject({
      count: 1,
      first: [{ where: 'row 6', reason: 'has no answer in words or numbers' }],
    });
  });

  it('gives numbers, truth values, dates and missing cells', async () => {
    const table = await open('mixed.parquet');
    const cells = (await rowsOf(table)).map((row) => row.cells);
    expect(cells[0]).toEqual({
      question: 'What is 2 + 2?',
      number: 4,
      truth: null,
      decimal: null,
      big: '4611686018427387904',
      when: null,
      raw: null,
    });
    expect(cells[4].when).toBe('1999-12-31T00:00:00');
    const mapping = { question: 'question', answers: 'number', aliases: ['truth', 'decimal'] };
    const { set, skipped } = await toQuestionSet(table, mapping, about);
    expect(set.questions.map(({ answers }) => answers)).toEqual([['4'], ['true', 'yes'], ['1.609']]);
    expect(skipped.first).toEqual([
      { where: 'row 4', reason: 'has no question' },
      { where: 'row 5', reason: 'has no answer in words or numbers' },
    ]);
  });

  it('writes every logical type as a person would', async () => {
    const [first, second] = (await rowsOf(await open('types.parquet'))).map((row) => row.cells);
    expect(first).toEqual({
      question: 'When was it?',
      date: '1815-12-23',
      time_ms: '04:05:06.789',
      time_us: '04:05:06.789001',
      time_ns: '04:05:06.789001002',
      stamp_s: '1815-12-23T04:05:06',
      stamp_ms: '1815-12-23T04:05:06.789',
      stamp_us: '1815-12-23T04:05:06.789001',
      stamp_ns: '2000-01-01T00:00:00.000000001',
      stamp_utc: '1815-12-23T04:05:06.789Z',
      decimal32: '12.50',
      decimal128: '12345678901234567890.123',
      decimal0: '12345678901234567890',
      float32: 0.1,
      float16: 0.1,
      float64: 0.1,
      int64: '9007199254740993',
      uint64: '18446744073709551615',
      uint32: 4294967295,
      int8: -1,
      uuid: '00000000-0000-0000-0000-000000000005',
      json: { a: '1.0' },
      category: 'x',
      list32: [0.1],
      dates: ['2000-01-02', null],
      map: { k: '1.10' },
      struct: { at: '2000-01-02', x: 0.3 },
      raw: null,
      long_string: 'é',
    });
    expect(second).toMatchObject({
      date: null,
      time_ms: '00:00:00',
      stamp_ns: '1969-12-31T23:59:59.999999999',
      decimal32: '-0.05',
      decimal128: '-1.000',
      decimal0: '7',
      float32: 16777216,
      float16: 1.5,
      float64: 1e300,
      int64: '-9223372036854775808',
      list32: [],
      dates: null,
      map: {},
      raw: 'ab',
    });
  });

  it('writes numbers in their shortest form, and bytes that are UTF-8 as text', async () => {
    const rows = (await rowsOf(await open('values.parquet'))).map((row) => row.cells);
    const column = (name: string) => rows.map((row) => row[name]);
    expect(column('float64')).toEqual([null, null, '-0', 1e21]);
    expect(column('float32')).toEqual([null, null, '-0', 1.1]);
    // As NumPy prints them: no other number of 16 bits is as near to 65500.
    expect(column('float16')).toEqual([null, 65500, '-0', 0.3333]);
    expect(column('bytes')).toEqual(['Émile', null, null, null]);
    expect(column('fixed')).toEqual(['abcd', 'ab', null, null]);
    expect(column('list')).toEqual([[0.5, null], [null], [], null]);
    expect(column('struct')).toEqual([{ raw: 'a' }, { raw: null }, null, { raw: null }]);
    expect(column('map')).toEqual([{ k: null }, { k: 2.5 }, {}, null]);
    expect(column('decimal')).toEqual(['1.50', '-2.00', null, '0.01']);
    expect(column('decimal256')).toEqual([`${'1'.repeat(60)}.0`, null, null, '0.0']);
    expect(column('text')).toEqual([null, 'José', 'x', null]);
  });

  it('says of each row what is left out of it', async () => {
    const [first, second, third, last] = await rowsOf(await open('values.parquet'));
    expect(first.lost).toEqual([
      ...['float64', 'float32', 'float16', 'list', 'map'].map((column) => ({ column, what: 'number' })),
      { column: 'text', what: 'bytes' },
    ]);
    expect(second.lost?.map(({ column }) => column)).toEqual([
      ...['float64', 'float32', 'bytes', 'list', 'struct'],
    ]);
    expect(third.lost?.map(({ column }) => column)).toEqual(['bytes', 'fixed']);
    expect(last.lost).toBeUndefined();
  });

  it('says how many values of the first rows, and of the columns that are taken, are left out', async () => {
    const table = await open('values.parquet');
    expect(table.notice).toBe(
      'In the first rows of values.parquet, 2 values of "float64" are no finite numbers (NaN or infinities), 2 values of "float32" are no finite numbers (NaN or infinities), 1 value of "float16" is no finite number (NaN or an infinity), and there are such values in "list", "map", "text", "bytes", "struct", "fixed", too; they count as empty.',
    );
    const { set, notice } = await toQuestionSet(
      table,
      { question: 'question', answers: 'float64', aliases: ['bytes'] },
      about,
    );
    expect(set.questions.map(({ answers }) => answers)).toEqual([['Émile'], ['-0'], ['1e+21']]);
    expect(notice).toBe(
      'In values.parquet, 2 values of "float64" are no finite numbers (NaN or infinities), 2 values of "bytes" are bytes that are no UTF-8 text; they count as empty.',
    );
    const whole = await toQuestionSet(table, { question: 'question', answers: 'decimal' }, about);
    expect(whole.notice).toBeUndefined();
    expect((await open('popqa-shape-none.parquet')).notice).toBeUndefined();
  });

  it('writes intervals as ISO 8601 does', () => {
    const metadata = {
      version: 2,
      schema: [
        { name: 'schema', num_children: 1 },
        {
          name: 'span',
          type: 'FIXED_LEN_BYTE_ARRAY' as const,
          type_length: 12,
          converted_type: 'INTERVAL' as const,
        },
      ],
      num_rows: 0n,
      row_groups: [],
      metadata_length: 0,
    };
    expect(exactMetadata(metadata).schema[1].converted_type).toBeUndefined();
    const write = rowWriter(metadata);
    const span = (...parts: number[]) => write({ span: new Uint8Array(Uint32Array.from(parts).buffer) });
    expect(span(14, 3, 3500)).toEqual({ cells: { span: 'P14M3DT3.5S' } });
    expect(span(0, 0, 0)).toEqual({ cells: { span: 'PT0S' } });
    expect(span(0, 7, 0)).toEqual({ cells: { span: 'P7D' } });
    expect(span(1)).toEqual({ cells: { span: null }, lost: [{ column: 'span', what: 'value' }] });
  });

  it('refuses columns of BSON and shapes, by name', () => {
    const metadata = {
      version: 2,
      schema: [
        { name: 'schema', num_children: 1 },
        { name: 'when\u001b', type: 'BYTE_ARRAY' as const, converted_type: 'BSON' as const },
      ],
      num_rows: 0n,
      row_groups: [],
      metadata_length: 0,
    };
    expect(() => exactMetadata(metadata)).toThrow('the column "when␛" holds BSON; save it as text');
  });

  it('reads old points in time of 96 bits', async () => {
    const rows = await rowsOf(await open('int96.parquet'));
    expect(rows.map(({ cells }) => cells.stamp_ns)).toEqual([
      '2000-01-01T00:00:00.000000001',
      '1969-12-31T23:59:59.999999999',
    ]);
  });

  it('is refused where it ends too early', async () => {
    const bytes = readFileSync(new URL('../../fixtures/questions/popqa-shape-none.parquet', import.meta.url));
    await expect(readTable(new Uint8Array(bytes.subarray(0, 1500)), 'cut.parquet')).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringMatching(/^cut\.parquet cannot be read as Parquet: .*\.$/),
    });
  });
});
