import type { OnProgress } from '../../lib/bytes/progress.ts';
import { EngineError } from '../../lib/errors.ts';
import { createRandom, deriveSeed, randomInt } from '../../lib/math/random.ts';
import { quantile } from '../../lib/stats/bootstrap.ts';
import { createPacer } from '../../lib/stats/pace.ts';
import { permutationP, type TTest, tTest } from '../../lib/stats/tests.ts';
import { flatIndex, neuronAt } from '../../neurons/layout.ts';
import type { NeuronLayout, NeuronRef } from '../../neurons/types.ts';
import type { Drift, ModuleDrift } from './drift.ts';

/** A member of the set and how far it moved. */
export interface MemberDrift extends NeuronRef {
  readonly score: number;
  /** Share of all other neurons of the model that moved less; equal ones count one half. */
  readonly rank: number;
  /** 1 - cosine by module. */
  readonly distances: Readonly<Partial<Record<ModuleDrift['module'], number>>>;
}

/** A layer's mean drift scores. */
export interface LayerDrift {
  readonly layer: number;
  readonly mean: number;
  readonly members: number;
  /** Undefined where the layer has no members. */
  readonly memberMean: number | undefined;
}

/** Mean scores of sets of as many neurons of the same layers, and what they say of a set's. */
export interface RandomDrift {
  readonly draws: number;
  /** Of the draws' mean scores: the mean, and the middle 95 %. */
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** One-sided p that the set moved less than they, and that it moved more. */
  readonly pLess: number;
  readonly pMore: number;
}

/** How far a set's neurons moved beside others. */
export interface SetDrift {
  /** By layer and neuron. */
  readonly members: readonly MemberDrift[];
  readonly meanScore: number;
  readonly meanRank: number;
  readonly random: RandomDrift;
  /**
   * The one-sided Welch t-test of the set's scores against those of all others, as to whether the set's are lower; the
   * layers' differences are not taken into account. Undefined for sets that are too small or where no score differs.
   */
  readonly tTest: TTest | undefined;
  readonly layers: readonly LayerDrift[];
}

/** Mean of values at flat indices. */
function meanAt(values: Float64Array, indices: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < indices.length; i++) sum += values[indices[i]];
  return sum / indices.length;
}

/**
 * A function that draws as many neurons in each layer as a set has there, all alike likely, the set's own too: under the
 * null hypothesis of a permutation test the set is one of these draws.
 * @returns flat indices
 */
export function layerDraws(
  layout: NeuronLayout,
  members: readonly NeuronRef[],
): (seed: number) => Int32Array {
  const counts = new Map<number, number>();
  for (const { layer } of members) counts.set(layer, (counts.get(layer) ?? 0) + 1);
  const layers = [...counts].sort(([a], [b]) => a - b);
  const orders = new Map(layers.map(([layer]) => [layer, new Int32Array(layout.widths[layer])]));
  return (seed) => {
    const random = createRandom(seed);
    const drawn = new Int32Array(members.length);
    let at = 0;
    for (const [layer, count] of layers) {
      const order = orders.get(layer) as Int32Array;
      for (let j = 0; j < order.length; j++) order[j] = layout.offsets[layer] + j;
      for (let k = 0; k < count; k++) {
        const other = k + randomInt(random, order.length - k);
        [order[k], order[other]] = [order[other], order[k]];
        drawn[at++] = order[k];
      }
    }
    return drawn;
  };
}

/**
 * Permutation test of a set's mean score among those of draws.
 * @param members of the set, flat indices, ascending
 * @param drawn flat indices of each draw, in any order
 */
export function againstDraws(
  score: Float64Array,
  members: Int32Array,
  drawn: readonly Int32Array[],
): RandomDrift {
  const observed = meanAt(score, members);
  // In order, so that the same neurons have the same sum.
  const means = Float64Array.from(drawn, (indices) => meanAt(score, indices.slice().sort()));
  const sorted = means.slice().sort();
  return {
    draws: drawn.length,
    mean: means.reduce((sum, mean) => sum + mean, 0) / drawn.length,
    low: quantile(sorted, 0.025),
    high: quantile(sorted, 0.975),
    pLess: permutationP(observed, means, 'less'),
    pMore: permutationP(observed, means, 'greater'),
  };
}

/** Share of the other values below each member's, equal ones counting one half. */
function ranksOf(score: Float64Array, members: Int32Array): number[] {
  const sorted = score.slice().sort();
  const firstFrom = (isReached: (value: number) => boolean) => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isReached(sorted[middle])) high = middle;
      else low = middle + 1;
    }
    return low;
  };
  return Array.from(members, (index) => {
    const own = score[index];
    const less = firstFrom((value) => value >= own);
    const equal = firstFrom((value) => value > own) - less - 1;
    return sorted.length === 1 ? 0.5 : (less + equal / 2) / (sorted.length - 1);
  });
}

function tTestOf(score: Float64Array, members: Int32Array): TTest | undefined {
  const inSet = new Set(members);
  const others = score.filter((_, index) => !inSet.has(index));
  if (members.length < 2 || others.length < 2) return undefined;
  const own = Float64Array.from(members, (index) => score[index]);
  const result = tTest(own, others, { alternative: 'less' });
  return Number.isNaN(result.p) ? undefined : result;
}

/**
 * Compares a set's drift with that of random sets of the same layers (a permutation test) and of all other neurons.
 * @throws EngineError `bad-input` for an empty set and neurons that the models do not have; the signal's reason where it
 *   is aborted
 */
export async function setDrift(
  { modules, score }: Pick<Drift, 'modules' | 'score'>,
  layout: NeuronLayout,
  set: readonly NeuronRef[],
  options: {
    readonly draws: number;
    readonly seed: number;
    readonly signal?: AbortSignal;
    readonly onProgress?: OnProgress;
  },
): Promise<SetDrift> {
  const { draws, seed, signal, onProgress } = options;
  const members = Int32Array.from(new Set(set.map((ref) => flatIndex(layout, ref)))).sort();
  if (members.length === 0)
    throw new EngineError('bad-input', 'The set has no neurons, so there is no drift to compare.');
  const refs = Array.from(members, (index) => neuronAt(layout, index));
  const pause = createPacer(signal);
  const draw = layerDraws(layout, refs);
  const drawn: Int32Array[] = [];
  for (let k = 0; k < draws; k++) {
    if (k % 50 === 0) onProgress?.({ stage: 'Drawing random sets', done: k, total: draws, unit: 'items' });
    await pause();
    drawn.push(draw(deriveSeed(seed, k)));
  }
  const ranks = ranksOf(score, members);
  return {
    members: refs.map(({ layer, neuron }, i) => ({
      layer,
      neuron,
      score: score[members[i]],
      rank: ranks[i],
      distances: Object.fromEntries(modules.map(({ module, distance }) => [module, distance[members[i]]])),
    })),
    meanScore: meanAt(score, members),
    meanRank: ranks.reduce((sum, rank) => sum + rank, 0) / ranks.length,
    random: againstDraws(score, members, drawn),
    tTest: tTestOf(score, members),
    layers: layout.widths.map((width, layer): LayerDrift => {
      const start = layout.offsets[layer];
      const own = members.filter((index) => index >= start && index < start + width);
      return {
        layer,
        mean: meanAt(
          score,
          Int32Array.from({ length: width }, (_, j) => start + j),
        ),
        members: own.length,
        memberMean: own.length === 0 ? undefined : meanAt(score, own),
      };
    }),
  };
}
