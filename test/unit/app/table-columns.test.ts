import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { tableOf } from '../../../app/ui/table-columns.ts';

describe('tables', () => {
  it('have every cell under the head of its column', () => {
    const rows = [
      { name: 'a', value: 1 },
      { name: 'b', value: 2 },
    ];
    const table = tableOf<(typeof rows)[number], string | number>(
      [
        { head: 'Number', cell: (_, index) => index + 1 },
        { head: 'Name', cell: ({ name }) => name },
        { head: 'Value', cell: ({ value }) => value },
      ],
      rows,
    );
    expect(table).toEqual({
      head: ['Number', 'Name', 'Value'],
      rows: [
        [1, 'a', 1],
        [2, 'b', 2],
      ],
    });
  });

  it('are nowhere on the page written as a head here and cells there', () => {
    const app = fileURLToPath(new URL('../../../app', import.meta.url));
    const files = readdirSync(app, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.tsx?$/.test(name),
    );
    expect(files.length).toBeGreaterThan(100);
    const apart = files.filter((name) => {
      const text = readFileSync(`${app}/${name}`, 'utf8');
      return /\bhead=\{|\bhead: \[|toCsv\(\s*\[/.test(text);
    });
    expect(apart).toEqual([]);
  });
});
