import type { QuestionSet } from '../../datasets/questions/question-set.ts';
import { EngineError } from '../../lib/errors.ts';
import type { LanguageModel } from '../../model/types.ts';
import type { StudyContext } from '../shared/context.ts';
import { askerOf, modelQuestioner, type RunSettings } from './ask.ts';
import { browserStore } from './browser-store.ts';
import { extendRun } from './extend-run.ts';
import type { Shard } from './records.ts';
import { type RunProgress, runIdentification } from './run.ts';
import { type RunDatabase, withDatabase } from './run-database.ts';

/** Asks a set's questions and keeps what comes of it in the browser, question by question. */
export interface IdentifyIn {
  /** Key of the run in the browser's store. */
  readonly run: string;
  /** What a new run asks, and how; undefined to go on with a run that is kept. */
  readonly start?: { readonly set: QuestionSet; readonly settings: RunSettings };
  /** Questions that a kept run asks behind its own. */
  readonly more?: QuestionSet['questions'];
}

const WHOLE: Shard = { index: 0, count: 1 };

interface Start {
  readonly set: QuestionSet;
  readonly settings: RunSettings;
  readonly shard: Shard;
}

/** What a kept run asks, to go on with it. */
async function keptStart(db: RunDatabase, run: string): Promise<Start> {
  const entry = await db.get('runs', run);
  if (!entry)
    throw new EngineError('storage-lost', 'This run is no longer kept in this browser; start a new one.');
  const kept = await db.get('sets', run);
  if (!kept)
    throw new EngineError(
      'bad-input',
      'The questions of this run are not kept with it, since it came from files; go on with it where it was started.',
    );
  const { settings, shard } = entry.manifest;
  return { set: kept.set, settings, shard };
}

/**
 * Asks questions and keeps what comes of it in the browser. Between questions, calls that wait for the model get it.
 * @throws EngineError as `runIdentification`, and `storage-full`
 */
export async function identify(
  model: LanguageModel,
  { run, start, more }: IdentifyIn,
  { signal, emit, giveWay }: StudyContext<RunProgress>,
): Promise<RunProgress> {
  return withDatabase(async (db) => {
    if (!start && more) await extendRun(db, run, more);
    const { set, settings, shard } = start ? { ...start, shard: WHOLE } : await keptStart(db, run);
    const store = browserStore(db, run, set);
    const questioner = modelQuestioner(askerOf(model), settings, { alone: true });
    return runIdentification(questioner, set, {
      settings,
      shard,
      store,
      signal,
      onProgress: emit,
      giveWay,
    });
  });
}
