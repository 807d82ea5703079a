import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Suite } from '../../../src/datasets/suites/suite.ts';
import { otherThanBegun } from '../../../src/neurons/identity.ts';
import { newRunKey } from '../../../src/studies/identify/run-key.ts';
import { type FreeLabel, type LabelPlace, labelKey } from '../../../src/studies/impact/labels.ts';
import type { ImpactReport } from '../../../src/studies/impact/report.ts';
import type { ImpactManifest, ImpactProgress } from '../../../src/studies/impact/run.ts';
import type { ImpactRecord } from '../../../src/studies/impact/score-item.ts';
import type { ImpactStart } from '../../../src/studies/impact/sweep.ts';
import type { ImpactSummary } from '../../../src/studies/impact/sweep-database.ts';
import type { IdentificationNeeds } from '../../identify/state/identification-state.ts';
import { createEngineWork, type RunStatus } from '../../studies/engine-work.ts';
import { rememberPace } from '../../studies/estimate.ts';
import { createJob, type Job, noJob } from '../../studies/study-job.ts';
import { describeError } from '../../ui/describe-error.ts';

/** How far the open sweep is. */
export type SweepFigures = Omit<ImpactProgress, 'latest'>;

export interface ImpactState {
  /** What `start` does; undefined until sets and suites are chosen. */
  readonly next?: ImpactStart;
  /** Sweeps kept in this browser, last changed first; undefined until they have been read. */
  readonly runs?: readonly ImpactSummary[];
  /** Key of the open sweep. */
  readonly run?: string;
  /** Undefined until the sweep has begun. */
  readonly manifest?: ImpactManifest;
  /** Items of the open sweep. */
  readonly suites: readonly Suite[];
  readonly records: readonly ImpactRecord[];
  /** A person's, of free answers. */
  readonly labels: readonly FreeLabel[];
  readonly status: RunStatus;
  /** A sentence: why the sweep stopped, or why something that was asked for could not be done. */
  readonly error?: string;
  readonly progress?: SweepFigures;
  /** What the records show; made anew now and then while there come more. */
  readonly report: Job<ImpactReport>;
}

/** The Impact page without its looks. Actions never reject: what goes wrong is a sentence in `error`. */
export interface Impact {
  readonly store: StoreApi<ImpactState>;
  prepare(next: ImpactStart | undefined): void;
  /** Starts a sweep as prepared, with the loaded model, and opens it. */
  start(): Promise<void>;
  /** Stops; the item in work is done again by `resume`. */
  pause(): void;
  /** Goes on with the open sweep, also after a reload or a failure. */
  resume(): Promise<void>;
  /** Ends the sweep and closes it; what is stored stays in `runs` and can be opened again. */
  cancel(): void;
  /** Reads the list of `runs`; call it when the page opens. */
  refresh(): Promise<void>;
  /** Opens a kept sweep, paused or done; one that runs is paused first. */
  select(run: string): Promise<void>;
  /** Goes on with the open sweep and lets the model answer so many items of each suite freely. */
  answerFreely(items: number): Promise<void>;
  /** Labels a free answer of the open sweep, or takes its label back. */
  label(place: LabelPlace, label: FreeLabel['label'] | undefined): Promise<void>;
  /** Deletes a kept sweep; closes it where it is open. */
  remove(run: string): Promise<void>;
}

const noRun = {
  run: undefined,
  manifest: undefined,
  suites: [],
  records: [],
  labels: [],
  status: 'idle',
  error: undefined,
  progress: undefined,
} as const satisfies Partial<ImpactState>;

/** Milliseconds between two reports while items come: their statistics take the model's processor. */
const REPORT_EVERY = 10_000;

export interface ImpactNeeds extends Omit<IdentificationNeeds, 'schedule'> {
  /** Milliseconds of a clock. */
  readonly now: () => number;
}

