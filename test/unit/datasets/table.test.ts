import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { formatQuestionSet } from '../../../src/datasets/questions/question-set.ts';
import { HELD_LIMIT, readTable } from '../../../src/datasets/tables/read-table.ts';
import { cellAt, type Table, type TableRow } from '../../../src/datasets/tables/table.ts';
import type { Progress } from '../../../src/lib/bytes/progress.ts';
import type { ByteSource } from '../../../src/lib/bytes/source.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

async function open(data: string | Uint8Array, name: string): Promise<Table> {
  const file = await readTable(typeof data === 'string' ? bytes(data) : data, name);
  if (file.format === 'h-neuron-questions') throw new Error('a set, not a table');
  return file;
}

async function rowsOf(table: Table): Promise<TableRow[]> {
  const rows: TableRow[] = [];
  for await (const row of table.rows()) rows.push(row);
  return rows;
}

const cellsOf = async (data: string | Uint8Array, name: string) =>
  (await rowsOf(await open(data, name))).map(({ cells }) => cells);

const refusal = (data: string | Uint8Array, name: string) =>
  readTable(typeof data === 'string' ? bytes(data) : data, name).then(
    () => 'not refused',
    (error: { code: string; message: string }) => `${error.code}: ${error.message}`,
  );

/** A file of a size that is said, of which only the start is there. */
const hugeFile = (start: string, size: number, name: string): ByteSource => ({
  name,
  size,
  async read(offset, length) {
    const all = bytes(start.padEnd(offset + length, ' '));
    return all.subarray(offset, offset + length);
  },
});

