import { type OwnSet, readTable } from './read-table.ts';
import { joinTables, type ReadOptions, type Table } from './table.ts';

/** Files that make one table: one of the person's, or those of a data set's split. */
export interface TableFiles {
  readonly files: readonly { readonly name: string; readonly blob: Blob }[];
  /** What the table is called, where that is not the name of its file. */
  readonly name?: string;
}

/**
 * Opens files as one table. A question set of the project's own stands for all of them.
 * @throws EngineError `bad-input` with the reason, the limit or the line
 */
export async function readTableFiles(
  { files, name }: TableFiles,
  options: ReadOptions = {},
): Promise<Table | OwnSet> {
  const opened: (Table | OwnSet)[] = [];
  for (const file of files) opened.push(await readTable(file.blob, file.name, options));
  const tables = opened.filter((each): each is Table => each.format !== 'h-neuron-questions');
  if (tables.length < opened.length) return opened[0];
  return name === undefined && tables.length === 1 ? tables[0] : joinTables(tables, name ?? tables[0].name);
}
