import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { ColumnMapping } from '../../src/datasets/questions/columns.ts';
import type { AboutSet } from '../../src/datasets/questions/from-table.ts';
import type { TableFiles } from '../../src/datasets/tables/table-files.ts';
import { shownName } from '../../src/lib/shown.ts';

/** What was said of a table's columns. */
export interface TableChoice {
  readonly mapping: Partial<ColumnMapping>;
  /** As its questions were taken last; undefined where they were not. */
  readonly taken?: Partial<ColumnMapping>;
}

/** A table as it was opened. */
export interface KeptTable {
  /** Tells it from those that were opened before and after it. */
  readonly id: string;
  readonly table: TableFiles;
  readonly about: AboutSet;
}

/** Where on the page a table was opened; each place keeps one. */
export type KeptPlace = 'identify.file' | 'identify.hub';

/** Bytes of a table's or a suite's files that are kept at most. */
export const mostKept = 64 * 2 ** 20;

/** A suite as the text of its file in the project's own format. */
export interface KeptSuite {
  readonly id: string;
  /** ISO date and time. */
  readonly added: string;
  readonly text: Blob;
}

interface Schema extends DBSchema {
  tables: { key: KeptPlace; value: KeptTable };
  choices: { key: KeptPlace; value: TableChoice & { readonly id: string } };
  suites: { key: string; value: KeptSuite };
}

export type FilesDatabase = IDBPDatabase<Schema>;

let opened: Promise<FilesDatabase> | undefined;

/** The browser's store of what a person opened on the page. It rejects where the browser keeps nothing. */
export function filesDatabase(): Promise<FilesDatabase> {
  opened ??= openDB<Schema>('h-neuron-files', 1, {
    upgrade(db) {
      db.createObjectStore('tables');
      db.createObjectStore('choices');
      db.createObjectStore('suites', { keyPath: 'id' });
    },
    terminated() {
      opened = undefined;
    },
  });
  return opened.catch((error: unknown) => {
    opened = undefined;
    throw error;
  });
}

/**
 * Keeps something that a person opened.
 * @param write writes it where it is not too large, or takes away what was kept in its place
 * @returns a sentence where it is not kept, as it is too large or the browser has no room
 */
export async function keepWithin(
  name: string,
  bytes: number,
  write: (db: FilesDatabase) => Promise<void>,
): Promise<string | undefined> {
  try {
    await write(await filesDatabase());
  } catch {
    return `This browser has no room to keep ${shownName(name)}; open it again when the page was reloaded.`;
  }
  return bytes > mostKept
    ? `${shownName(name)} has ${Math.ceil(bytes / 2 ** 20)} MB, and what has more than ${mostKept / 2 ** 20} MB is not kept; open it again when the page was reloaded.`
    : undefined;
}
