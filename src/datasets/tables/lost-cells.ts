import { counted } from '../../lib/count.ts';
import { listedNames, shownName } from '../../lib/shown.ts';
import type { LostKind, TableRow } from './table.ts';

const KINDS: Readonly<Record<LostKind, readonly [one: string, many: string]>> = {
  bytes: ['is bytes that are no UTF-8 text', 'are bytes that are no UTF-8 text'],
  number: ['is no finite number (NaN or an infinity)', 'are no finite numbers (NaN or infinities)'],
  value: ['is a time or a number out of range', 'are times or numbers out of range'],
};

/** Columns that a sentence names. */
const MOST_SHOWN = 3;

/** Counts what nothing can be made of. */
export interface LostCells {
  add(row: TableRow): void;
  /** "3 values of "x" are …, and count as empty"; nothing where nothing was left out. */
  said(): string | undefined;
}

/** @param wanted paths of columns that are counted; all where they are left out */
export function lostCells(wanted?: readonly string[]): LostCells {
  const counts = new Map<string, Record<LostKind, number>>();
  const isWanted = (column: string) =>
    wanted === undefined || wanted.some((path) => path === column || path.startsWith(`${column}.`));
  return {
    add({ lost = [] }) {
      for (const { column, what } of lost) {
        if (!isWanted(column)) continue;
        const count = counts.get(column) ?? { bytes: 0, number: 0, value: 0 };
        count[what]++;
        counts.set(column, count);
      }
    },
    said() {
      const parts = [...counts].slice(0, MOST_SHOWN).flatMap(([column, count]) =>
        (Object.keys(KINDS) as LostKind[])
          .filter((what) => count[what] > 0)
          .map((what) => {
            const [one, many] = KINDS[what];
            return `${counted(count[what], 'value')} of "${shownName(column)}" ${count[what] === 1 ? one : many}`;
          }),
      );
      if (parts.length === 0) return undefined;
      const others = [...counts.keys()].slice(MOST_SHOWN);
      const more = others.length === 0 ? '' : `, and there are such values in ${listedNames(others)}, too`;
      return `${parts.join(', ')}${more}; they count as empty.`;
    },
  };
}
