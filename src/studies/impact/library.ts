import type { Model } from '../../engine/model.ts';
import { type Running, running } from '../../lib/running.ts';
import { type ImpactManifest, type ImpactProgress, type ImpactStore, runImpact } from './run.ts';
import type { ImpactRecord } from './score-item.ts';
import { type ImpactStart, SWEEP_ALPHAS, sweepPlan } from './sweep.ts';
import { sweeperOf } from './sweeper.ts';

/** A sweep that is held in memory: a store to sweep with, and what was stored, to report on. */
export interface MemorySweep extends ImpactStore {
  readonly manifest: ImpactManifest | undefined;
  readonly records: readonly ImpactRecord[];
}

export function memorySweep(): MemorySweep {
  let manifest: ImpactManifest | undefined;
  const records: ImpactRecord[] = [];
  return {
    get manifest() {
      return manifest;
    },
    records,
    load: async () => manifest && { manifest, records: [...records] },
    async begin(started) {
      manifest = started;
    },
    async append(record) {
      records.push(record);
    },
  };
}

export type SweepOptions = Pick<ImpactStart, 'sets' | 'suites' | 'members' | 'tight' | 'free'> &
  Partial<Pick<ImpactStart, 'alphas' | 'controls' | 'seed'>> & {
    /** Where the sweep is kept; the same store goes on with it. */
    readonly store: ImpactStore;
    readonly signal?: AbortSignal;
  };

/**
 * Scales neuron sets, and random sets matched to the first, over a range of scales, and scores every item of the suites
 * under each. A sweep that was stopped goes on where it was when it is started again with its store.
 * @throws EngineError where the result is awaited: `bad-input` as `sweepPlan` and where the store holds another sweep,
 *   `cancelled`
 */
export function sweep(model: Model, options: SweepOptions): Running<ImpactProgress, ImpactProgress> {
  const {
    alphas = SWEEP_ALPHAS,
    controls = 8,
    seed = 1,
    sets,
    members,
    suites,
    free,
    tight,
    store,
    signal,
  } = options;
  return running(async (emit, stop) => {
    const { layout, meanCett } = model;
    const sweeper = sweeperOf(model, sweepPlan({ alphas, controls, seed, sets, members, layout, meanCett }));
    try {
      return await runImpact({ sweeper, suites, store, free, tight, signal: stop, onProgress: emit });
    } finally {
      sweeper.dispose();
    }
  }, signal);
}
