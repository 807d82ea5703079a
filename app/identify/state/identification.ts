import { createStore, type StoreApi } from 'zustand/vanilla';
import type { QuestionSet } from '../../../src/datasets/questions/question-set.ts';
import type { RunSettings } from '../../../src/studies/identify/ask.ts';
import type { Correction } from '../../../src/studies/identify/corrections.ts';
import type { Evaluation } from '../../../src/studies/identify/evaluate.ts';
import type { Finding } from '../../../src/studies/identify/finding.ts';
import type { LearnSettings } from '../../../src/studies/identify/learn.ts';
import type { RunFile } from '../../../src/studies/identify/run-files.ts';
import { SAMPLE_DEFAULTS } from '../../../src/studies/identify/sample.ts';
import type { EvaluateIn } from '../../../src/worker/study-calls.ts';
import { createJob, noJob } from '../../studies/study-job.ts';
import { describeError } from '../../ui/describe-error.ts';
import { createAsking } from './identification-asking.ts';
import type { IdentificationNeeds, IdentificationState } from './identification-state.ts';
import { createRunRecords, type RunRecords } from './run-records.ts';

/**
 * The Identify page without its looks. Actions never reject: what goes wrong is a sentence in `error` of the state or
 * of the job.
 */
export interface Identification {
  readonly store: StoreApi<IdentificationState>;
  readonly records: RunRecords;

  /** Chooses what the next run asks. */
  chooseSet(set: QuestionSet, limit?: number, pool?: QuestionSet): void;
  changeSettings(change: Partial<RunSettings>): void;

  /** Starts a run of the chosen set with the loaded model and opens it. */
  start(): Promise<void>;
  /** Stops; the question in work is asked again by `resume`. */
  pause(): void;
  /** Goes on with the open run, also after a reload or a failure. */
  resume(): Promise<void>;
  /** Questions of the chosen set that the open run has not asked; none where it asks another set. */
  furtherQuestions(): QuestionSet['questions'];
  /** Goes on with so many of them. */
  askMore(count: number): Promise<void>;
  /** Ends the run and closes it; what is stored stays in `runs` and can be opened again. */
  cancel(): void;

  /** Reads the list of `runs`; call it when the page opens. */
  refresh(): Promise<void>;
  /** Opens a kept run, paused or done; one that runs is paused first. */
  selectRun(run: string): Promise<void>;
  /** Deletes a kept run; closes it where it is open. */
  remove(run: string): Promise<void>;
  /** Files of a kept run, as `hneurons identify --out` writes them. */
  exportRun(run: string): Promise<readonly RunFile[]>;
  /** Keeps a run from its files, and opens it. */
  importRun(files: readonly File[]): Promise<void>;

  /** Puts a person's label in place of the judge's; undefined takes it back. */
  correct(index: number, label: Correction['label'] | undefined): Promise<void>;

  /** Learns a set from the open run. */
  learn(settings: LearnSettings): Promise<void>;
  cancelLearn(): void;
  /** Tests a set on a run. */
  evaluate(input: EvaluateIn): Promise<void>;
  cancelEvaluate(): void;
}

/** Eight of ten replies must agree: small models hardly ever repeat themselves ten times. */
const firstRunSettings: RunSettings = { ...SAMPLE_DEFAULTS, agree: 8 };

const noRun = {
  run: undefined,
  manifest: undefined,
  status: 'idle',
  error: undefined,
  notes: undefined,
  progress: undefined,
  corrections: new Map(),
} as const satisfies Partial<IdentificationState>;