describe('CSV', () => {
  const plain = 'question,answer\nWho?,Ann\nWhat is it?,"a, b"\n';
  const rows = [
    { question: 'Who?', answer: 'Ann' },
    { question: 'What is it?', answer: 'a, b' },
  ];

  it('gives the same rows with and without a byte-order mark, in LF, CRLF and CR, in UTF-8 and UTF-16', async () => {
    const utf16 = (text: string, swap: boolean) => {
      const buffer = Buffer.from(`\uFEFF${text}`, 'utf16le');
      return new Uint8Array(swap ? buffer.swap16() : buffer);
    };
    const forms = [
      bytes(plain),
      bytes(`\uFEFF${plain}`),
      bytes(plain.replaceAll('\n', '\r\n')),
      bytes(plain.replaceAll('\n', '\r')),
      bytes(plain.trimEnd()),
      utf16(plain, false),
      utf16(plain, true),
    ];
    for (const form of forms) expect(await cellsOf(form, 'a.csv')).toEqual(rows);
  });

  it('keeps a quoted CRLF within its row in a file of LF, and says lines as an editor does', async () => {
    const table = await open('question,answer\n"One\r\nrow?","x\ny"\nNext?,z\n', 'a.csv');
    expect(await rowsOf(table)).toEqual([
      { where: 'line 2', cells: { question: 'One\r\nrow?', answer: 'x\ny' }, problem: undefined },
      { where: 'line 5', cells: { question: 'Next?', answer: 'z' }, problem: undefined },
    ]);
  });

  it('keeps texts as they stand', async () => {
    const values = [
      '007',
      '1e5',
      'true',
      'null',
      'NaN',
      'inf',
      'N/A',
      '1,5',
      '2020-01-01',
      '-0',
      '0x1F',
      ' spaced ',
    ];
    const text = `question,answer\n${values.map((value) => `Q,"${value}"`).join('\n')}`;
    expect((await cellsOf(text, 'a.csv')).map(({ answer }) => answer)).toEqual(values);
  });

  it('passes over a title above the names of the columns', async () => {
    const rows = [{ question: 'Who?', answer: 'Bob' }];
    expect(await cellsOf('Quiz of May,\nquestion,answer\nWho?,Bob\n', 'a.csv')).toEqual(rows);
    expect(await cellsOf('Quiz of May,\nWho?,Bob\n', 'a.csv')).toEqual([
      { 'Quiz of May': 'Who?', 'column 2': 'Bob' },
    ]);
    expect(await cellsOf('question,\nWho?,Bob\n', 'a.csv')).toEqual([
      { question: 'Who?', 'column 2': 'Bob' },
    ]);
  });

  it('finds out semicolons, tabs and bars', async () => {
    for (const mark of [';', '\t', '|']) {
      const text = `question${mark}answer\nWho is it, then?${mark}Ann, Bob\nWho?${mark}Cid\n`;
      expect(await cellsOf(text, 'a.csv')).toEqual([
        { question: 'Who is it, then?', answer: 'Ann, Bob' },
        { question: 'Who?', answer: 'Cid' },
      ]);
    }
    expect((await open('a\tb\n1\t2\n', 'a.tsv')).format).toBe('tsv');
  });

  it('reads pieces of a large file as one text, wherever they are cut', async () => {
    const long = 'ü'.repeat(700_001);
    const text = `question,answer\n"${long}""\r\n${long}",a\nLast?,"b"\n`;
    expect(await cellsOf(text, 'a.csv')).toEqual([
      { question: `${long}"\r\n${long}`, answer: 'a' },
      { question: 'Last?', answer: 'b' },
    ]);
  });

  it('drops a column named __proto__ and names columns apart', async () => {
    const [row] = await cellsOf('question,__proto__,a,a,\nWho?,evil,1,2,3\n', 'a.csv');
    expect(Object.keys(row)).toEqual(['question', 'a', 'a (2)', 'column 5']);
    expect(Object.getPrototypeOf(row)).toBe(Object.prototype);
  });

  it('takes a first line that asks something as a row', async () => {
    expect(await cellsOf('Who wrote Emma?\tAusten\nWho wrote it?\tAnn\n', 'a.tsv')).toEqual([
      { 'column 1': 'Who wrote Emma?', 'column 2': 'Austen' },
      { 'column 1': 'Who wrote it?', 'column 2': 'Ann' },
    ]);
  });

  it('says which rows are broken and reads the others', async () => {
    const said = async (text: string) =>
      (await rowsOf(await open(`question,answer\n${text}`, 'a.csv'))).map(
        ({ where, problem }) => `${where} ${problem ?? 'fine'}`,
      );
    expect(await said('A?,1,2\n\nB?,2\nC?,"x"y"\nD?,3\n')).toEqual([
      'line 2 has 3 cells for 2 columns',
      'line 4 fine',
      'line 5 has a quote within a quoted cell; write it twice',
      'line 6 fine',
    ]);
    expect(await said('A?,1\nB?,"open\nC?,2\nD?,3')).toEqual([
      'line 2 fine',
      'line 3 opens a quote that is never closed (read up to line 5)',
    ]);
  });

  it('of an older program is read as Windows-1252, and this is said', async () => {
    const old = Uint8Array.from([
      ...bytes('question,answer\nWho?,Jos'),
      0xe9,
      ...bytes('\nHow much?,5 '),
      0x80,
      ...bytes(' or '),
      0x9c,
      ...bytes('uf\n'),
    ]);
    const table = await open(old, 'a.csv');
    expect((await rowsOf(table)).map(({ cells }) => cells.answer)).toEqual(['José', '5 € or œuf']);
    expect(table.notice).toBe(
      'a.csv is not UTF-8; it was read as Windows-1252. If accented letters look wrong, save it as UTF-8.',
    );
    expect((await open(bytes('question,answer\nWho?,José\n'), 'a.csv')).notice).toBeUndefined();
  });

  it('is read as UTF-16 where its byte-order mark is missing', async () => {
    const text = 'question,answer\nWho?,José\nWhat?,b\n';
    const little = Buffer.from(text, 'utf16le');
    const answers = async (form: Uint8Array) =>
      (await rowsOf(await open(form, 'a.csv'))).map(({ cells }) => cells.answer);
    expect(await answers(new Uint8Array(little))).toEqual(['José', 'b']);
    expect(await answers(new Uint8Array(Buffer.from(little).swap16()))).toEqual(['José', 'b']);
  });

  it('is refused at the line of a byte that is damaged UTF-8', async () => {
    const text = `question,answer\nWho?,José\nWho?,Zoë\n${'Who?,Ann\n'.repeat(200_000)}Who?,Jos`;
    const damaged = Uint8Array.from([...bytes(text), 0xe9, ...bytes('\nWho?,Bob\n')]);
    const table = await open(damaged, 'a.csv');
    await expect(rowsOf(table)).rejects.toThrow(
      'Line 200004 of a.csv is not UTF-8 text; save the file as UTF-8.',
    );
  });

  it.each([
    ['sep=;\nquestion;answer\nWho?;Ann, Bob\n', 2],
    ['sep=;\r\nquestion;answer\r\nWho?;Ann, Bob\r\n', 2],
    ['\uFEFFSEP=;;;\nquestion;answer\nWho?;Ann, Bob\n', 2],
    ['"sep=;"\nquestion;answer\nWho?;Ann, Bob\n', 2],
    ['sep=\t\nquestion\tanswer\nWho?\tAnn, Bob\n', 2],
    ['sep=,\nquestion,answer\nWho?,"Ann, Bob"\n', 2],
    ['#TYPE System.Management.Automation.PSCustomObject\n"question","answer"\n"Who?","Ann, Bob"\n', 2],
  ])('names its delimiter in a line that is no row: %j', async (text, before) => {
    const table = await open(text, 'a.csv');
    expect(await rowsOf(table)).toEqual([
      { where: `line ${before + 1}`, cells: { question: 'Who?', answer: 'Ann, Bob' }, problem: undefined },
    ]);
  });

  it('is streamed where it is over the limit of what is held, with progress, and can be cancelled', async () => {
    const header = 'question,answer\n';
    const line = 'Who is it?,Ann\n';
    const size = header.length + line.length * Math.ceil(HELD_LIMIT / line.length);
    let read = 0;
    const source: ByteSource = {
      name: 'big.csv',
      size,
      async read(offset, length) {
        read += length;
        const from = Math.max(0, offset - header.length) % line.length;
        const text =
          (offset === 0 ? header : '') + line.repeat(Math.ceil(length / line.length) + 1).slice(from);
        return bytes(text.slice(0, length));
      },
    };
    const table = await readTable(source, 'big.csv');
    if (table.format === 'h-neuron-questions') throw new Error('a set, not a table');
    const told: Progress[] = [];
    const stop = new AbortController();
    const rows = table.rows({ signal: stop.signal, onProgress: (progress) => told.push(progress) });
    let count = 0;
    const reading = (async () => {
      for await (const { cells } of rows) {
        expect(cells).toEqual({ question: 'Who is it?', answer: 'Ann' });
        if (++count === 100_000) stop.abort(new Error('enough'));
      }
    })();
    await expect(reading).rejects.toThrow('enough');
    expect(read).toBeLessThan(size / 10);
    expect(told[0]).toEqual({ stage: 'Reading', done: 2 ** 20, total: size, unit: 'bytes' });
  });

  it('is refused at the row that never ends', async () => {
    const file = hugeFile('question,answer\nA?,"', 40 * 2 ** 20, 'big.csv');
    await expect(readTable(file, 'big.csv')).rejects.toThrow(
      'The row at line 2 of big.csv is over the limit of 16 MB a row; is a quote missing there?',
    );
  });
});

