import { formatSuite, type Suite } from '../../datasets/suites/suite.ts';
import { EngineError } from '../../lib/errors.ts';
import { keysOf } from '../identify/run-database.ts';
import { allOrNothing, checkStillOurs, whileKept } from '../shared/one-write.ts';
import { withRoom } from '../shared/storage-room.ts';
import type { ImpactStore } from './run.ts';
import { FREE_TOKENS } from './score-item.ts';
import {
  type ImpactDatabase,
  type ImpactEntry,
  impactSummary,
  isImpactKept,
  soundRecords,
} from './sweep-database.ts';

/** Bytes of a number in a record. */
const NUMBER_BYTES = 9;
/** Bytes of a token's text. */
const TOKEN_BYTES = 8;

const now = () => new Date().toISOString();

/** Bytes at most that the rest of a sweep takes. */
function roomLeft(entry: ImpactEntry): number {
  const { alphas, sets } = entry.manifest.plan;
  const values = entry.free ? FREE_TOKENS * TOKEN_BYTES : 2 * NUMBER_BYTES;
  return (impactSummary(entry).total - entry.done) * alphas.length * sets.length * values;
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
  about: Pick<ImpactEntry, 'seed' | 'tight' | 'free'> & { readonly suites: readonly Suite[] },
): BrowserImpactStore {
  let current: ImpactEntry | undefined;
  const entry = () => {
    if (!current) throw new EngineError('internal', 'The sweep was not started.');
    return current;
  };

  /** Notes how many free answers are asked for; with more than before there is something to do again. */
  async function withFree(stored: ImpactEntry): Promise<ImpactEntry> {
    const { free = 0 } = about;
    if (free === (stored.free ?? 0)) return stored;
    const changed = { ...stored, free, finished: false };
    await db.put('runs', changed);
    return changed;
  }

  return {
    async load() {
      const stored = await db.get('runs', run);
      if (!stored) return undefined;
      current = await withFree(stored);
      const records = soundRecords(await db.getAll('records', keysOf(run)));
      return { manifest: stored.manifest, records };
    },
    async begin(manifest) {
      const { suites, ...rest } = about;
      const started: ImpactEntry = { run, manifest, ...rest, done: 0, finished: false, changed: now() };
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
      const write = async () => {
        const tx = db.transaction(['runs', 'records'], 'readwrite', { durability: 'strict' });
        const after = { ...before, done: before.done + 1, changed: now() };
        await allOrNothing(tx, async () => {
          const runs = tx.objectStore('runs');
          checkStillOurs(await runs.get(run), before);
          await tx.objectStore('records').add({ run, index: before.done, record });
          await runs.put(after);
        });
        current = after;
      };
      await withRoom(
        () => roomLeft(before),
        () => whileKept(() => isImpactKept(run), write),
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
