import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import { EngineError } from '../errors.ts';
import type { Correction } from '../identify/corrections.ts';
import type { QuestionSet } from '../identify/questions.ts';
import type { QuestionRecord, RunManifest } from '../identify/records.ts';
import { placeChecker, questionsAsked } from '../identify/run-format.ts';
import type { RunSummary } from '../protocol/study-messages.ts';

const NAME = 'h-neuron-runs';
const VERSION = 1;

/** What is kept of a run beside its records. */
export interface RunEntry {
  readonly run: string;
  readonly manifest: RunManifest;
  readonly done: number;
  /** Rows of features. */
  readonly rows: number;
  readonly counts: Readonly<Record<QuestionRecord['status'], number>>;
  /** ISO date and time. */
  readonly changed: string;
}

interface RunSchema extends DBSchema {
  runs: { key: string; value: RunEntry };
  /** Questions of a run, to go on with it; an imported run has none. */
  sets: { key: string; value: { readonly run: string; readonly set: QuestionSet } };
  records: { key: [run: string, index: number]; value: { readonly run: string } & QuestionRecord };
  /** float16 bits, [vectors][neurons]. */
  features: { key: [run: string, row: number]; value: Uint16Array };
  corrections: { key: [run: string, index: number]; value: { readonly run: string } & Correction };
}

export type RunDatabase = IDBPDatabase<RunSchema>;

/** What belongs to one run in a store whose keys are [run, number]. */
export const keysOf = (run: string) => IDBKeyRange.bound([run], [run, []]);

/**
 * Opens a store of the browser's.
 * @throws EngineError `storage-full` where the browser keeps no data for the page
 */
export async function openKept<T>(open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (cause) {
    throw new EngineError(
      'storage-full',
      'This browser keeps no data for the page (storage is blocked, or the window is private), so no run can be kept; allow it, or open the page in a normal window.',
      { cause },
    );
  }
}

/**
 * Opens the browser's store of runs, made where it is not there yet.
 * @throws EngineError as `openKept`
 */
export function openRunDatabase(): Promise<RunDatabase> {
  return openKept(() =>
    openDB<RunSchema>(NAME, VERSION, {
      upgrade(db) {
        db.createObjectStore('runs', { keyPath: 'run' });
        db.createObjectStore('sets', { keyPath: 'run' });
        db.createObjectStore('records', { keyPath: ['run', 'index'] });
        db.createObjectStore('features');
        db.createObjectStore('corrections', { keyPath: ['run', 'index'] });
      },
      // Another tab with a newer page wants to change the stores.
      blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
    }),
  );
}

/** Opens the store for as long as `use` takes. */
export async function withDatabase<T>(use: (db: RunDatabase) => Promise<T>): Promise<T> {
  const db = await openRunDatabase();
  try {
    return await use(db);
  } finally {
    db.close();
  }
}

export function summaryOf({ run, manifest, done, counts, changed }: RunEntry): RunSummary {
  return { run, manifest, done, total: questionsAsked(manifest), counts, changed };
}

/** All runs, last changed first. */
export async function listRuns(db: RunDatabase): Promise<RunSummary[]> {
  const entries = await db.getAll('runs');
  return entries.map(summaryOf).sort((a, b) => (a.changed < b.changed ? 1 : -1));
}

/** A run as it is kept, to be learnt from. */
export interface KeptRun {
  readonly entry: RunEntry;
  readonly manifest: RunManifest;
  readonly records: readonly QuestionRecord[];
  readonly corrections: readonly Correction[];
  /** Features of a row, float16 bits, [vectors][neurons]. */
  features(row: number): Promise<Uint16Array>;
}

const withoutRun = <T extends { readonly run: string }>({ run: _, ...rest }: T) => rest;

/** Records of a run up to the first whose features are not there. */
export async function readRecords(db: RunDatabase, run: string): Promise<readonly QuestionRecord[]> {
  const stored = await db.getAll('records', keysOf(run));
  const inPlace = placeChecker(await db.count('features', keysOf(run)));
  const end = stored.findIndex((record) => !inPlace(record));
  return stored.slice(0, end < 0 ? stored.length : end).map(withoutRun);
}

/**
 * Reads a run.
 * @throws EngineError `bad-input` where it is not kept
 */
export async function readRun(db: RunDatabase, run: string): Promise<KeptRun> {
  const entry = await db.get('runs', run);
  if (!entry)
    throw new EngineError('bad-input', 'This run is no longer kept in this browser; choose another one.');
  const records = await readRecords(db, run);
  const corrections = (await db.getAll('corrections', keysOf(run))).map(withoutRun);
  return {
    entry,
    manifest: entry.manifest,
    records,
    corrections,
    async features(row) {
      const values = await db.get('features', [run, row]);
      if (!values) throw new EngineError('bad-input', 'The run was deleted while it was read.');
      return values;
    },
  };
}

/** Deletes a run and all that belongs to it. */
export async function removeRun(db: RunDatabase, run: string): Promise<void> {
  const tx = db.transaction(['runs', 'sets', 'records', 'features', 'corrections'], 'readwrite');
  await Promise.all([
    tx.objectStore('runs').delete(run),
    tx.objectStore('sets').delete(run),
    tx.objectStore('records').delete(keysOf(run)),
    tx.objectStore('features').delete(keysOf(run)),
    tx.objectStore('corrections').delete(keysOf(run)),
    tx.done,
  ]);
}

/** Keeps a person's label of an answer, or takes it back where there is none. */
export async function correctRun(
  db: RunDatabase,
  run: string,
  { index, label }: { readonly index: number; readonly label?: Correction['label'] },
): Promise<void> {
  if (label) await db.put('corrections', { run, index, label });
  else await db.delete('corrections', [run, index]);
}
