import { EngineError } from '../errors.ts';

/**
 * A text's form for comparison: lower case, accents folded, everything but letters and digits a single space. A text
 * without letters and digits stays as it is, trimmed.
 */
export function normaliseText(text: string): string {
  const folded = text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase();
  const words = folded.replace(/[^\p{L}\p{N}\p{M}]+/gu, ' ').trim();
  return words === '' ? text.trim() : words;
}

/** A row's value of a key: texts, compared as `normaliseText` gives them. An empty one joins nothing. */
export type KeyValue = string | readonly string[];

/**
 * Groups of rows that hang together: two rows that share a value of some key are in one group, and so are rows that
 * others join. With the keys question, answer and relation no group boundary cuts through any of them.
 * @param keys a key an entry (question, answer with its aliases, relation), each [rows]
 * @returns [rows] group numbers from 0, in the order of their first rows
 * @throws EngineError 'bad-input' where keys differ in their number of rows
 */
export function groupRows(keys: readonly (readonly KeyValue[])[]): Int32Array {
  const rows = keys.length === 0 ? 0 : keys[0].length;
  const parent = Int32Array.from({ length: rows }, (_, row) => row);
  const root = (row: number) => {
    let at = row;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]];
      at = parent[at];
    }
    return at;
  };
  for (const key of keys) {
    if (key.length !== rows) {
      throw new EngineError(
        'bad-input',
        `The keys have ${rows} and ${key.length} rows; their numbers must agree.`,
      );
    }
    const firstRow = new Map<string, number>();
    key.forEach((value, row) => {
      for (const text of typeof value === 'string' ? [value] : value) {
        const normal = normaliseText(text);
        if (normal === '') continue;
        const first = firstRow.get(normal);
        if (first === undefined) firstRow.set(normal, row);
        else {
          const a = root(first);
          const b = root(row);
          parent[Math.max(a, b)] = Math.min(a, b);
        }
      }
    });
  }
  const numbers = new Map<number, number>();
  return Int32Array.from(parent, (_, row) => {
    const at = root(row);
    const known = numbers.get(at) ?? numbers.size;
    numbers.set(at, known);
    return known;
  });
}
