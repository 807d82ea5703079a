import type { QuestionSet } from '../../datasets/questions/question-set.ts';
import { EngineError } from '../../lib/errors.ts';
import { allOrNothing, checkStillOurs, whileKept } from '../shared/one-write.ts';
import { roomLeftToFill, withRoom } from '../shared/storage-room.ts';
import type { QuestionRecord, RunManifest, RunStore } from './records.ts';
import { isRunKept, type RunDatabase, type RunEntry, readRecords } from './run-database.ts';
import { countsOf, rowsOf } from './run-format.ts';

const now = () => new Date().toISOString();

function emptyEntry(run: string, manifest: RunManifest): RunEntry {
  return { run, manifest, done: 0, rows: 0, counts: countsOf([]), changed: now() };
}

function entryOf(run: string, manifest: RunManifest, records: readonly QuestionRecord[]): RunEntry {
  return {
    ...emptyEntry(run, manifest),
    done: records.length,
    rows: rowsOf(records),
    counts: countsOf(records),
  };
}

function grown(entry: RunEntry, { status, row }: QuestionRecord): RunEntry {
  const counts = { ...entry.counts, [status]: entry.counts[status] + 1 };
  const rows = entry.rows + (row === undefined ? 0 : 1);
  return { ...entry, done: entry.done + 1, rows, counts, changed: now() };
}

/**
 * A run in the browser's store. Record, features and counts are stored in one transaction, so that they are there
 * together or not at all.
 * @param set questions to go on with later; undefined where they are not known
 */
export function browserStore(db: RunDatabase, run: string, set?: QuestionSet): RunStore {
  let current: RunEntry | undefined;
  const entry = () => {
    if (!current) throw new EngineError('internal', 'The run was not started.');
    return current;
  };
  const room = () => roomLeftToFill(entry().manifest, entry());
  return {
    async load() {
      const stored = await db.get('runs', run);
      if (!stored) return undefined;
      const { manifest } = stored;
      const { records } = await readRecords(db, run);
      current = entryOf(run, manifest, records);
      if (current.done !== stored.done) {
        // Only damage from outside leaves more than the complete records.
        const tx = db.transaction(['runs', 'records', 'features'], 'readwrite');
        const last = records.at(-1)?.index ?? -1;
        const behind = IDBKeyRange.bound([run, last], [run, []], true);
        await Promise.all([
          tx.objectStore('records').delete(behind),
          tx.objectStore('features').delete(IDBKeyRange.bound([run, current.rows], [run, []])),
          tx.objectStore('runs').put(current),
          tx.done,
        ]);
      }
      return { manifest, records };
    },
    async begin(manifest) {
      const started = emptyEntry(run, manifest);
      await withRoom(
        () => roomLeftToFill(started.manifest, started),
        async () => {
          const tx = db.transaction(['runs', 'sets'], 'readwrite');
          await Promise.all([
            tx.objectStore('runs').add(started),
            set ? tx.objectStore('sets').put({ run, set }) : undefined,
            tx.done,
          ]);
        },
      );
      current = started;
    },
    async append(record, features) {
      const before = entry();
      const after = grown(before, record);
      const write = async () => {
        const tx = db.transaction(['runs', 'records', 'features'], 'readwrite', { durability: 'strict' });
        const written = async () => {
          const runs = tx.objectStore('runs');
          checkStillOurs(await runs.get(run), before);
          await tx.objectStore('records').add({ ...record, run });
          if (record.row !== undefined && features)
            await tx.objectStore('features').add(features, [run, record.row]);
          await runs.put(after);
        };
        await allOrNothing(tx, written);
      };
      await withRoom(room, () => whileKept(() => isRunKept(run), write));
      current = after;
    },
  };
}