describe('JSON', () => {
  it('is read as a list of objects, with lines', async () => {
    const table = await open(
      '[\n {"question": "A?",\n  "answer": "007"},\n {"question": "B?", "answer": ["x", "],{"]}\n]',
      'a.json',
    );
    expect(table).toMatchObject({ format: 'json', rowCount: 2 });
    expect(await rowsOf(table)).toEqual([
      { where: 'line 2', cells: { question: 'A?', answer: '007' } },
      { where: 'line 4', cells: { question: 'B?', answer: ['x', '],{'] } },
    ]);
  });

  it('is read as an object of lists and as an object with a list in it', async () => {
    const rows = [
      { question: 'A?', answer: 1 },
      { question: 'B?', answer: 2 },
    ];
    expect(await cellsOf('{"question": ["A?", "B?"], "answer": [1, 2]}', 'a.json')).toEqual(rows);
    expect(await cellsOf(JSON.stringify({ version: 1, data: rows }), 'a.json')).toEqual(rows);
    expect(await cellsOf(JSON.stringify({ data: rows }, null, 2), 'a.json')).toEqual(rows);
    expect(await refusal('{"a": [1, 2], "b": [1]}', 'a.json')).toMatch(/different lengths \(a: 2, b: 1\)/);
    expect(await refusal('{"train": [{"q": 1}], "dev": [{"q": 1}]}', 'a.json')).toMatch(
      /several lists of rows \(train, dev\)/,
    );
    expect(await refusal('{"a": 1}', 'a.json')).toMatch(/neither a list of objects nor lists/);
  });

  it('drops __proto__, however it is written', async () => {
    const rows = await cellsOf(
      '[{"question": "A?", "__proto__": {"answer": "evil"}, "x": {"\\u005f_proto__": {"y": 1}, "z": 2}}]',
      'a.json',
    );
    expect(JSON.stringify(rows)).toBe('[{"question":"A?","x":{"z":2}}]');
    expect(cellAt(rows[0], 'answer')).toBeUndefined();
    expect(cellAt(rows[0], '__proto__.answer')).toBeUndefined();
    expect(({} as Record<string, unknown>).answer).toBeUndefined();
    const [line] = await cellsOf(
      '{"question": "A?", "__proto__": {"answer": "evil"}}\n{"question": "B?"}',
      'a.jsonl',
    );
    expect(JSON.stringify(line)).toBe('{"question":"A?"}');
  });

  it('is refused with the line of the fault', async () => {
    expect(await refusal('[\n{"a": 1},\n{"a": 2,}\n]', 'a.json')).toBe(
      'bad-input: Line 3 of a.json is not valid JSON.',
    );
    expect(await refusal('[\n{"a": 1},\n', 'a.json')).toMatch(
      /^bad-input: Line [23] of a.json is not valid JSON/,
    );
  });

  it('is refused where it is nested thousands deep, and so are lines and sets', async () => {
    const deep = `{"question": "Q?", "answers": ${'['.repeat(5000)}"x"${']'.repeat(5000)}}`;
    expect(await refusal(`[${deep}]`, 'a.json')).toBe(
      'bad-input: a.json is nested more than 64 levels deep; a list of flat objects is a table.',
    );
    const rows = await rowsOf(await open(`${deep}\n{"question": "R?", "answers": ["y"]}`, 'a.jsonl'));
    expect(rows.map(({ problem }) => problem)).toEqual(['is nested more than 64 levels deep', undefined]);
    const header = formatQuestionSet({
      header: {
        format: 'h-neuron-questions',
        version: 1,
        name: 'n',
        description: 'd',
        sources: {},
        relations: {},
      },
      questions: [],
    });
    expect(await refusal(`${header}${deep}\n`, 'a.jsonl')).toBe(
      'bad-input: Line 2 of a.jsonl is nested more than 64 levels deep.',
    );
  });

  it('gives numbers as they are written', async () => {
    const text = '[{"question": "Q?", "answer": 12345678901234567890, "b": [1.0, -0, 1e400, 0.1, 5]}]';
    expect(await cellsOf(text, 'a.json')).toEqual([
      { question: 'Q?', answer: '12345678901234567890', b: ['1.0', '-0', '1e400', 0.1, 5] },
    ]);
  });

  it('takes NaN and infinities, which Python writes, as missing, and leaves them in texts', async () => {
    const row =
      '{"question": "Is it NaN?", "score": NaN, "range": [-Infinity,Infinity, 1], "answer": "Infinity \\" NaN"}';
    const cells = {
      ...{ question: 'Is it NaN?', score: null, range: [null, null, 1], answer: 'Infinity " NaN' },
    };
    expect(await cellsOf(`[${row}, ${row}]`, 'a.json')).toEqual([cells, cells]);
    expect(await cellsOf(`${row}\n${row}\n`, 'a.json')).toEqual([cells, cells]);
    expect(await refusal('[{"a": NaNs}]', 'a.json')).toBe('bad-input: Line 1 of a.json is not valid JSON.');
  });

  it('is refused over the limit, which is named', async () => {
    const file = hugeFile('[', HELD_LIMIT + 2 ** 20, 'big.json');
    await expect(readTable(file, 'big.json')).rejects.toThrow(
      'big.json is over the limit of 200 MB (201 MB); save it as JSONL or CSV, which are read piece by piece.',
    );
  });
});

