import type { ContinuationScorer } from '../decode/continuations.ts';
import { EngineError } from '../errors.ts';
import { fnv1a } from '../model/fingerprint.ts';
import { answerFreely, type FreeAnswerer } from './free.ts';
import { type ImpactRecord, type ImpactTexts, scorePair, scorePassage } from './score-item.ts';
import { formatSuite, isCompliance, isComplianceKind, type Suite } from './suites.ts';
import type { SweepPlan } from './sweep.ts';
import { isTight } from './tight.ts';

/** What a sweep is made of: it is only resumed with the same. */
export interface ImpactManifest {
  readonly format: 'h-neuron-impact';
  readonly version: 1;
  readonly model: {
    readonly name: string;
    readonly fingerprint: string;
    readonly precision: string;
    readonly device: string;
  };
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
}

/** One record to be made. */
interface Job {
  readonly type: ImpactRecord['type'];
  readonly suite: string;
  readonly id: string;
  make(): Promise<ImpactRecord>;
}

/** Items of all suites in turn, so that a sweep that is stopped early has some of each. */
function inTurn<S extends { readonly items: readonly unknown[] }>(
  suites: readonly S[],
): { readonly suite: S; readonly item: S['items'][number] }[] {
  const longest = Math.max(0, ...suites.map(({ items }) => items.length));
  return Array.from({ length: longest }, (_, i) =>
    suites.flatMap((suite) => (i < suite.items.length ? [{ suite, item: suite.items[i] }] : [])),
  ).flat();
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

const keyOf = ({ type, suite, id }: Pick<Job, 'type' | 'suite' | 'id'>) => `${type}\n${suite}\n${id}`;

/** How many items of suites are answered freely where so many of each that can be gone along with are. */
export function countFree(suites: ImpactManifest['suites'], items: number): number {
  return suites.reduce(
    (sum, suite) => sum + (isComplianceKind(suite.kind) ? Math.min(items, suite.items) : 0),
    0,
  );
}

/** Names of the first thing in which two sweeps differ; undefined where they are of one kind. */
function differenceOf(a: ImpactManifest, b: ImpactManifest): string | undefined {
  const parts = (run: ImpactManifest): [string, unknown][] => [
    ['model', { ...run.model, name: '' }],
    ['list of factors', run.plan.alphas],
    ['choice of sets', run.plan.sets],
    ['choice of suites', run.suites],
  ];
  const others = parts(b);
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
 * @param options.scorer of the plan's lanes, as `sweepLanes` gives them
 * @param options.free answers items of each compliance suite from its start, of the same lanes
 * @param options.tight half width of the 95 % interval of a set's slope against the controls (share of items per alpha)
 *   from which on a suite's other items are not scored; all are where it is left out
 * @throws EngineError `bad-input` where the store holds another sweep; `cancelled` once the signal fires
 */
export async function runImpact(options: {
  readonly model: ImpactManifest['model'];
  readonly scorer: ContinuationScorer;
  readonly texts: ImpactTexts;
  readonly plan: SweepPlan;
  readonly suites: readonly Suite[];
  readonly store: ImpactStore;
  readonly free?: { readonly items: number; readonly answerer: FreeAnswerer };
  readonly tight?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ImpactProgress) => void;
  /** Awaited before every item: lets others use the model. */
  readonly giveWay?: () => Promise<void>;
}): Promise<ImpactProgress> {
  const { model, scorer, texts, plan, suites, store, free, tight, signal, onProgress, giveWay } = options;
  const manifest = manifestOf(model, plan, suites);
  const kept = await store.load();
  const difference = kept && differenceOf(kept.manifest, manifest);
  if (difference)
    throw new EngineError(
      'bad-input',
      `The sweep that is stored there has another ${difference}; go on with its own, or choose another place.`,
    );
  if (!kept) await store.begin(manifest);
  const records = [...(kept?.records ?? [])];
  const doneKeys = new Set(records.map(keyOf));
  const isDone = (job: Job) => doneKeys.has(keyOf(job));
  const scored = inTurn(suites).map(({ suite: { name: suite }, item }): Job => {
    const input = { suite, item, signal };
    return 'text' in item
      ? {
          type: 'passage',
          suite,
          id: item.id,
          make: () => scorePassage(scorer, texts, plan, { ...input, item }),
        }
      : {
          type: 'margin',
          suite,
          id: item.id,
          make: () => scorePair(scorer, texts, plan, { ...input, item }),
        };
  });
  const answered = free ? freeJobs(free) : [];
  function freeJobs({ items, answerer }: NonNullable<typeof free>): Job[] {
    const shortened = suites
      .filter(isCompliance)
      .map((suite) => ({ ...suite, items: suite.items.slice(0, items) }));
    return inTurn(shortened).map(({ suite: { name: suite, kind }, item }) => ({
      type: 'free',
      suite,
      id: item.id,
      make: () => answerFreely(answerer, texts, plan, { suite, kind, item, signal }),
    }));
  }
  const done = (jobs: readonly Job[]) => jobs.filter(isDone).length;
  const progress = (
    jobs: readonly Job[],
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
  const isKnown = (suite: string) => tight !== undefined && isTight(plan, suite, records, tight);
  const known = new Set(suites.map(({ name }) => name).filter(isKnown));
  let pace = pacer();
  onProgress?.(progress(scored, pace));
  for (const jobs of [scored, answered]) {
    pace = pacer();
    for (const job of jobs) {
      if (isDone(job) || (job.type !== 'free' && known.has(job.suite))) continue;
      checkStopped();
      await giveWay?.();
      checkStopped();
      const record = await job.make().catch((error: unknown) => {
        checkStopped();
        throw error;
      });
      await store.append(record);
      records.push(record);
      doneKeys.add(keyOf(record));
      pace.step();
      if (isKnown(job.suite)) known.add(job.suite);
      onProgress?.(progress(jobs, pace, record));
    }
  }
  return progress(answered, pace);
}
