import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { Suite } from '../../datasets/suites/suite.ts';
import { isIntact } from '../../lib/bytes/checksum.ts';
import { EngineError } from '../../lib/errors.ts';
import { shownName } from '../../lib/shown.ts';
import { keysOf, openKept } from '../identify/run-database.ts';
import type { FreeLabel, LabelPlace } from './labels.ts';
import { countFree, type ImpactManifest } from './run.ts';
import type { ImpactRecord } from './score-item.ts';

/** A sweep as a list shows it. */
export interface ImpactSummary {
  /** Key of the browser's store. */
  readonly run: string;
  readonly manifest: ImpactManifest;
  readonly done: number;
  /** Items at most. */
  readonly total: number;
  /** Nothing is left to do, though items may have been left out. */
  readonly finished: boolean;
  /** ISO date and time of the last change. */
  readonly changed: string;
}

const NAME = 'h-neuron-sweeps';
/** 2 has labels, too. */
const VERSION = 2;

/** What is kept of a sweep beside its items and records. */
export interface ImpactEntry extends Omit<ImpactSummary, 'total'> {
  readonly manifest: ImpactManifest;
  readonly seed: number;
  readonly tight?: number;
  /** Items of each compliance suite that are also answered freely. */
  readonly free?: number;
}

interface ImpactSchema extends DBSchema {
  runs: { key: string; value: ImpactEntry };
  suites: { key: string; value: { readonly run: string; readonly suites: readonly Suite[] } };
  /** By the order in which they were done. */
  records: {
    key: [run: string, index: number];
    value: { readonly run: string; readonly index: number; readonly record: ImpactRecord };
  };
  /** A person's, of free answers. */
  labels: {
    key: [run: string, suite: string, id: string, text: string];
    value: { readonly run: string } & FreeLabel;
  };
}

export type ImpactDatabase = IDBPDatabase<ImpactSchema>;

/**
 * Opens the browser's store of sweeps for as long as `use` takes; it is made where it is not there yet.
 * @throws EngineError `storage-full` where the browser keeps no data for the page
 */
export async function withImpactDatabase<T>(use: (db: ImpactDatabase) => Promise<T>): Promise<T> {
  const db = await openKept(() =>
    openDB<ImpactSchema>(NAME, VERSION, {
      upgrade(made, before) {
        if (before < 1) {
          made.createObjectStore('runs', { keyPath: 'run' });
          made.createObjectStore('suites', { keyPath: 'run' });
          made.createObjectStore('records', { keyPath: ['run', 'index'] });
        }
        if (before < 2) made.createObjectStore('labels', { keyPath: ['run', 'suite', 'id', 'text'] });
      },
      // Another tab with a newer page wants to change the stores.
      blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
    }),
  );
  try {
    return await use(db);
  } finally {
    db.close();
  }
}

export function impactSummary({
  run,
  manifest,
  done,
  free = 0,
  finished,
  changed,
}: ImpactEntry): ImpactSummary {
  const { suites } = manifest;
  const total = suites.reduce((sum, { items }) => sum + items, 0) + countFree(suites, free);
  return { run, manifest, done, total, finished, changed };
}

/** All sweeps, last changed first. */
export async function listImpacts(db: ImpactDatabase): Promise<ImpactSummary[]> {
  const entries = await db.getAll('runs');
  return entries.map(impactSummary).sort((a, b) => (a.changed < b.changed ? 1 : -1));
}

/** Whether a sweep is in the store, opened anew. */
export const isImpactKept = (run: string): Promise<boolean> =>
  withImpactDatabase(async (db) => (await db.getKey('runs', run)) !== undefined);

/**
 * The records of a sweep as they were stored.
 * @throws EngineError `bad-input` where one was altered
 */
export function soundRecords(stored: readonly { readonly record: ImpactRecord }[]): ImpactRecord[] {
  return stored.map(({ record }) => {
    if (isIntact(record)) return record;
    throw new EngineError(
      'bad-input',
      `The record of item "${shownName(record.id)}" of ${shownName(record.suite)} was altered in the browser's storage: its checksum does not fit. Delete this sweep, and run it again.`,
    );
  });
}

/** A sweep as it is kept. */
export interface KeptImpact {
  readonly entry: ImpactEntry;
  readonly suites: readonly Suite[];
  readonly records: readonly ImpactRecord[];
  readonly labels: readonly FreeLabel[];
}

/**
 * Reads a sweep.
 * @throws EngineError `storage-lost` where it is not kept, `bad-input` where it was altered
 */
export async function readImpact(db: ImpactDatabase, run: string): Promise<KeptImpact> {
  const [entry, kept, records, labels] = await Promise.all([
    db.get('runs', run),
    db.get('suites', run),
    db.getAll('records', keysOf(run)),
    db.getAll('labels', keysOf(run)),
  ]);
  if (!entry || !kept)
    throw new EngineError(
      'storage-lost',
      'This sweep is no longer kept in this browser; choose another one.',
    );
  return {
    entry,
    suites: kept.suites,
    records: soundRecords(records),
    labels: labels.map(({ run: _, ...label }) => label),
  };
}

/** Deletes a sweep and all that belongs to it. */
export async function removeImpact(db: ImpactDatabase, run: string): Promise<void> {
  const tx = db.transaction(['runs', 'suites', 'records', 'labels'], 'readwrite');
  await Promise.all([
    tx.objectStore('runs').delete(run),
    tx.objectStore('suites').delete(run),
    tx.objectStore('records').delete(keysOf(run)),
    tx.objectStore('labels').delete(keysOf(run)),
    tx.done,
  ]);
}

/** Keeps a person's label of a free answer, or takes it back where there is none. */
export async function labelAnswer(
  db: ImpactDatabase,
  run: string,
  { suite, id, text }: LabelPlace,
  label: FreeLabel['label'] | undefined,
): Promise<void> {
  if (label) await db.put('labels', { run, type: 'label', suite, id, text, label });
  else await db.delete('labels', [run, suite, id, text]);
}
