import { fold } from '../normalise.ts';
import { type Cell, cellAt, type TableHead } from '../tables/table.ts';

/** Characters of a column's name that are looked at. */
const LOOKED_AT = 200;

const words = (name: string) =>
  fold(name.replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2').replace(/(\p{L})(\d)/gu, '$1 $2'))
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

/** Names of a path, the most exact first: all of it, its last two, its last one. */
export function namesOf(path: string): string[] {
  const parts = path.slice(-LOOKED_AT).split('.').map(words);
  return [...new Set([parts.join(' '), parts.slice(-2).join(' '), parts[parts.length - 1]])];
}

/** The first of the paths, by the order of the names, that passes the test. */
export function firstNamed(
  paths: readonly string[],
  names: readonly string[],
  fits: (path: string) => boolean,
): string | undefined {
  const named = paths.map((path) => [path, namesOf(path)] as const);
  for (const depth of [0, 1, 2]) {
    for (const name of names) {
      const found = named.find(([path, known]) => known[depth] === name && fits(path));
      if (found !== undefined) return found[0];
    }
  }
  return undefined;
}

/** Cells of a column in the first rows of a table, without empty ones. */
export const cellsOf = (table: TableHead, path: string): Cell[] =>
  table.head
    .filter(({ problem }) => problem === undefined)
    .map(({ cells }) => cellAt(cells, path))
    .filter((cell) => cell !== undefined && cell !== null && cell !== '');

export const texts = (cells: readonly Cell[]) =>
  cells.filter((cell): cell is string => typeof cell === 'string');
