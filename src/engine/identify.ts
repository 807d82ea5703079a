import { EngineError } from '../errors.ts';
import { type Asker, modelQuestioner, type RunSettings } from '../identify/ask.ts';
import type { QuestionSet } from '../identify/questions.ts';
import type { Shard } from '../identify/records.ts';
import { type RunProgress, runIdentification } from '../identify/run.ts';
import type { IdentifyIn } from '../protocol/messages.ts';
import type { CallContext } from '../protocol/server.ts';
import { browserStore } from '../study/browser-store.ts';
import { extendRun } from '../study/extend-run.ts';
import { type RunDatabase, withDatabase } from '../study/run-database.ts';
import type { OpenedModel } from './load.ts';
import { preparePrompt } from './prompt.ts';

const WHOLE: Shard = { index: 0, count: 1 };

/** Asks through the model's chat template, without a system text. */
export function askerOf({ model, io }: Pick<OpenedModel, 'model' | 'io'>): Asker {
  return {
    model,
    io,
    prompt: (text) =>
      preparePrompt(model, { kind: 'chat', system: '', turns: [{ role: 'user', content: text }] }).ids,
  };
}

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
  loaded: OpenedModel,
  { run, start, more }: IdentifyIn,
  { signal, emit, giveWay }: CallContext<'identify'>,
): Promise<RunProgress> {
  return withDatabase(async (db) => {
    if (!start && more) await extendRun(db, run, more);
    const { set, settings, shard } = start ? { ...start, shard: WHOLE } : await keptStart(db, run);
    const store = browserStore(db, run, set);
    const questioner = modelQuestioner(askerOf(loaded), settings, { alone: true });
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
