import type { Progress } from '../bytes/progress.ts';
import type { ColumnMapping } from '../identify/import/columns.ts';
import type { AboutSet, ImportedSet } from '../identify/import/question-set.ts';
import type { OwnSet } from '../identify/import/read-table.ts';
import type { TableHead } from '../identify/import/table.ts';
import type { ReadSuite } from '../impact/import/read-suite.ts';

/** A suite with what the page says of its form. */
export type SuiteOutcome = Omit<ReadSuite, 'format'> & { readonly format?: { readonly title: string } };

/** The calls of the worker that reads files, which the page ends where a person has had enough. */
export interface TableCalls {
  /** Opens a file of questions; its rows stay in the worker. */
  open: { in: { readonly file: File }; event: Progress; out: TableHead | OwnSet };
  /** Makes a question set of a file's rows. */
  questions: {
    in: { readonly file: File; readonly mapping: ColumnMapping; readonly about: AboutSet };
    event: Progress;
    out: ImportedSet;
  };
  /** Reads a suite. */
  suite: { in: { readonly file: File }; event: Progress; out: SuiteOutcome };
  /** The files of runs, those of ZIP archives in the archives' place. */
  runFiles: { in: { readonly files: readonly File[] }; event: Progress; out: readonly File[] };
}
