import type { ContinuationScorer } from '../decode/continuations.ts';
import { EngineError } from '../errors.ts';
import { fnv1a } from '../model/fingerprint.ts';
import { type ImpactRecord, type ImpactTexts, scorePair, scorePassage } from './score-item.ts';
import { formatSuite, type Suite } from './suites.ts';
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
  /** Items done, earlier processes' included. */
  readonly done: number;
  /** Items at most: of a suite that is known well enough the rest is left out. */
  readonly total: number;
  /** Of this process; 0 until the first item is done. */
  readonly itemsAnHour: number;
  /** Seconds at most; undefined until the first item is done. */
  readonly left: number | undefined;
  readonly latest: ImpactRecord | undefined;
}

type Item = Suite['items'][number];

/** Items of all suites in turn, so that a sweep that is stopped early has some of each. */
function inTurn(suites: readonly Suite[]): { readonly suite: Suite; readonly item: Item }[] {
  const longest = Math.max(0, ...suites.map(({ items }) => items.length));
  return Array.from({ length: longest }, (_, i) =>
    suites.flatMap((suite) => {
      const item = suite.items[i];
      return item ? [{ suite, item }] : [];
    }),
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

const keyOf = ({ suite, id }: { readonly suite: string; readonly id: string }) => `${suite}\n${id}`;

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

/**
 * Scores the items of suites under every set and alpha of a plan, and stores each as it is done. What the store holds of
 * the same sweep is not done again; the result is the same however often the sweep was stopped in between.
 * @param options.scorer of the plan's lanes, as `sweepLanes` gives them
 * @param options.tight half width of the 95 % interval of a set's slope against the controls (share of items per alpha)
 *   from which on a suite's other items are left out; all are asked where it is left out
 * @throws EngineError `bad-input` where the store holds another sweep; `cancelled` once the signal fires
 */
export async function runImpact(options: {
  readonly model: ImpactManifest['model'];
  readonly scorer: ContinuationScorer;
  readonly texts: ImpactTexts;
  readonly plan: SweepPlan;
  readonly suites: readonly Suite[];
  readonly store: ImpactStore;
  readonly tight?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ImpactProgress) => void;
  /** Awaited before every item: lets others use the model. */
  readonly giveWay?: () => Promise<void>;
}): Promise<ImpactProgress> {
  const { model, scorer, texts, plan, suites, store, tight, signal, onProgress, giveWay } = options;
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
  const before = records.length;
  const doneKeys = new Set(records.map(keyOf));
  const all = inTurn(suites);
  const started = performance.now();
  const progress = (latest?: ImpactRecord): ImpactProgress => {
    const seconds = (performance.now() - started) / 1000;
    const now = records.length - before;
    return {
      done: records.length,
      total: all.length,
      itemsAnHour: now === 0 ? 0 : (now / seconds) * 3600,
      left: now === 0 ? undefined : (seconds / now) * (all.length - records.length),
      latest,
    };
  };
  onProgress?.(progress());
  const checkStopped = () => {
    if (signal?.aborted) throw new EngineError('cancelled', 'The sweep was stopped; what is done is stored.');
  };
  const score = (suite: string, item: Item): Promise<ImpactRecord> =>
    'text' in item
      ? scorePassage(scorer, texts, plan, { suite, item, signal })
      : scorePair(scorer, texts, plan, { suite, item, signal });
  const isKnown = (suite: string) => tight !== undefined && isTight(plan, suite, records, tight);
  const known = new Set(suites.map(({ name }) => name).filter(isKnown));
  for (const { suite, item } of all) {
    if (doneKeys.has(keyOf({ suite: suite.name, id: item.id })) || known.has(suite.name)) continue;
    checkStopped();
    await giveWay?.();
    checkStopped();
    const record = await score(suite.name, item).catch((error: unknown) => {
      checkStopped();
      throw error;
    });
    await store.append(record);
    records.push(record);
    if (isKnown(suite.name)) known.add(suite.name);
    onProgress?.(progress(record));
  }
  return progress();
}
