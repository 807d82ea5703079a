import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { QuestionSet } from '../../datasets/questions/question-set.ts';
import { EngineError } from '../../lib/errors.ts';
import { shownName } from '../../lib/shown.ts';
import type { Correction } from './corrections.ts';
import type { QuestionRecord, RunManifest } from './records.ts';
import {
  areIntact,
  type Damage,
  incompleteNotes,
  notesOf,
  questionsAsked,
  recordChecker,
} from './run-format.ts';

/** A run as a list shows it. */
export interface RunSummary {
  /** Key of the browser's store. */
  readonly run: string;
  readonly manifest: RunManifest;
  readonly done: number;
  /** Questions that the run asks, its shard's. */
  readonly total: number;
  readonly counts: Readonly<Record<QuestionRecord['status'], number>>;
  /** ISO date and time of the last change. */
  readonly changed: string;
  /** What a person should know of the run as it was read; left out in lists. */
  readonly notes?: readonly string[];
}

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

export function summaryOf(
  { run, manifest, done, counts, changed }: RunEntry,
  notes: readonly string[] = [],
): RunSummary {
  const total = questionsAsked(manifest);
  return { run, manifest, done, total, counts, changed, ...(notes.length > 0 && { notes }) };
}

/** All runs, last changed first. */
export async function listRuns(db: RunDatabase): Promise<RunSummary[]> {
  const entries = await db.getAll('runs');
  return entries.map((entry) => summaryOf(entry)).sort((a, b) => (a.changed < b.changed ? 1 : -1));
}

/** A run as it is kept, to be learnt from. */
export interface KeptRun {
  readonly entry: RunEntry;
  readonly manifest: RunManifest;
  readonly records: readonly QuestionRecord[];
  readonly corrections: readonly Correction[];
  readonly damage: Damage | undefined;
  /** What a person should know of the run as it was read. */
  readonly notes: readonly string[];
  /** Features of a row, float16 bits, [vectors][neurons]. */
  features(row: number): Promise<Uint16Array>;
}

const withoutRun = <T extends { readonly run: string }>({ run: _, ...rest }: T) => rest;

/** Whether a run is in the store, opened anew. */
export const isRunKept = (run: string): Promise<boolean> =>
  withDatabase(async (db) => (await db.getKey('runs', run)) !== undefined);

/** Records of a run up to the first that is damaged, and what is wrong with that one. */
export async function readRecords(
  db: RunDatabase,
  run: string,
): Promise<{ readonly records: readonly QuestionRecord[]; readonly damage?: Damage }> {
  const stored = (await db.getAll('records', keysOf(run))).map(withoutRun);
  const check = recordChecker(await db.count('features', keysOf(run)));
  for (const [at, record] of stored.entries()) {
    const flaw = check(record);
    if (flaw)
      return { records: stored.slice(0, at), damage: { ...flaw, line: at + 1, lines: stored.length - at } };
  }
  return { records: stored };
}

/** The sentence for a run that is damaged in the browser's store. */
const damagedText = ({ line, what, lines }: Damage) =>
  `Record ${line} of this run ${what}; ${lines === 1 ? 'it' : `it and the ${lines - 1} behind it`} cannot be relied on. Press Resume to have these questions asked again.`;

/**
 * Reads a run.
 * @throws EngineError `storage-lost` where it is not kept
 */
export async function readRun(db: RunDatabase, run: string): Promise<KeptRun> {
  const entry = await db.get('runs', run);
  if (!entry)
    throw new EngineError('storage-lost', 'This run is no longer kept in this browser; choose another one.');
  const { records, damage } = await readRecords(db, run);
  const corrections = (await db.getAll('corrections', keysOf(run))).map(withoutRun);
  const withRow = new Map(records.map((record) => [record.row, record]));
  return {
    entry,
    manifest: entry.manifest,
    records,
    corrections,
    damage,
    notes: [...(damage ? [damagedText(damage)] : []), ...notesOf({ records, isCut: false })],
    async features(row) {
      const values = await db.get('features', [run, row]);
      if (!values) throw new EngineError('storage-lost', 'The run was deleted while it was read.');
      const record = withRow.get(row);
      if (record && !areIntact(record, values))
        throw new EngineError(
          'bad-input',
          `The activations of question "${shownName(record.question.id)}" were altered in the browser's storage: their checksum does not fit. Delete this run, and ask again or open it from files that were saved before.`,
        );
      return values;
    },
  };
}

/**
 * Reads a run to learn from it.
 * @throws EngineError as `readRun`, and `bad-input` where it is damaged
 */
export async function readSound(db: RunDatabase, run: string): Promise<KeptRun> {
  const read = await readRun(db, run);
  if (read.damage) throw new EngineError('bad-input', damagedText(read.damage));
  return { ...read, notes: [...read.notes, ...incompleteNotes(read.records, read.manifest)] };
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
