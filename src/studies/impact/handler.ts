import type { Model } from '../../engine/model.ts';
import type { LanguageModel } from '../../model/types.ts';
import type { StudyContext } from '../shared/context.ts';
import { impactStore } from './browser-store.ts';
import { type ImpactProgress, runImpact } from './run.ts';
import { type ImpactStart, type SweepPlan, sweepPlan } from './sweep.ts';
import { type ImpactDatabase, readImpact, withImpactDatabase } from './sweep-database.ts';
import { sweeperOf } from './sweeper.ts';

/** Sweeps neuron sets over suites and keeps what comes of it in the browser, item by item. */
export interface ImpactIn {
  /** Key of the sweep in the browser's store. */
  readonly run: string;
  /** Of a new sweep; undefined to go on with one that is kept. */
  readonly start?: ImpactStart;
  /** Of a kept sweep: items of each suite that are also answered freely; it has no fewer than it had. */
  readonly free?: number;
}

type Sweep = Pick<ImpactStart, 'suites' | 'seed' | 'tight' | 'free'> & { readonly plan: SweepPlan };

/** What a kept sweep does, to go on with it. */
async function keptSweep(db: ImpactDatabase, run: string, more = 0): Promise<Sweep> {
  const { entry, suites } = await readImpact(db, run);
  const { manifest, seed, tight, free = 0 } = entry;
  return { plan: manifest.plan, suites, seed, tight, free: Math.max(free, more) };
}

/**
 * Sweeps sets over suites and keeps what comes of it in the browser. Between items, calls that wait for the model get it.
 * @throws EngineError as `sweepPlan` and `runImpact`, and `storage-full`
 */
export async function impact(
  model: Pick<Model, 'meanCett'> & LanguageModel,
  { run, start, free: more }: ImpactIn,
  { signal, emit, giveWay }: StudyContext<ImpactProgress>,
): Promise<ImpactProgress> {
  return withImpactDatabase(async (db) => {
    const { plan, suites, seed, tight, free } = start
      ? { ...start, plan: sweepPlan({ ...start, layout: model.layout, meanCett: model.meanCett }) }
      : await keptSweep(db, run, more);
    const store = impactStore(db, run, { suites, seed, tight, free });
    const sweeper = sweeperOf(model, plan);
    try {
      const progress = await runImpact({
        sweeper,
        free,
        suites,
        store,
        tight,
        signal,
        onProgress: emit,
        giveWay,
      });
      await store.finish();
      return progress;
    } finally {
      sweeper.dispose();
    }
  });
}
