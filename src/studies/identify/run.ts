import type { Question, QuestionSet } from '../../datasets/questions/question-set.ts';
import { MAX_LANES } from '../../inference/generate.ts';
import { checkSampling } from '../../inference/sampling.ts';
import { EngineError } from '../../lib/errors.ts';
import { fnv1a } from '../../model/fingerprint.ts';
import { formerIdentityNote } from '../../neurons/identity.ts';
import { inOrder } from '../shared/ordered-map.ts';
import type { Asked, Item, Questioner, RunSettings } from './ask.ts';
import { FEATURE_VECTORS } from './features.ts';
import { differenceOf, type QuestionRecord, type RunManifest, type RunStore, type Shard } from './records.ts';
import { countsOf, rowsOf, sealedRecord } from './run-format.ts';

export interface RunProgress {
  /** Questions done, earlier processes' included. */
  readonly done: number;
  readonly total: number;
  readonly counts: Readonly<Record<QuestionRecord['status'], number>>;
  /** Of this process; 0 until the first question is done. */
  readonly questionsAnHour: number;
  /** Seconds; undefined until the first question is done. */
  readonly left: number | undefined;
  readonly latest: QuestionRecord | undefined;
  /** What a person should know of the run that is gone on with; with the first report only. */
  readonly notice?: string;
}

/** What is wrong with the question rather than with the run: the run goes on without it. */
function skips(error: unknown): error is EngineError {
  return error instanceof EngineError && (error.code === 'context-full' || error.code === 'bad-input');
}

/** Questions of a shard with their places in the set. */
function shardOf(
  questions: readonly Question[],
  { index, count }: Shard,
): { readonly index: number; readonly question: Question }[] {
  return questions
    .map((question, i) => ({ index: i, question }))
    .filter((item) => item.index % count === index);
}

/** @throws EngineError `bad-input` on settings that no run can have */
function checkSettings(settings: RunSettings, { index, count }: Shard): void {
  const { samples, agree, temperature, topK, topP, maxTokens, seed } = settings;
  checkSampling({ temperature, topK, topP, repetitionPenalty: 1, seed });
  if (!(Number.isInteger(samples) && samples >= 1 && samples <= MAX_LANES))
    throw new EngineError('bad-input', `A question takes 1 to ${MAX_LANES} samples, not ${samples}.`);
  if (!(Number.isInteger(maxTokens) && maxTokens >= 1))
    throw new EngineError(
      'bad-input',
      `A reply takes a whole number of tokens, 1 or more, not ${maxTokens}.`,
    );
  if (!(Number.isInteger(agree) && agree > samples / 2 && agree <= samples))
    throw new EngineError(
      'bad-input',
      `${agree} of ${samples} samples cannot be what must agree; choose more than half of them and at most all.`,
    );
  if (!(Number.isInteger(count) && count >= 1 && Number.isInteger(index) && index >= 0 && index < count))
    throw new EngineError('bad-input', `There is no shard ${index} of ${count}.`);
}

/** What a run's manifest says of its questions. */
export function questionsOf(set: QuestionSet): RunManifest['questions'] {
  return {
    name: set.header.name,
    count: set.questions.length,
    hash: fnv1a([new TextEncoder().encode(JSON.stringify(set.questions))]),
    ...(set.header.only ? { relations: set.header.only } : {}),
    ...(set.header.asked ? { asked: set.header.asked } : {}),
    licences: [...new Set(Object.values(set.header.sources).map(({ licence }) => licence))],
  };
}

/** What describes a run before it starts. */
function manifestOf(
  model: RunManifest['model'],
  set: QuestionSet,
  settings: RunSettings,
  shard: Shard,
): RunManifest {
  return {
    format: 'h-neuron-run',
    version: 1,
    model,
    questions: questionsOf(set),
    settings,
    shard,
    vectors: FEATURE_VECTORS,
  };
}

/**
 * Runs over a set's questions (or a shard of them) and stores every question as it is done. What the store holds of the
 * same run is not done again; the result is the same however often the run was stopped in between.
 * @throws EngineError `bad-input` where the store holds another run; `cancelled` once the signal fires: everything
 *   but the questions in work is stored, and the next call goes on there
 */
export async function runIdentification(
  questioner: Questioner,
  set: QuestionSet,
  options: {
    readonly settings: RunSettings;
    readonly shard: Shard;
    readonly store: RunStore;
    readonly signal?: AbortSignal;
    readonly onProgress?: (progress: RunProgress) => void;
    /** Awaited before every question: lets others use the model, where questions are asked one at a time. */
    readonly giveWay?: () => Promise<void>;
  },
): Promise<RunProgress> {
  const { settings, shard, store, signal, onProgress, giveWay } = options;
  checkSettings(settings, shard);
  const manifest = manifestOf(questioner.model, set, settings, shard);
  const kept = await store.load();
  if (kept) {
    const shardDiffers = JSON.stringify(kept.manifest.shard) !== JSON.stringify(shard);
    const difference = differenceOf(kept.manifest, manifest) ?? (shardDiffers ? 'another shard' : undefined);
    if (difference)
      throw new EngineError(
        'bad-input',
        `The run that is stored there has ${difference}; resume it with its own, or choose another place.`,
      );
  } else {
    await store.begin(manifest);
  }
  const items = shardOf(set.questions, shard);
  const before = kept?.records ?? [];
  if (before.some(({ index }, i) => index !== items[i]?.index))
    throw new EngineError(
      'bad-input',
      'The run was put together from parts of which one is not complete; go on with that part, and merge again.',
    );
  const counts = countsOf(before);
  let rows = rowsOf(before);
  const started = performance.now();
  const progress = (done: number, latest?: QuestionRecord): RunProgress => {
    const seconds = (performance.now() - started) / 1000;
    const now = done - before.length;
    return {
      done,
      total: items.length,
      counts: { ...counts },
      questionsAnHour: now === 0 ? 0 : (now / seconds) * 3600,
      left: now === 0 ? undefined : (seconds / now) * (items.length - done),
      latest,
    };
  };
  const isFormer = kept !== undefined && kept.manifest.model.identity === undefined;
  onProgress?.({
    ...progress(before.length),
    ...(isFormer && manifest.model.identity && { notice: formerIdentityNote('The run') }),
  });
  const stop = new AbortController();
  const stopped = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const checkStopped = () => {
    if (signal?.aborted) throw new EngineError('cancelled', 'The run was stopped; what is done is stored.');
  };
  const fail = (error: unknown): never => {
    stop.abort(error);
    throw error;
  };
  const ask = async (item: Item): Promise<Asked> => {
    // What waits for a run that was stopped must not go on inside it.
    checkStopped();
    await giveWay?.();
    checkStopped();
    return questioner.ask(item, stopped).catch((error: unknown) => {
      if (!skips(error)) return fail(error);
      const record: QuestionRecord = { ...item, status: 'skipped', reason: error.message, replies: [] };
      return { record, features: undefined };
    });
  };
  let done = before.length;
  try {
    for await (const { record, features } of inOrder(items.slice(done), questioner.ahead, ask)) {
      checkStopped();
      const complete = sealedRecord(features ? { ...record, row: rows } : record, features);
      await store.append(complete, features).catch(fail);
      if (features) rows++;
      counts[record.status]++;
      onProgress?.(progress(++done, complete));
    }
  } catch (error) {
    // Questions in work that are stopped for another's failure end before it comes up.
    throw stop.signal.aborted && !signal?.aborted ? stop.signal.reason : error;
  } finally {
    stop.abort();
  }
  return progress(items.length);
}