/** The Identify page's state and actions, around the explorer's engine and the study worker. */
export function createIdentification(needs: IdentificationNeeds): Identification {
  const { study, schedule } = needs;
  const store = createStore<IdentificationState>(() => ({
    ...noRun,
    settings: firstRunSettings,
    learning: noJob,
    evaluating: noJob,
  }));
  const { getState, setState } = store;
  const records = createRunRecords(schedule);
  const learning = createJob<Finding>(
    () => getState().learning,
    (job) => setState({ learning: job }),
  );
  const evaluating = createJob<Evaluation>(
    () => getState().evaluating,
    (job) => setState({ evaluating: job }),
  );

  /** Does something and says what went wrong, as long as the same run is open. */
  async function attempt<T>(action: () => Promise<T>): Promise<T | undefined> {
    const { run } = getState();
    try {
      return await action();
    } catch (error) {
      if (getState().run === run) setState({ error: describeError(error) });
      return undefined;
    }
  }

  const refresh = async () => {
    const read = await attempt(() => study.call('runs', {}));
    if (read) setState({ runs: read.runs });
  };

  const asking = createAsking({
    ...needs,
    store,
    records,
    onAnswer() {
      learning.outdate();
      evaluating.outdate();
    },
    onRest: refresh,
  });

  function close(): void {
    asking.stop();
    learning.reset();
    evaluating.reset();
    records.clear();
    setState(noRun);
  }

  async function open(run: string): Promise<void> {
    close();
    setState({ run });
    const read = await attempt(() => study.call('records', { run }));
    if (getState().run !== run) return;
    if (!read) {
      setState({ run: undefined });
      return;
    }
    const { manifest, done, total, counts, notes } = read.summary;
    records.put(read.records);
    setState({
      manifest,
      notes,
      status: done < total ? 'paused' : 'done',
      progress: { done, total, counts, questionsAnHour: 0, left: undefined },
      corrections: new Map(read.corrections.map(({ index, label }) => [index, label])),
    });
  }

  function further(): QuestionSet['questions'] {
    const { pool, manifest } = getState();
    if (!pool || pool.header.name !== manifest?.questions.name) return [];
    const asked = new Set(records.list().map(({ question }) => question.id));
    return pool.questions.filter(({ id }) => !asked.has(id));
  }

  function putLabel(index: number, label: Correction['label'] | undefined): void {
    const corrections = new Map(getState().corrections);
    if (label) corrections.set(index, label);
    else corrections.delete(index);
    setState({ corrections });
    learning.outdate();
    evaluating.outdate();
  }

  return {
    store,
    records,
    chooseSet: (set, limit, pool = set) => setState({ set, limit, pool }),
    furtherQuestions: further,
    async askMore(count) {
      await asking.more(further().slice(0, count));
    },
    changeSettings: (change) => setState(({ settings }) => ({ settings: { ...settings, ...change } })),

    async start() {
      const { set, limit, settings } = getState();
      const why = set ? asking.notReady() : 'Choose the questions first.';
      if (!set || why) {
        setState({ error: why });
        return;
      }
      close();
      void needs.keepStorage?.();
      const questions = limit === undefined ? set.questions : set.questions.slice(0, limit);
      await asking.start({ set: { ...set, questions }, settings });
    },
    pause: asking.pause,
    resume: asking.resume,
    cancel() {
      close();
      void refresh();
    },

    refresh,
    selectRun: open,
    async remove(run) {
      if (getState().run === run) close();
      await attempt(() => study.call('remove', { run }));
      await refresh();
    },
    async exportRun(run) {
      return (await attempt(() => study.call('exportRun', { run })))?.files ?? [];
    },
    async importRun(files) {
      const summary = await attempt(() => study.call('importRun', { files }));
      if (!summary) return;
      await refresh();
      await open(summary.run);
      if (summary.notes && getState().run === summary.run) setState({ notes: summary.notes });
    },

    async correct(index, label) {
      const { run, corrections } = getState();
      if (run === undefined) return;
      const before = corrections.get(index);
      putLabel(index, label);
      const kept = await attempt(() => study.call('correct', { run, index, label }));
      if (!kept && getState().run === run) putLabel(index, before);
    },

    async learn(settings) {
      const { run } = getState();
      if (run !== undefined) await learning.run((options) => study.call('learn', { run, settings }, options));
    },
    cancelLearn: learning.cancel,
    evaluate: (input) => evaluating.run((options) => study.call('evaluate', input, options)),
    cancelEvaluate: evaluating.cancel,
  };
}
