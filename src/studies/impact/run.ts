import { formatSuite, isCompliance, isComplianceKind, type Suite } from '../../datasets/suites/suite.ts';
import { sealed } from '../../lib/bytes/checksum.ts';
import { EngineError } from '../../lib/errors.ts';
import { fnv1a } from '../../model/fingerprint.ts';
import { formerIdentityNote, otherThanBegun } from '../../neurons/identity.ts';
import { inOrder } from '../shared/ordered-map.ts';
import type { ImpactRecord } from './score-item.ts';
import type { SweepPlan } from './sweep.ts';
import type { Sweeper, SweepJob } from './sweeper.ts';
import { isTight } from './tight.ts';

/** What a sweep is made of: it is only resumed with the same. */
export interface ImpactManifest {
  readonly format: 'h-neuron-impact';
  readonly version: 1;
  readonly model: Sweeper['model'];
  readonly plan: SweepPlan;
  readonly suites: readonly {
    readonly name: string;
    readonly kind: Suite['kind'];
    readonly items: number;
    /** Of the items' text, so that a changed suite is noticed. */
    readonly hash: string;
  }[];
}

/** Keeps a sweep as it grows. Whatever `append` has finished for survives the end of the process or tab. */
export interface ImpactStore {
  load(): Promise<
    { readonly manifest: ImpactManifest; readonly records: readonly ImpactRecord[] } | undefined
  >;
  begin(manifest: ImpactManifest): Promise<void>;
  append(record: ImpactRecord): Promise<void>;
}

export interface ImpactProgress {
  /** Items done, earlier processes' included; one that is also answered freely counts twice. */
  readonly done: number;
  /** Items at most: of a suite that is known well enough the rest is left out. */
  readonly total: number;
  /** Of `done` and `total`, what is answered freely; it comes last. Left out where nothing is. */
  readonly free?: { readonly done: number; readonly total: number };
  /** Of this process and of what is in work, scoring or free answers; 0 until its first item is done. */
  readonly itemsAnHour: number;
  /** Seconds at most until what is in work is done; undefined until its first item is. */
  readonly left: number | undefined;
  readonly latest: ImpactRecord | undefined;
  /** What a person should know of the sweep that is gone on with; with the first report only. */
  readonly notice?: string;
}

/** Items of all suites in turn, so that a sweep that is stopped early has some of each. */
function inTurn<T>(suites: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...suites.map(({ length }) => length));
  return Array.from({ length: longest }, (_, i) => suites.flatMap((jobs) => jobs.slice(i, i + 1))).flat();
}

function scoreJobs({ name: suite, items }: Suite): SweepJob[] {
  return items.map((item) =>
    'text' in item ? { type: 'passage', suite, item } : { type: 'margin', suite, item },
  );
}

function freeJobs(suite: Suite, items: number): SweepJob[] {
  if (!isCompliance(suite)) return [];
  const { name, kind } = suite;
  return suite.items.slice(0, items).map((item) => ({ type: 'free', suite: name, kind, item }));
}

function manifestOf(
  model: ImpactManifest['model'],
  plan: SweepPlan,
  suites: readonly Suite[],
): ImpactManifest {
  return {
    format: 'h-neuron-impact',
    version: 1,
    model,
    plan,
    suites: suites.map((suite) => ({
      name: suite.name,
      kind: suite.kind,
      items: suite.items.length,
      hash: fnv1a([new TextEncoder().encode(formatSuite(suite))]),
    })),
  };
}

const keyOf = (type: ImpactRecord['type'], suite: string, id: string) => `${type}\n${suite}\n${id}`;
const keyOfJob = ({ type, suite, item }: SweepJob) => keyOf(type, suite, item.id);

/** Equal for records of the same item and kind. */
export const recordKey = ({ type, suite, id }: ImpactRecord) => keyOf(type, suite, id);

/** Records in the order of an undisturbed sweep; some of a repaired one stand behind those that were scored later. */
export function inSweepOrder(suites: readonly Suite[], records: readonly ImpactRecord[]): ImpactRecord[] {
  const scored = inTurn(suites.map(scoreJobs));
  const answered = inTurn(suites.map((suite) => freeJobs(suite, suite.items.length)));
  const places = new Map([...scored, ...answered].map((job, i) => [keyOfJob(job), i]));
  const placeOf = (record: ImpactRecord) => places.get(recordKey(record)) ?? places.size;
  return records.toSorted((a, b) => placeOf(a) - placeOf(b));
}

/** How many items of suites are answered freely where so many of each that can be gone along with are. */
export function countFree(suites: ImpactManifest['suites'], items: number): number {
  return suites.reduce(
    (sum, suite) => sum + (isComplianceKind(suite.kind) ? Math.min(items, suite.items) : 0),
    0,
  );
}

