import { type Question, relationCounts } from '../../datasets/questions/question-set.ts';
import { EngineError } from '../../lib/errors.ts';
import { questionsOf } from './run.ts';
import type { RunDatabase } from './run-database.ts';

/**
 * Adds questions behind those that a kept run asks; those that it asks already are left out. What was answered stays.
 * @throws EngineError `bad-input` where the run or its questions are not kept, or it is a part of a run
 */
export async function extendRun(db: RunDatabase, run: string, more: readonly Question[]): Promise<void> {
  const tx = db.transaction(['runs', 'sets'], 'readwrite');
  const [entry, kept] = await Promise.all([tx.objectStore('runs').get(run), tx.objectStore('sets').get(run)]);
  if (!entry || !kept || entry.manifest.shard.count > 1) {
    await tx.done;
    throw new EngineError(
      'bad-input',
      'The questions of this run are not kept whole in this browser, so no more can be asked; start a new run.',
    );
  }
  const { header, questions: before } = kept.set;
  const known = new Set(before.map(({ id }) => id));
  const questions = [...before, ...more.filter(({ id }) => !known.has(id))];
  const set = { header: { ...header, relations: Object.fromEntries(relationCounts(questions)) }, questions };
  const manifest = { ...entry.manifest, questions: questionsOf(set) };
  await Promise.all([
    tx.objectStore('runs').put({ ...entry, manifest, changed: new Date().toISOString() }),
    tx.objectStore('sets').put({ run, set }),
    tx.done,
  ]);
}
