import { existsSync } from 'node:fs';
import { type FileHandle, mkdir, open, readFile, rename, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineError } from '../errors.ts';
import type { Correction } from '../identify/corrections.ts';
import { parseManifest, type QuestionRecord, type RunManifest, type RunStore } from '../identify/records.ts';
import {
  completeRecords,
  formatLine,
  formatManifest,
  parseCorrections,
  RUN_FILES,
  rowBytes,
  rowsOf,
} from '../identify/run-format.ts';

const { manifest: MANIFEST, records: RECORDS, features: FEATURES, corrections: CORRECTIONS } = RUN_FILES;

export interface FolderRun {
  readonly manifest: RunManifest;
  readonly records: readonly QuestionRecord[];
  /** What a person wrote into corrections.jsonl; none without that file. */
  readonly corrections: readonly Correction[];
  /** Features of a row, float16 bits, [vectors][neurons]. */
  features(row: number): Promise<Uint16Array>;
}

const sizeOf = async (path: string) => (existsSync(path) ? (await stat(path)).size : 0);

async function readRun(folder: string) {
  const manifest = parseManifest(await readFile(join(folder, MANIFEST), 'utf8'));
  const bytes = existsSync(join(folder, RECORDS)) ? await readFile(join(folder, RECORDS)) : Buffer.alloc(0);
  const rows = Math.floor((await sizeOf(join(folder, FEATURES))) / rowBytes(manifest));
  return { manifest, ...completeRecords(bytes, rows) };
}

async function readCorrections(folder: string): Promise<Correction[]> {
  const path = join(folder, CORRECTIONS);
  return existsSync(path) ? parseCorrections(await readFile(path, 'utf8')) : [];
}

/**
 * Reads a run's folder without changing it and gives it to `use`.
 * @throws EngineError `load-failed` where the folder holds none
 */
export async function withRun<T>(folder: string, use: (run: FolderRun) => Promise<T>): Promise<T> {
  if (!existsSync(join(folder, MANIFEST)))
    throw new EngineError(
      'load-failed',
      `${folder} holds no run (${MANIFEST} is missing); make one with "hneurons identify --out ${folder}".`,
    );
  const { manifest, records } = await readRun(folder);
  const corrections = await readCorrections(folder);
  const size = rowBytes(manifest);
  const handle = existsSync(join(folder, FEATURES)) ? await open(join(folder, FEATURES)) : undefined;
  try {
    return await use({
      manifest,
      records,
      corrections,
      async features(row) {
        const values = new Uint16Array(size / 2);
        const { bytesRead } = (await handle?.read(values, 0, size, row * size)) ?? { bytesRead: 0 };
        if (bytesRead !== size)
          throw new EngineError(
            'load-failed',
            `${folder} lacks the features of row ${row}; run it again with --resume.`,
          );
        return values;
      },
    });
  } finally {
    await handle?.close();
  }
}

/** A run in a folder on disk: what it is (JSON), a record a line (JSONL), and the features (float16). */
export interface FolderStore extends RunStore {
  close(): Promise<void>;
}

/**
 * Opens a folder for a run. Features are written before the record that names them, so whatever a killed process left
 * is made whole again at `load` by cutting the files behind the last complete record.
 */
export function folderStore(folder: string): FolderStore {
  const path = (name: string) => join(folder, name);
  let records: FileHandle | undefined;
  let features: FileHandle | undefined;
  const openFiles = async () => {
    records = await open(path(RECORDS), 'a');
    features = await open(path(FEATURES), 'a');
  };
  return {
    async load() {
      if (!existsSync(path(MANIFEST))) return undefined;
      const run = await readRun(folder);
      await openFiles();
      await truncate(path(RECORDS), run.length);
      await truncate(path(FEATURES), rowsOf(run.records) * rowBytes(run.manifest));
      return { manifest: run.manifest, records: run.records };
    },
    async begin(manifest) {
      await mkdir(folder, { recursive: true });
      for (const name of [RECORDS, FEATURES]) {
        if (existsSync(path(name)))
          throw new EngineError('bad-input', `${path(name)} is there already; choose an empty folder.`);
      }
      await writeFile(path(`${MANIFEST}.part`), formatManifest(manifest));
      await rename(path(`${MANIFEST}.part`), path(MANIFEST));
      await openFiles();
    },
    async append(record, values) {
      if (!records || !features) throw new EngineError('internal', 'The run was not started.');
      if (values)
        await features.appendFile(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
      await records.appendFile(formatLine(record));
    },
    async close() {
      await records?.close();
      await features?.close();
    },
  };
}
