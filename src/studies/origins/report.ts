import type { OnProgress } from '../../lib/bytes/progress.ts';
import { neuronLayout } from '../../neurons/layout.ts';
import type { NeuronSet } from '../../neurons/set-file.ts';
import type { SetModel } from '../../neurons/set-model.ts';
import { type Drift, driftBetween, type ModuleDrift } from './drift.ts';
import { checkSet, identityOf, pairDifference } from './identity.ts';
import { checkPair, type MlpWeights, type ModuleName } from './mlp-weights.ts';
import { type SetDrift, setDrift } from './set-drift.ts';
import type { BaseTransfer } from './transfer.ts';

/** A set's origins: whether its neurons moved in training, and whether they told as much before. */
export interface OriginsReport {
  readonly base: SetModel;
  readonly instruct: SetModel;
  readonly set: string;
  /** What the two models differ in beyond their MLP weights, or that they are one; missing where it cannot be told. */
  readonly difference?: string;
  /** What the person should know of set and model. */
  readonly note?: string;
  readonly seed: number;
  readonly modules: readonly (Omit<ModuleDrift, 'distance'> & {
    /** Of all neurons by layer, six digits. */
    readonly distances: readonly (readonly number[])[];
  })[];
  /** Drift scores of all neurons by layer, six digits. */
  readonly scores: readonly (readonly number[])[];
  readonly drift: SetDrift;
  /** No neuron moved beyond the rounding of the comparison itself: the MLP weights are the same. */
  readonly isSame: boolean;
  /** Where the base model's answers were given. */
  readonly transfer?: BaseTransfer;
}

const DIGITS = 6;

const byLayer = (values: Float64Array, widths: readonly number[]): number[][] => {
  const { offsets } = neuronLayout(widths);
  return widths.map((width, layer) =>
    Array.from(values.subarray(offsets[layer], offsets[layer] + width), (value) =>
      Number(value.toPrecision(DIGITS)),
    ),
  );
};

/** Whether no neuron moved beyond the rounding of the comparison itself. */
const isSame = ({ modules }: Pick<Drift, 'modules'>) =>
  modules.every(({ distance }) => distance.every((value) => value < 1e-12));

/**
 * Compares a base model with the instruct model that a set was found in.
 * @param options.transfer told of both models' identities, scores the base model's answers
 * @throws EngineError `bad-input` where the models are no pair or the set is of another model; the signal's reason where
 *   it is aborted
 */
export async function originsOf(
  base: MlpWeights,
  instruct: MlpWeights,
  set: NeuronSet,
  options: {
    readonly draws: number;
    readonly seed: number;
    readonly signal?: AbortSignal;
    readonly onProgress?: OnProgress;
    readonly transfer?: (models: Readonly<Record<'base' | 'instruct', SetModel>>) => Promise<BaseTransfer>;
  },
): Promise<OriginsReport> {
  checkPair(base, instruct);
  const drift = await driftBetween(base, instruct, options);
  const models = {
    base: await identityOf(base, drift.columnNorms.base, options.signal),
    instruct: await identityOf(instruct, drift.columnNorms.instruct, options.signal),
  };
  const note = checkSet(set, models.instruct);
  // Files of two formats keep weights and tokenizers in different ways, which says nothing of the models.
  const difference = base.format === instruct.format ? pairDifference(models) : undefined;
  const found = await setDrift(drift, neuronLayout(base.widths), set.neurons, options);
  const transfer = await options.transfer?.(models);
  return {
    ...models,
    set: set.name,
    ...(difference === undefined ? {} : { difference }),
    ...(note === undefined ? {} : { note }),
    seed: options.seed,
    modules: drift.modules.map(({ distance, ...rest }) => ({
      ...rest,
      distances: byLayer(distance, base.widths),
    })),
    scores: byLayer(drift.score, base.widths),
    drift: found,
    isSame: isSame(drift),
    ...(transfer ? { transfer } : {}),
  };
}

/** Of the modules that a model has, for tables. */
export const moduleTitles: Readonly<Record<ModuleName, string>> = {
  gate: 'gate row',
  up: 'up-projection row',
  down: 'down-projection column',
};
