import { EngineError } from '../errors.ts';
import type { Correction } from '../identify/corrections.ts';
import { parseManifest, type QuestionRecord, type RunManifest } from '../identify/records.ts';
import {
  areIntact,
  completeRecords,
  damageText,
  formatLine,
  formatManifest,
  notesOf,
  parseCorrections,
  RUN_FILES,
  rowBytes,
} from '../identify/run-format.ts';
import type { RunFile, RunSummary } from '../protocol/study-messages.ts';
import { browserStore } from './browser-store.ts';
import { correctRun, type RunDatabase, readRun, removeRun, summaryOf } from './run-database.ts';

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

interface ReadFiles {
  readonly manifest: RunManifest;
  readonly records: readonly QuestionRecord[];
  readonly corrections: readonly Correction[];
  readonly notes: readonly string[];
  features(row: number): Promise<Uint16Array>;
}

async function readFiles(files: readonly File[]): Promise<ReadFiles> {
  const find = (name: string) => files.find((file) => file.name === name);
  const [manifestFile, recordsFile] = [RUN_FILES.manifest, RUN_FILES.records].map((name) => {
    const file = find(name);
    if (file) return file;
    const names = `${RUN_FILES.manifest}, ${RUN_FILES.records} and ${RUN_FILES.features}`;
    throw new EngineError(
      'bad-input',
      `${name} is missing among the files; choose ${names} of one run together.`,
    );
  });
  const manifest = parseManifest(await manifestFile.text());
  const featuresFile = find(RUN_FILES.features) ?? new Blob([]);
  const size = rowBytes(manifest);
  const rows = Math.floor(featuresFile.size / size);
  const read = completeRecords(new Uint8Array(await recordsFile.arrayBuffer()), rows);
  const { records, damage } = read;
  if (damage && records.length === 0)
    throw new EngineError(
      'bad-input',
      `${damageText(damage)} Choose the ${RUN_FILES.features} of the same run with it.`,
    );
  if (damage)
    throw new EngineError(
      'bad-input',
      `${damageText(damage)} In the terminal "hneurons identify --resume --repair" restores such a run.`,
    );
  return {
    manifest,
    records,
    notes: notesOf(read),
    corrections: parseCorrections((await find(RUN_FILES.corrections)?.text()) ?? ''),
    features: async (row) =>
      new Uint16Array(await featuresFile.slice(row * size, (row + 1) * size).arrayBuffer()),
  };
}

/**
 * Keeps a run from its files.
 * @param run key under which it is kept
 * @throws EngineError `bad-input` where the files are no run; `storage-full`; nothing is kept then
 */
export async function importRun(db: RunDatabase, run: string, files: readonly File[]): Promise<RunSummary> {
  const read = await readFiles(files);
  const store = browserStore(db, run);
  try {
    await store.begin(read.manifest);
    for (const record of read.records) {
      const features = record.row === undefined ? undefined : await read.features(record.row);
      if (features && !areIntact(record, features))
        throw new EngineError(
          'bad-input',
          `Row ${record.row} of ${RUN_FILES.features} (question "${record.question.id}") was altered: its checksum does not fit. In the terminal "hneurons identify --resume --repair" restores such a run.`,
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
