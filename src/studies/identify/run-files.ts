import { EngineError } from '../../lib/errors.ts';
import { shownName } from '../../lib/shown.ts';
import { browserStore } from './browser-store.ts';
import { readRunFiles } from './read-run-files.ts';
import {
  correctRun,
  type RunDatabase,
  type RunSummary,
  readRun,
  removeRun,
  summaryOf,
} from './run-database.ts';
import { areIntact, formatLine, formatManifest, RUN_FILES } from './run-format.ts';

/** A file of a run's folder. */
export interface RunFile {
  readonly name: string;
  readonly blob: Blob;
}

/** A run as the files of the terminal's run folder; corrections only where there are some. */
export async function exportRun(db: RunDatabase, run: string): Promise<RunFile[]> {
  const { manifest, records, corrections, features } = await readRun(db, run);
  const rows: Blob[] = [];
  // A Blob a row: the browser may keep them on disk, so that a large run need not fit into memory.
  for (const { row } of records) if (row !== undefined) rows.push(new Blob([exact(await features(row))]));
  const file = (name: string, parts: BlobPart[], type = 'application/jsonl') => ({
    name,
    blob: new Blob(parts, { type }),
  });
  return [
    file(RUN_FILES.manifest, [formatManifest(manifest)], 'application/json'),
    file(RUN_FILES.records, records.map(formatLine)),
    file(RUN_FILES.features, rows, 'application/octet-stream'),
    ...(corrections.length > 0 ? [file(RUN_FILES.corrections, corrections.map(formatLine))] : []),
  ];
}

/** Bytes of a row, in a buffer of their own. */
function exact(values: Uint16Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice();
}

/**
 * Keeps a run from its files.
 * @param run key under which it is kept
 * @throws EngineError `bad-input` where the files are no run; `storage-full`; nothing is kept then
 */
export async function importRun(db: RunDatabase, run: string, files: readonly File[]): Promise<RunSummary> {
  const read = await readRunFiles(files);
  const store = browserStore(db, run);
  try {
    await store.begin(read.manifest);
    for (const record of read.records) {
      const features = record.row === undefined ? undefined : await read.features(record.row);
      if (features && !areIntact(record, features))
        throw new EngineError(
          'bad-input',
          `Row ${record.row} of ${RUN_FILES.features} (question "${shownName(record.question.id)}") was altered: its checksum does not fit. In the terminal "hneurons identify --resume --repair" restores such a run.`,
        );
      await store.append(record, features);
    }
    for (const correction of read.corrections) await correctRun(db, run, correction);
    return summaryOf((await readRun(db, run)).entry, read.notes);
  } catch (error) {
    await removeRun(db, run);
    // Browsers copy what they store, which fails where it is nested too deep.
    if (error instanceof RangeError || (error instanceof DOMException && error.name === 'DataCloneError'))
      throw new EngineError(
        'bad-input',
        `${RUN_FILES.records} holds a record that the browser cannot store, since it is nested too deep; write it anew with "hneurons identify".`,
        { cause: error },
      );
    throw error;
  }
}
