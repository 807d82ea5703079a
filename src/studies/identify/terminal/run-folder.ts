import { constants, existsSync } from 'node:fs';
import {
  copyFile,
  type FileHandle,
  mkdir,
  open,
  readFile,
  rename,
  rm,
  stat,
  truncate,
} from 'node:fs/promises';
import { join } from 'node:path';
import { bytesOf } from '../../../lib/bytes/checksum.ts';
import { EngineError } from '../../../lib/errors.ts';
import { shownName } from '../../../lib/shown.ts';
import { fileError, readText, withFileErrors, writeWhole } from '../../../node/files.ts';
import type { Correction } from '../corrections.ts';
import { parseManifest, type QuestionRecord, type RunManifest, type RunStore } from '../records.ts';
import {
  areIntact,
  type CompleteRecords,
  completeRecords,
  damageText,
  formatLine,
  formatManifest,
  incompleteNotes,
  notesOf,
  parseCorrections,
  RUN_FILES,
  rowBytes,
  rowsOf,
} from '../run-format.ts';

const { manifest: MANIFEST, records: RECORDS, features: FEATURES, corrections: CORRECTIONS } = RUN_FILES;

export interface FolderRun {
  readonly manifest: RunManifest;
  readonly records: readonly QuestionRecord[];
  /** What a person wrote into corrections.jsonl; none without that file. */
  readonly corrections: readonly Correction[];
  /** What a person should know of the run as it was read. */
  readonly notes: readonly string[];
  /** Features of a row, float16 bits, [vectors][neurons]. */
  features(row: number): Promise<Uint16Array>;
}

const LINE_END = 10;

const sizeOf = async (path: string) => (existsSync(path) ? (await stat(path)).size : 0);

interface ReadFolder extends CompleteRecords {
  readonly manifest: RunManifest;
  /** The file of records. */
  readonly bytes: Uint8Array;
}

async function readRun(folder: string): Promise<ReadFolder> {
  const manifest = parseManifest(await readText(join(folder, MANIFEST)), ` in ${folder}`);
  const path = join(folder, RECORDS);
  const bytes = existsSync(path) ? await withFileErrors(path, () => readFile(path)) : Buffer.alloc(0);
  const rows = Math.floor((await sizeOf(join(folder, FEATURES))) / rowBytes(manifest));
  return { manifest, bytes, ...completeRecords(bytes, rows) };
}

/** The command that restores a damaged run. */
const restoring = (folder: string) =>
  `"hneurons identify --resume --repair --out ${folder}", with the options that it was begun with, keeps the damaged files in a folder of their own and asks these questions again`;

function checkWhole(folder: string, { damage }: ReadFolder): void {
  if (damage)
    throw new EngineError('bad-input', `${damageText(damage, ` in ${folder}`)} ${restoring(folder)}.`);
}

/** Reads a row of features. @throws EngineError `load-failed` where it is not there */
async function readRow(handle: FileHandle | undefined, folder: string, row: number, size: number) {
  const values = new Uint16Array(size / 2);
  const { bytesRead } = (await handle?.read(values, 0, size, row * size)) ?? { bytesRead: 0 };
  if (bytesRead !== size)
    throw new EngineError('load-failed', `${folder} lacks the features of row ${row}; ${restoring(folder)}.`);
  return values;
}

async function readCorrections(folder: string): Promise<Correction[]> {
  const path = join(folder, CORRECTIONS);
  return existsSync(path) ? parseCorrections(await readText(path), ` in ${folder}`) : [];
}

/**
 * Reads a run's folder without changing it and gives it to `use`.
 * @throws EngineError `load-failed` where the folder holds none; `bad-input` where it is damaged: nothing may be learnt
 *   from what is left
 */
export async function withRun<T>(folder: string, use: (run: FolderRun) => Promise<T>): Promise<T> {
  if (!existsSync(join(folder, MANIFEST)))
    throw new EngineError(
      'load-failed',
      `${folder} holds no run (${MANIFEST} is missing); make one with "hneurons identify --out ${folder}".`,
    );
  const run = await readRun(folder);
  checkWhole(folder, run);
  const { manifest, records } = run;
  const corrections = await readCorrections(folder);
  const size = rowBytes(manifest);
  const withRow = new Map(records.map((record) => [record.row, record]));
  const path = join(folder, FEATURES);
  const handle = existsSync(path) ? await withFileErrors(path, () => open(path)) : undefined;
  try {
    return await use({
      manifest,
      records,
      corrections,
      notes: [...notesOf(run), ...incompleteNotes(records, manifest)].map((note) => `${folder}: ${note}`),
      async features(row) {
        const values = await withFileErrors(path, () => readRow(handle, folder, row, size));
        const record = withRow.get(row);
        if (record && !areIntact(record, values))
          throw new EngineError(
            'bad-input',
            `Row ${row} of ${path} (question "${shownName(record.question.id)}") was altered: its checksum does not fit. ${restoring(folder)}.`,
          );
        return values;
      },
    });
  } finally {
    await handle?.close();
  }
}