describe('JSONL', () => {
  it('is told from JSON by content, under either name', async () => {
    const text = '{"question": "A?", "answer": "1"}\r\n\r\n{"question": "B?", "answer": "2"}\r\n';
    for (const name of ['a.jsonl', 'a.json', 'a.txt', 'a']) {
      const table = await open(`\uFEFF${text}`, name);
      expect(table.format).toBe('jsonl');
      expect((await rowsOf(table)).map(({ where }) => where)).toEqual(['line 1', 'line 3']);
    }
  });

  it('says which lines are broken and reads the others', async () => {
    const rows = await rowsOf(await open('{"q": "A?"}\n{"q": \n[1]\n{"q": "B?"}\n{"q": "C', 'a.jsonl'));
    expect(rows.map(({ where, problem }) => `${where} ${problem ?? 'fine'}`)).toEqual([
      'line 1 fine',
      'line 2 is not valid JSON',
      'line 3 is not a JSON object, like {"question": …, "answers": …}',
      'line 4 fine',
      'line 5 is not valid JSON',
    ]);
  });

  it('unpacks gzip', async () => {
    const text = '{"question": "A?"}\n{"question": "B?"}\n';
    const packed = new Uint8Array(gzipSync(text));
    expect(await cellsOf(packed, 'a.jsonl.gz')).toEqual([{ question: 'A?' }, { question: 'B?' }]);
    expect(await refusal(packed.slice(0, 25), 'a.jsonl.gz')).toMatch(/a.jsonl.gz is a damaged gzip file/);
  });

  it("of the project's own format is handed on", async () => {
    const path = fileURLToPath(new URL('../../../public/questions/invented.jsonl', import.meta.url));
    const file = await readTable(new Blob([readFileSync(path)]), 'mine.jsonl');
    if (file.format !== 'h-neuron-questions') throw new Error('a table, not a set');
    expect(formatQuestionSet(file.set)).toBe(readFileSync(path, 'utf8'));
    expect(await refusal('{"format":"h-neuron-questions","version":9}\n{}', 'a.jsonl')).toMatch(
      /Line 1 of a\.jsonl/,
    );
  });
});

