import { textOf } from '../questions/from-table.ts';
import type { QuestionSource } from '../questions/question-set.ts';
import { type Cell, type Cells, cellAt, type TableRow } from '../tables/table.ts';
import type { ComplianceItem, ComplianceKind, Turn } from './suite.ts';

/** An item before it gets its source, and an id where the file has none. */
export type Draft = Omit<ComplianceItem, 'id' | 'source'> & { readonly id?: string };

export interface DraftRow {
  readonly where: string;
  /** The item, or why the row gives none. */
  readonly made: Draft | string;
}

/** A public form of file that becomes a suite. */
export interface SuiteFormat {
  /** By which a person chooses it. */
  readonly name: string;
  readonly title: string;
  readonly kind: ComplianceKind;
  /** Where files of this form come from; an imported suite names it where nothing else is said. */
  readonly source: QuestionSource;
  /** Columns by which the form is told, by path; of several choices one. */
  readonly columns: readonly (readonly string[])[];
  /** What the file's name must be like for the form to be guessed, where columns do not tell. */
  readonly named?: RegExp;
  readonly items: (rows: AsyncIterable<TableRow>) => AsyncIterable<DraftRow>;
}

/** Reads a form in which every row is an item. */
export function rowByRow(make: (cells: Cells) => Draft | string): SuiteFormat['items'] {
  return async function* items(rows) {
    for await (const { where, cells, problem } of rows) yield { where, made: problem ?? make(cells) };
  };
}

/** The cell at a path, whose name may begin with a capital letter. */
export function field(cells: Cells, path: string): Cell {
  return cellAt(cells, path) ?? cellAt(cells, path.charAt(0).toUpperCase() + path.slice(1));
}

/** The text at a path; '' where there is none. */
export const textAt = (cells: Cells, path: string): string => textOf(field(cells, path));

/** Texts of a list; none where it is no list. */
export function textsAt(cells: Cells, path: string): string[] {
  const cell = field(cells, path);
  return Array.isArray(cell) ? cell.map(textOf) : [];
}

/** A prompt of one turn. */
export const asked = (content: string): Turn[] => [{ role: 'user', content }];

/** A text with a full stop, unless it ends a sentence already. */
export const sentence = (text: string): string => (/[.!?]["')\]]*$/.test(text) ? text : `${text}.`);