/** How much of a run is sound, features and all. */
async function soundPart(folder: string, run: ReadFolder): Promise<ReadFolder> {
  const size = rowBytes(run.manifest);
  const handle = existsSync(join(folder, FEATURES)) ? await open(join(folder, FEATURES)) : undefined;
  try {
    let length = 0;
    for (const [at, record] of run.records.entries()) {
      const isSound =
        record.row === undefined || areIntact(record, await readRow(handle, folder, record.row, size));
      if (!isSound) return { ...run, records: run.records.slice(0, at), length };
      length = run.bytes.indexOf(LINE_END, length) + 1;
    }
    return run;
  } finally {
    await handle?.close();
  }
}

/** Copies files that are to be cut into a new folder below. @returns its path */
export async function setAside(folder: string, names: readonly string[]): Promise<string> {
  let number = 1;
  while (existsSync(join(folder, `damaged-${number}`))) number++;
  const target = join(folder, `damaged-${number}`);
  await rm(`${target}.part`, { recursive: true, force: true });
  await mkdir(`${target}.part`);
  for (const name of names)
    if (existsSync(join(folder, name)))
      await copyFile(join(folder, name), join(`${target}.part`, name), constants.COPYFILE_FICLONE);
  await rename(`${target}.part`, target);
  return target;
}

/** Says where the files of a damaged run are kept. */
export function sayKept(kept: string): void {
  process.stderr.write(`What was damaged is kept in ${kept}; the run goes on from what is sound.\n`);
}

/** A run in a folder on disk: what it is (JSON), a record a line (JSONL), and the features (float16). */
export interface FolderStore extends RunStore {
  close(): Promise<void>;
}

/**
 * Opens a folder for a run. Features are written before the record that names them, so whatever a killed process left
 * is made whole again at `load` by cutting the files behind the last complete record.
 * @param options.check awaited before anything is written
 * @param options.together the folder counts only once it is whole, so that the disk need not have one before the other
 * @param options.repair cuts a damaged run to what is sound; the damaged files are kept in a folder below
 */
export function folderStore(
  folder: string,
  options: {
    readonly check?: () => Promise<void>;
    readonly together?: boolean;
    readonly repair?: boolean;
  } = {},
): FolderStore {
  const path = (name: string) => join(folder, name);
  let records: FileHandle | undefined;
  let features: FileHandle | undefined;
  const openFiles = async () => {
    records = await open(path(RECORDS), 'a');
    features = await open(path(FEATURES), 'a');
  };

  async function soundRun(): Promise<ReadFolder> {
    const run = await readRun(folder);
    // Records that lack their features are no use to anybody; all else is worth more than a guess.
    if (!options.repair && !run.damage?.lacksFeatures) checkWhole(folder, run);
    const sound = options.repair ? await soundPart(folder, run) : run;
    if (run.damage || sound.length < run.length)
      sayKept(await setAside(folder, [MANIFEST, RECORDS, FEATURES]));
    return sound;
  }

  return {
    load: () =>
      withFileErrors(folder, async () => {
        if (!existsSync(path(MANIFEST))) return undefined;
        const run = await soundRun();
        await openFiles();
        await truncate(path(RECORDS), run.length);
        await truncate(path(FEATURES), rowsOf(run.records) * rowBytes(run.manifest));
        return { manifest: run.manifest, records: run.records };
      }),
    begin: (manifest) =>
      withFileErrors(folder, async () => {
        await mkdir(folder, { recursive: true });
        for (const name of [RECORDS, FEATURES]) {
          if (existsSync(path(name)))
            throw new EngineError('bad-input', `${path(name)} is there already; choose an empty folder.`);
        }
        await writeWhole(path(MANIFEST), formatManifest(manifest));
        await openFiles();
      }),
    async append(record, values) {
      if (!records || !features) throw new EngineError('internal', 'The run was not started.');
      await options.check?.();
      try {
        if (values) {
          await features.appendFile(bytesOf(values));
          // Power may fail: the disk must have the features before the record that names them.
          if (!options.together) await features.datasync();
        }
        await records.appendFile(formatLine(record));
      } catch (error) {
        throw fileError(error, folder);
      }
    },
    close: () =>
      withFileErrors(folder, async () => {
        for (const file of [features, records]) {
          await file?.sync();
          await file?.close();
        }
        [features, records] = [undefined, undefined];
      }),
  };
}
