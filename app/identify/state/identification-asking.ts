import type { StoreApi } from 'zustand/vanilla';
import type { QuestionSet } from '../../../src/datasets/questions/question-set.ts';
import { otherThanBegun } from '../../../src/neurons/identity.ts';
import type { IdentifyIn } from '../../../src/studies/identify/handler.ts';
import type { RunProgress } from '../../../src/studies/identify/run.ts';
import { newRunKey } from '../../../src/studies/identify/run-key.ts';
import { createEngineWork, type EngineWork } from '../../studies/engine-work.ts';
import { rememberPace } from '../../studies/estimate.ts';
import type { IdentificationNeeds, IdentificationState } from './identification-state.ts';
import type { GrowingRecords } from './run-records.ts';

interface Needs extends IdentificationNeeds {
  readonly store: StoreApi<IdentificationState>;
  readonly records: GrowingRecords;
  /** An answer has come that can be learnt from. */
  readonly onAnswer: () => void;
  /** The run has come to rest: paused, done or failed. */
  readonly onRest: () => void;
}

export interface Asking extends Pick<EngineWork, 'notReady' | 'pause' | 'stop'> {
  /** Starts a new run as the open one. */
  start(start: NonNullable<IdentifyIn['start']>): Promise<void>;
  resume(): Promise<void>;
  /** Goes on with these questions behind those of the open run. */
  more(questions: QuestionSet['questions']): Promise<void>;
}

/** Asks the open run's questions with the engine; goes on by itself behind the explorer's answers. */
export function createAsking({
  engine,
  study,
  stores,
  schedule,
  store,
  records,
  onAnswer,
  onRest,
}: Needs): Asking {
  const { getState, setState } = store;
  /** Of a run that the engine has not begun to keep. */
  let unbegun: IdentifyIn['start'];
  /** Questions that the engine has not yet put behind those of the run. */
  let added: IdentifyIn['more'];
  let newest: RunProgress | undefined;
  const work = createEngineWork({
    stores,
    onRest,
    tell: setState,
    refuses(model) {
      const { manifest } = getState();
      const other = manifest && otherThanBegun(manifest.model, model);
      return other
        ? `This run is asked of ${manifest.model.name}, and ${model.name}, which is loaded, has ${other}; load the model of the run to go on.`
        : undefined;
    },
  });

  /** Reads what the store holds and the page does not: manifest, and records of another tab. */
  async function readKept(run: string): Promise<void> {
    const read = await study.call('records', { run }).catch(() => undefined);
    if (!read || getState().run !== run) return;
    records.put(read.records);
    setState({ manifest: read.summary.manifest });
  }

  /** Remembers how fast this machine asks, from a few questions on. */
  function learnPace({ questionsAnHour, latest }: RunProgress): void {
    const { model } = stores.model.getState();
    const { manifest } = getState();
    if (!latest || !model || !manifest || questionsAnHour === 0) return;
    rememberPace('question', model, (3600 / questionsAnHour) * (10 / manifest.settings.samples));
  }

  function onProgress(run: string, progress: RunProgress): void {
    if (getState().run !== run) return;
    learnPace(progress);
    unbegun = undefined;
    if (added) {
      added = undefined;
      void readKept(run);
    }
    const { latest, done } = progress;
    if (latest) {
      records.add(latest);
      if (latest.row !== undefined) onAnswer();
    } else if (!getState().manifest || records.count() !== done) void readKept(run);
    const waits = newest !== undefined;
    newest = progress;
    if (waits) return;
    schedule(() => {
      if (newest && getState().run === run) {
        const { latest: _, ...figures } = newest;
        setState({ progress: figures });
      }
      newest = undefined;
    });
  }

  const begin = (run: string) =>
    work.begin((signal) =>
      engine.call(
        'identify',
        { run, start: unbegun, ...(added && { more: added }) },
        { signal, onEvent: (progress) => onProgress(run, progress) },
      ),
    );

  return {
    notReady: work.notReady,
    async start(start) {
      const run = newRunKey();
      unbegun = start;
      setState({ run });
      await begin(run);
    },
    pause: work.pause,
    async resume() {
      const { run, status } = getState();
      if (run !== undefined && (status === 'paused' || status === 'failed')) await begin(run);
    },
    async more(questions) {
      const { run, status } = getState();
      if (run === undefined || status === 'running' || status === 'waiting') return;
      added = questions;
      await begin(run);
    },
    stop: work.stop,
  };
}