describe('a file of the wrong kind', () => {
  const latin1 = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));

  it.each([
    ['\x89PNG\r\n\x1a\n', 'a.csv', 'a.csv is a PNG image'],
    ['\xff\xd8\xff\xe0', 'a.jsonl', 'a JPEG image'],
    ['GGUF\x03\0\0\0', 'a.json', 'a GGUF model'],
    [
      'PK\x03\x04',
      'a.xlsx',
      'a ZIP archive or an Excel workbook, not a table of questions; unpack it, or save',
    ],
    ['%PDF-1.7', 'a.pdf', 'a PDF document'],
    ['<!DOCTYPE html>\n<html>', 'a.csv', 'is a web page (line 1 starts with "<!DOCTYPE html>")'],
    ['\n\n<html lang="en">', 'a.json', 'is a web page (line 3'],
    ['<?xml version="1.0"?>', 'a.csv', 'is an XML document (line 1)'],
    [
      'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n',
      'a.parquet',
      'a pointer of Git LFS (line 1)',
    ],
    ['a,b\n1,2\n\0\0', 'a.csv', 'is no text: line 3 holds a zero byte'],
    ['', 'a.csv', 'is empty'],
    [' \n\n', 'a.csv', 'is empty'],
    ['question,answer\n', 'a.csv', 'a.csv has no rows'],
    ['Once upon a time\nthere was', 'a.txt', 'Line 1 of a.txt has no columns'],
    ['question answer', 'a.json', 'a.json is not JSON: its first line starts with "question answer"'],
    ['PARX', 'a.parquet', 'named as Parquet but does not start as such a file'],
    ['PAR1 and no more', 'a.parquet', 'a.parquet cannot be read as Parquet'],
    ['1\n2\n', 'a.jsonl', 'a.jsonl is not JSON'],
    ['[1, 2]', 'a.json', 'a.json is no table of questions: line 1 is not a JSON object'],
  ])('%j is refused with the reason', async (data, name, reason) => {
    const said = await refusal(latin1(data), name);
    expect(said).toMatch(/^bad-input: /);
    expect(said).toContain(reason);
  });
});