/** The Impact page's state and actions, around the explorer's engine and the study worker. */
export function createImpact({ engine, study, stores, keepStorage, now }: ImpactNeeds): Impact {
  const store = createStore<ImpactState>(() => ({ ...noRun, report: noJob }));
  const { getState, setState } = store;
  const report = createJob<ImpactReport>(
    () => getState().report,
    (job) => setState({ report: job }),
  );
  /** Of a sweep that the engine has not begun to keep. */
  let unbegun: ImpactStart | undefined;
  let reported = Number.NEGATIVE_INFINITY;

  /** Does something and says what went wrong, as long as the same sweep is open. */
  async function attempt<T>(action: () => Promise<T>): Promise<T | undefined> {
    const { run } = getState();
    try {
      return await action();
    } catch (error) {
      if (getState().run === run) setState({ error: describeError(error) });
      return undefined;
    }
  }

  async function makeReport(): Promise<void> {
    const { run, records } = getState();
    if (run === undefined || records.length === 0) return;
    reported = now();
    await report.run((options) => study.call('impactReport', { run }, options));
    reported = now();
  }

  async function refresh(): Promise<void> {
    const read = await attempt(() => study.call('impactRuns', {}));
    if (read) setState({ runs: read.runs });
  }

  const work = createEngineWork({
    stores,
    tell: setState,
    onRest() {
      const { report: job } = getState();
      if (job.outdated || job.result === undefined) void makeReport();
      void refresh();
    },
    refuses(model) {
      const { precision, device, name } = model;
      const asked = getState().manifest?.model;
      if (!asked) return undefined;
      const other = otherThanBegun(asked, model);
      if (other)
        return `This sweep is of ${asked.name}, and ${name}, which is loaded, has ${other}; load the model of the sweep to go on.`;
      if (asked.precision !== precision || asked.device !== device.kind)
        return `This sweep runs on ${asked.device} with ${asked.precision}, and the model is loaded on ${device.kind} with ${precision}; load it as before to go on.`;
      return undefined;
    },
  });

  async function readKept(run: string): Promise<ImpactSummary | undefined> {
    const read = await attempt(() => study.call('impactRun', { run }));
    if (!read || getState().run !== run) return undefined;
    const { records } = getState();
    const known = read.records.length >= records.length ? read.records : records;
    setState({
      manifest: read.summary.manifest,
      suites: read.suites,
      records: known,
      labels: read.labels,
    });
    return read.summary;
  }

  /** Remembers how fast this machine reads items; free answers take another time. */
  function learnPace({ itemsAnHour }: SweepFigures, latest: ImpactRecord | undefined): void {
    const { model } = stores.model.getState();
    const { manifest } = getState();
    if (latest?.type !== 'margin' || !model || !manifest || itemsAnHour === 0) return;
    const { alphas, sets } = manifest.plan;
    rememberPace('item', model, 3600 / itemsAnHour / ((alphas.length - 1) * sets.length + 1));
  }

  function onProgress(run: string, { latest, ...progress }: ImpactProgress): void {
    if (getState().run !== run) return;
    unbegun = undefined;
    learnPace(progress, latest);
    setState({ progress });
    if (latest) {
      setState({ records: [...getState().records, latest] });
      report.outdate();
      if (getState().report.status !== 'running' && now() - reported > REPORT_EVERY) void makeReport();
    } else if (!getState().manifest || getState().records.length !== progress.done) void readKept(run);
  }

  function withLabel({ suite, id, text }: LabelPlace, label: FreeLabel['label'] | undefined) {
    const others = getState().labels.filter((each) => labelKey(each) !== labelKey({ suite, id, text }));
    return label ? [...others, { type: 'label' as const, suite, id, text, label }] : others;
  }

  const begin = (run: string, free?: number) =>
    work.begin((signal) =>
      engine.call(
        'impact',
        { run, start: unbegun, ...(free !== undefined && { free }) },
        { signal, onEvent: (progress) => onProgress(run, progress) },
      ),
    );

  function close(): void {
    work.stop();
    report.reset();
    reported = Number.NEGATIVE_INFINITY;
    setState(noRun);
  }

  return {
    store,
    prepare: (next) => setState({ next }),
    async start() {
      const { next } = getState();
      const why = next ? work.notReady() : 'Choose neurons and suites first.';
      if (!next || why) {
        setState({ error: why });
        return;
      }
      close();
      void keepStorage?.();
      const run = newRunKey();
      unbegun = next;
      setState({ run, suites: next.suites });
      await begin(run);
    },
    pause: work.pause,
    async resume() {
      const { run, status } = getState();
      if (run !== undefined && (status === 'paused' || status === 'failed')) await begin(run);
    },
    cancel() {
      close();
      void refresh();
    },
    refresh,
    async select(run) {
      close();
      setState({ run });
      const summary = await readKept(run);
      if (getState().run !== run) return;
      if (!summary) {
        setState({ run: undefined });
        return;
      }
      const { done, total, finished } = summary;
      setState({
        status: finished ? 'done' : 'paused',
        progress: { done, total, itemsAnHour: 0, left: undefined },
      });
      await makeReport();
    },
    async answerFreely(items) {
      const { run, status } = getState();
      if (run !== undefined && (status === 'paused' || status === 'done' || status === 'failed'))
        await begin(run, items);
    },
    async label(place, label) {
      const { run, labels } = getState();
      if (run === undefined) return;
      setState({ labels: withLabel(place, label) });
      const kept = await attempt(() => study.call('labelFree', { run, ...place, ...(label && { label }) }));
      if (getState().run !== run) return;
      if (!kept) setState({ labels });
      else await makeReport();
    },
    async remove(run) {
      if (getState().run === run) close();
      await attempt(() => study.call('removeImpact', { run }));
      await refresh();
    },
  };
}
