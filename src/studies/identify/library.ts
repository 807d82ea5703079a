import type { QuestionSet } from '../../datasets/questions/question-set.ts';
import { EngineError } from '../../lib/errors.ts';
import { type Running, running } from '../../lib/running.ts';
import type { LanguageModel } from '../../model/types.ts';
import { askerOf, modelQuestioner, type RunSettings } from './ask.ts';
import type { RunData } from './material.ts';
import type { QuestionRecord, RunManifest, RunStore } from './records.ts';
import { type RunProgress, runIdentification } from './run.ts';
import { SAMPLE_DEFAULTS } from './sample.ts';

/** A run that is held in memory: a store to run with, and what was stored, to learn from. */
export interface MemoryRun extends RunStore {
  /** @throws EngineError `bad-input` where no run was begun */
  data(): RunData;
}

export function memoryRun(): MemoryRun {
  let manifest: RunManifest | undefined;
  const records: QuestionRecord[] = [];
  const rows: Uint16Array[] = [];
  return {
    load: async () => manifest && { manifest, records: [...records] },
    async begin(started) {
      manifest = started;
    },
    async append(record, features) {
      records.push(record);
      if (record.row !== undefined && features) rows[record.row] = features;
    },
    data() {
      if (!manifest) throw new EngineError('bad-input', 'The run was not begun; ask its questions first.');
      return { manifest, records: [...records], features: async (row) => rows[row] };
    },
  };
}

export interface IdentifyOptions {
  /** Where the run is kept; the same store goes on with it. */
  readonly store: RunStore;
  /** What differs from the paper's settings; all samples must agree where `agree` is left out. */
  readonly settings?: Partial<RunSettings>;
  readonly signal?: AbortSignal;
}

/**
 * Puts questions to a model, judges the replies and stores the features of the answers, question by question. A run that
 * was stopped goes on where it was when it is started again with its store.
 * @throws EngineError where the result is awaited: `bad-input` where the store holds another run, `cancelled`
 */
export function identify(
  model: LanguageModel,
  questions: QuestionSet,
  { store, settings, signal }: IdentifyOptions,
): Running<RunProgress, RunProgress> {
  return running((emit, stop) => {
    const merged = { ...SAMPLE_DEFAULTS, ...settings };
    const asked = { agree: merged.samples, ...merged };
    return runIdentification(modelQuestioner(askerOf(model), asked), questions, {
      settings: asked,
      shard: { index: 0, count: 1 },
      store,
      signal: stop,
      onProgress: emit,
    });
  }, signal);
}
