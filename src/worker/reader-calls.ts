import type { ColumnMapping } from '../datasets/questions/columns.ts';
import type { AboutSet, ImportedSet } from '../datasets/questions/from-table.ts';
import type { ReadSuite } from '../datasets/suites/read-suite.ts';
import type { OwnSet } from '../datasets/tables/read-table.ts';
import type { TableHead } from '../datasets/tables/table.ts';
import type { TableFiles } from '../datasets/tables/table-files.ts';
import type { Progress } from '../lib/bytes/progress.ts';
import type { ModelAtHand } from '../neurons/formats/read.ts';
import type { NeuronSet } from '../neurons/set-file.ts';
import type { NeuronLayout } from '../neurons/types.ts';
import type { RecordedRun } from '../saved/run-file.ts';

/** A suite with what the page says of its form. */
export type SuiteOutcome = Omit<ReadSuite, 'format'> & { readonly format?: { readonly title: string } };

/** The calls of the worker that reads files, which the page ends where a person has had enough. */
export interface ReaderCalls {
  /** Answers once the worker's code is there. */
  start: { in: Record<string, never>; event: never; out: Record<string, never> };
  /** Opens a table of questions; its rows stay in the worker. */
  open: { in: { readonly table: TableFiles }; event: Progress; out: TableHead | OwnSet };
  /** Makes a question set of a table's rows. */
  questions: {
    in: { readonly table: TableFiles; readonly mapping: ColumnMapping; readonly about: AboutSet };
    event: Progress;
    out: ImportedSet;
  };
  /** Reads a suite; `about` says what its form does not. */
  suite: {
    in: { readonly table: TableFiles; readonly about?: Partial<AboutSet> };
    event: Progress;
    out: SuiteOutcome;
  };
  /** The files of an identification run, those of ZIP archives in the archives' place, once they were found to be one. */
  runFiles: { in: { readonly files: readonly File[] }; event: never; out: readonly File[] };
  /** Reads what the page saved of its answers. */
  savedRun: { in: { readonly file: File }; event: never; out: RecordedRun };
  /** Reads a neuron set of any format for a model; `created` is the date and time of the import, ISO 8601. */
  neuronSet: {
    in: {
      readonly file: File;
      readonly model: ModelAtHand;
      readonly layout: NeuronLayout;
      readonly created: string;
    };
    event: never;
    out: NeuronSet;
  };
}
