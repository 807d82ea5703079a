import { EngineError } from '../errors.ts';
import type { ImpactStore } from '../impact/run.ts';
import { formatSuite, type Suite } from '../impact/suites.ts';
import { type ImpactDatabase, type ImpactEntry, impactSummary } from './impact-database.ts';
import { allOrNothing, checkStillOurs } from './one-write.ts';
import { keysOf } from './run-database.ts';
import { withRoom } from './storage-room.ts';

/** Bytes of a number in a record. */
const NUMBER_BYTES = 9;

const now = () => new Date().toISOString();

/** Bytes at most that the rest of a sweep takes. */
function roomLeft(entry: ImpactEntry): number {
  const { alphas, sets } = entry.manifest.plan;
  return (impactSummary(entry).total - entry.done) * 2 * alphas.length * sets.length * NUMBER_BYTES;
}

export interface BrowserImpactStore extends ImpactStore {
  /** Notes that nothing is left to do. */
  finish(): Promise<void>;
}

/**
 * A sweep in the browser's store. Each record is stored in one transaction with the count of all.
 * @param about what it takes to go on with it later
 */
export function impactStore(
  db: ImpactDatabase,
  run: string,
  about: { readonly suites: readonly Suite[]; readonly seed: number; readonly tight?: number },
): BrowserImpactStore {
  let current: ImpactEntry | undefined;
  const entry = () => {
    if (!current) throw new EngineError('internal', 'The sweep was not started.');
    return current;
  };

  return {
    async load() {
      const stored = await db.get('runs', run);
      if (!stored) return undefined;
      current = stored;
      const kept = await db.getAll('records', keysOf(run));
      return { manifest: stored.manifest, records: kept.map(({ record }) => record) };
    },
    async begin(manifest) {
      const { suites, seed, tight } = about;
      const started: ImpactEntry = { run, manifest, seed, tight, done: 0, finished: false, changed: now() };
      const size = suites.reduce((sum, suite) => sum + formatSuite(suite).length, 0);
      await withRoom(
        () => size + roomLeft(started),
        async () => {
          const tx = db.transaction(['runs', 'suites'], 'readwrite');
          await allOrNothing(tx, async () => {
            await tx.objectStore('runs').add(started);
            await tx.objectStore('suites').put({ run, suites });
          });
        },
      );
      current = started;
    },
    async append(record) {
      const before = entry();
      await withRoom(
        () => roomLeft(before),
        async () => {
          const tx = db.transaction(['runs', 'records'], 'readwrite', { durability: 'strict' });
          const after = { ...before, done: before.done + 1, changed: now() };
          await allOrNothing(tx, async () => {
            const runs = tx.objectStore('runs');
            checkStillOurs(await runs.get(run), before);
            await tx.objectStore('records').add({ run, index: before.done, record });
            await runs.put(after);
          });
          current = after;
        },
      );
    },
    async finish() {
      const before = entry();
      if (before.finished) return;
      const after = { ...before, finished: true };
      const tx = db.transaction('runs', 'readwrite');
      await allOrNothing(tx, async () => {
        checkStillOurs(await tx.store.get(run), before);
        await tx.store.put(after);
      });
      current = after;
    },
  };
}
