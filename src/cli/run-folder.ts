import { existsSync } from 'node:fs';
import { type FileHandle, mkdir, open, readFile, rename, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineError } from '../errors.ts';
import {
  parseManifest,
  parseRecord,
  type QuestionRecord,
  type RunManifest,
  type RunStore,
} from '../identify/records.ts';

const MANIFEST = 'run.json';
const RECORDS = 'records.jsonl';
/** float16, [rows][vectors][neurons], rows in the order of the records that have one. */
const FEATURES = 'features.f16';

/** Bytes of a row of features. */
export function rowBytes({ model, vectors }: RunManifest): number {
  return 2 * vectors.length * model.widths.reduce((sum, width) => sum + width, 0);
}

/** Records of a file up to the first line that is cut short or out of place, and where they end in it. */
function completeRecords(bytes: Buffer, rows: number): { records: QuestionRecord[]; length: number } {
  const records: QuestionRecord[] = [];
  let length = 0;
  let kept = 0;
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, length)) {
    const record = parseRecord(bytes.toString('utf8', length, end));
    if (!record || (record.row !== undefined && (record.row !== kept || record.row >= rows))) break;
    if (record.row !== undefined) kept++;
    records.push(record);
    length = end + 1;
  }
  return { records, length };
}

export interface FolderRun {
  readonly manifest: RunManifest;
  readonly records: readonly QuestionRecord[];
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
  const size = rowBytes(manifest);
  const handle = existsSync(join(folder, FEATURES)) ? await open(join(folder, FEATURES)) : undefined;
  try {
    return await use({
      manifest,
      records,
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
      const rows = run.records.filter(({ row }) => row !== undefined).length;
      await openFiles();
      await truncate(path(RECORDS), run.length);
      await truncate(path(FEATURES), rows * rowBytes(run.manifest));
      return { manifest: run.manifest, records: run.records };
    },
    async begin(manifest) {
      await mkdir(folder, { recursive: true });
      for (const name of [RECORDS, FEATURES]) {
        if (existsSync(path(name)))
          throw new EngineError('bad-input', `${path(name)} is there already; choose an empty folder.`);
      }
      await writeFile(path(`${MANIFEST}.part`), `${JSON.stringify(manifest, null, 2)}\n`);
      await rename(path(`${MANIFEST}.part`), path(MANIFEST));
      await openFiles();
    },
    async append(record, values) {
      if (!records || !features) throw new EngineError('internal', 'The run was not started.');
      if (values)
        await features.appendFile(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
      await records.appendFile(`${JSON.stringify(record)}\n`);
    },
    async close() {
      await records?.close();
      await features?.close();
    },
  };
}