/** What the one sweep has and the other has not, the first of it; undefined where they are of one kind. */
function differenceOf(a: ImpactManifest, b: ImpactManifest): string | undefined {
  const parts = (run: ImpactManifest): [string, unknown][] => [
    ['another precision of the weights', run.model.precision],
    ['another device', run.model.device],
    ['another list of factors', run.plan.alphas],
    ['another choice of sets', run.plan.sets],
    ['another choice of suites', run.suites],
  ];
  const others = parts(b);
  const difference = otherThanBegun(a.model, b.model);
  if (difference) return difference;
  return parts(a).find(([, value], i) => JSON.stringify(value) !== JSON.stringify(others[i][1]))?.[0];
}

/** How fast jobs are done. */
function pacer() {
  const started = performance.now();
  let count = 0;
  return {
    step: () => count++,
    of(left: number): Pick<ImpactProgress, 'itemsAnHour' | 'left'> {
      const seconds = (performance.now() - started) / 1000;
      return count === 0
        ? { itemsAnHour: 0, left: undefined }
        : { itemsAnHour: (count / seconds) * 3600, left: (seconds / count) * left };
    },
  };
}

/**
 * Scores the items of suites under every set and alpha of a plan, then lets some be answered freely, and stores each as it
 * is done. What the store holds of the same sweep is not done again; the result is the same however often the sweep was
 * stopped in between, and whether free answers are asked for at once or later.
 * @param options.free items of each compliance suite, from its start, that are also answered freely
 * @param options.tight half width of the 95 % interval of a set's slope against the controls (share of items per alpha)
 *   from which on a suite's other items are not scored; all are where it is left out
 * @throws EngineError `bad-input` where the store holds another sweep; `cancelled` once the signal fires
 */
export async function runImpact(options: {
  readonly sweeper: Sweeper;
  readonly suites: readonly Suite[];
  readonly store: ImpactStore;
  readonly free?: number;
  readonly tight?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ImpactProgress) => void;
  /** Awaited before every item: lets others use the model. */
  readonly giveWay?: () => Promise<void>;
}): Promise<ImpactProgress> {
  const { sweeper, suites, store, free = 0, tight, signal, onProgress, giveWay } = options;
  const { model, plan } = sweeper;
  const manifest = manifestOf(model, plan, suites);
  const kept = await store.load();
  const difference = kept && differenceOf(kept.manifest, manifest);
  if (difference)
    throw new EngineError(
      'bad-input',
      `The sweep that is stored there has ${difference}; go on with its own, or choose another place.`,
    );
  if (!kept) await store.begin(manifest);
  const records = [...(kept?.records ?? [])];
  const doneKeys = new Set(records.map(recordKey));
  const isDone = (job: SweepJob) => doneKeys.has(keyOfJob(job));
  const scored = inTurn(suites.map(scoreJobs));
  const answered = inTurn(suites.map((suite) => freeJobs(suite, free)));
  const done = (jobs: readonly SweepJob[]) => jobs.filter(isDone).length;
  const progress = (
    jobs: readonly SweepJob[],
    pace: ReturnType<typeof pacer>,
    latest?: ImpactRecord,
  ): ImpactProgress => ({
    done: done(scored) + done(answered),
    total: scored.length + answered.length,
    ...(answered.length > 0 && { free: { done: done(answered), total: answered.length } }),
    ...pace.of(jobs.length - done(jobs)),
    latest,
  });
  const checkStopped = () => {
    if (signal?.aborted) throw new EngineError('cancelled', 'The sweep was stopped; what is done is stored.');
  };
  const isTightNow = (suite: string) => tight !== undefined && isTight(plan, suite, records, tight);
  const known = new Set(suites.map(({ name }) => name).filter(isTightNow));
  const isLeftOut = ({ type, suite }: Pick<SweepJob, 'type' | 'suite'>) =>
    type !== 'free' && known.has(suite);
  const make = async (job: SweepJob): Promise<ImpactRecord | undefined> => {
    if (isLeftOut(job)) return undefined;
    checkStopped();
    await giveWay?.();
    checkStopped();
    return sweeper.make(job, signal).catch((error: unknown) => {
      checkStopped();
      throw error;
    });
  };
  let pace = pacer();
  const isFormer = kept !== undefined && kept.manifest.model.identity === undefined;
  onProgress?.({
    ...progress(scored, pace),
    ...(isFormer && model.identity && { notice: formerIdentityNote('The sweep') }),
  });
  for (const jobs of [scored, answered]) {
    pace = pacer();
    const left = jobs.filter((job) => !isDone(job));
    for await (const made of inOrder(left, sweeper.ahead, make)) {
      // What was in work when its suite became known would not be there had it been begun later.
      if (!made || isLeftOut(made)) continue;
      checkStopped();
      const record = sealed(made);
      await store.append(record);
      records.push(record);
      doneKeys.add(recordKey(record));
      pace.step();
      if (isTightNow(record.suite)) known.add(record.suite);
      onProgress?.(progress(jobs, pace, record));
    }
  }
  return progress(answered, pace);
}
