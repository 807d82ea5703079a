import { EngineError } from '../lib/errors.ts';
import { createRandom, randomInt } from '../lib/math/random.ts';
import { flatIndex, formatNeuron, neuronAt } from './layout.ts';
import type { NeuronLayout, NeuronRef } from './types.ts';

/** Neighbours in mean CETT among which a control neuron is drawn. */
const controlNeighbours = 16;
/** Means below count as this one: the logarithm of a dead neuron's 0 is not finite. */
const leastMean = 1e-12;

export interface ControlBasis {
  readonly layout: NeuronLayout;
  /** The set to be controlled for; a neuron named twice counts once. */
  readonly members: readonly NeuronRef[];
  /** Further neurons that must not be drawn. */
  readonly exclude?: readonly NeuronRef[];
}

export interface MatchedControlBasis extends ControlBasis {
  /** Mean CETT of every neuron, flat, [layout.total]. */
  readonly meanCett: Float32Array;
}

/** A layer that has members: their flat indices, and those of the neurons that may stand for them, both ascending. */
interface LayerPool {
  readonly members: readonly number[];
  readonly free: readonly number[];
}

function layerPools({ layout, members, exclude = [] }: ControlBasis): LayerPool[] {
  const inSet = new Set(members.map((ref) => flatIndex(layout, ref)));
  const taken = new Set([...inSet, ...exclude.map((ref) => flatIndex(layout, ref))]);
  const pools: LayerPool[] = [];
  for (const [layer, width] of layout.widths.entries()) {
    const all = Array.from({ length: width }, (_, j) => layout.offsets[layer] + j);
    const pool = { members: all.filter((j) => inSet.has(j)), free: all.filter((j) => !taken.has(j)) };
    if (pool.members.length > pool.free.length) {
      throw new EngineError(
        'bad-input',
        `Layer ${layer} has ${pool.free.length} of ${width} neurons left for a control of ${pool.members.length}; choose a set with fewer neurons in this layer.`,
      );
    }
    if (pool.members.length > 0) {
      pools.push(pool);
    }
  }
  return pools;
}

/** The `count` entries of `sorted` (ascending in `value`) closest to `target`, closest first, of equal ones the lower. */
function nearest(
  sorted: readonly number[],
  value: (j: number) => number,
  target: number,
  count: number,
): number[] {
  let above = sorted.findIndex((j) => value(j) >= target);
  above = above < 0 ? sorted.length : above;
  let below = above - 1;
  const found: number[] = [];
  while (found.length < count && (below >= 0 || above < sorted.length)) {
    const down = below >= 0 ? target - value(sorted[below]) : Number.POSITIVE_INFINITY;
    const up = above < sorted.length ? value(sorted[above]) - target : Number.POSITIVE_INFINITY;
    found.push(down <= up ? sorted[below--] : sorted[above++]);
  }
  return found;
}

function shuffled(values: readonly number[], random: () => number): number[] {
  const result = [...values];
  for (let i = result.length - 1; i > 0; i--) {
    const j = randomInt(random, i + 1);
    [result[i], result[j]] = [result[j], result[i]];
  }
  return result;
}

function toRefs(layout: NeuronLayout, indices: readonly number[]): NeuronRef[] {
  return [...indices].sort((a, b) => a - b).map((index) => neuronAt(layout, index));
}

/**
 * Prepares matched random controls of a set; each call of the result draws one, by its seed. Use it where many are
 * drawn of one set. What is drawn, and the errors: see `randomControl`.
 */
export function controlDraws(basis: MatchedControlBasis): (seed: number) => NeuronRef[] {
  const { layout, meanCett } = basis;
  const logMean = (j: number) => Math.log(Math.max(meanCett[j], leastMean));
  const layers = layerPools(basis).map(({ members, free }) => {
    for (const j of [...members, ...free]) {
      if (!Number.isFinite(meanCett[j])) {
        throw new EngineError(
          'bad-input',
          `The mean CETT of neuron ${formatNeuron(neuronAt(layout, j))} is ${meanCett[j]}, so no control can be matched; load the model again, or with another precision.`,
        );
      }
    }
    const sorted = [...free].sort((a, b) => meanCett[a] - meanCett[b] || a - b);
    const reach = controlNeighbours + members.length - 1;
    return new Map(members.map((j) => [j, nearest(sorted, logMean, logMean(j), reach)]));
  });
  return (seed) => {
    const random = createRandom(seed);
    const drawn = new Set<number>();
    for (const neighbours of layers) {
      for (const member of shuffled([...neighbours.keys()], random)) {
        const open = neighbours
          .get(member)!
          .filter((j) => !drawn.has(j))
          .slice(0, controlNeighbours);
        drawn.add(open[randomInt(random, open.length)]);
      }
    }
    return toRefs(layout, [...drawn]);
  };
}

/**
 * A random control of a set: as many neurons in each layer, none of them a member, none twice, matched by mean CETT.
 * Matched means: the members of a layer are taken in random order, and for each one a neuron is drawn uniformly from
 * the 16 neurons of that layer that are closest to it in the logarithm of mean CETT and are neither member, excluded nor
 * drawn before (from all that are left where these are fewer). Means below 1e-12 count as 1e-12. The same seed gives
 * the same control.
 * @returns by layer and neuron
 * @throws EngineError 'bad-input' where a layer has fewer neurons left than members, a neuron is not in the layout or
 *   a mean CETT of these layers is not finite
 */
export function randomControl(options: MatchedControlBasis & { readonly seed: number }): NeuronRef[] {
  return controlDraws(options)(options.seed);
}

/**
 * A random control that is matched by layer only: each layer's neurons are drawn uniformly, without replacement, from
 * those that are neither member nor excluded.
 * @returns by layer and neuron
 * @throws EngineError 'bad-input' where a layer has fewer neurons left than members, or a neuron is not in the layout
 */
export function layerMatchedRandom(options: ControlBasis & { readonly seed: number }): NeuronRef[] {
  const random = createRandom(options.seed);
  const drawn = layerPools(options).flatMap(({ members, free }) =>
    shuffled(free, random).slice(0, members.length),
  );
  return toRefs(options.layout, drawn);
}
