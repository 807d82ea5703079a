import type { Suite } from '../../datasets/suites/suite.ts';
import { EngineError } from '../../lib/errors.ts';
import { controlDraws } from '../../neurons/controls.ts';
import { checkFactor } from '../../neurons/factor.ts';
import type { NeuronLayout, NeuronRef, ScaledNeuron } from '../../neurons/types.ts';
import { type MemberSet, memberSets } from './member-sets.ts';

/** What a sweep turns, by how much, and over which items. */
export interface ImpactStart {
  /** The controls are matched to the first. */
  readonly sets: readonly Omit<ComparedSet, 'kind'>[];
  readonly controls: number;
  /** Each member of the first set is turned alone, too, and the set without it. */
  readonly members?: boolean;
  readonly alphas: readonly number[];
  /** Of the controls and of the intervals' resamples. */
  readonly seed: number;
  readonly suites: readonly Suite[];
  /** Half width of the interval from which on the rest of a suite is left out; all is asked without it. */
  readonly tight?: number;
  /** Items of each suite that can be gone along with, from its start, that are also answered freely. */
  readonly free?: number;
}

/** Neurons that are turned together. */
export interface ComparedSet {
  readonly name: string;
  /** `control`: drawn at random, matched to the first set. */
  readonly kind: 'set' | 'control';
  readonly members: readonly NeuronRef[];
}

type SteeredSet = ComparedSet | MemberSet;

/** Every set under every factor. */
export interface SweepPlan {
  /** Ascending, with 1 (the untouched model) among them. */
  readonly alphas: readonly number[];
  /** Sets, controls, and behind them what tells the first set's members apart. */
  readonly sets: readonly SteeredSet[];
}

/** The sets and controls of a plan, which stand before all others. */
export function comparedSets({ sets }: Pick<SweepPlan, 'sets'>): readonly ComparedSet[] {
  return sets.flatMap((set) => (set.kind === 'set' || set.kind === 'control' ? [set] : []));
}

export const SWEEP_ALPHAS: readonly number[] = [0, 0.5, 1, 1.5, 2, 2.5, 3];

/** @throws EngineError `bad-input` where the factors do not ascend, leave out 1 or are out of range */
export function checkAlphas(alphas: readonly number[]): void {
  for (const alpha of alphas) checkFactor(alpha, 'the sweep');
  if (alphas.some((alpha, i) => i > 0 && alpha <= alphas[i - 1]))
    throw new EngineError('bad-input', `The factors must ascend, not ${alphas.join(', ')}.`);
  if (!alphas.includes(1) || alphas.length < 3)
    throw new EngineError(
      'bad-input',
      `A sweep takes at least three factors, 1 among them, since the untouched model is what all are compared with; not ${alphas.join(', ')}.`,
    );
}

/**
 * A sweep of sets and of controls that are matched by layer and mean CETT to the first of them.
 * @param options.seed of the first control; the others have those after it
 * @param options.members whether each member of the first set is turned alone, too, and the set without it
 * @throws EngineError `bad-input` on factors that cannot be swept, where a layer has too few neurons for a control, or
 *   where members are to be told apart and there is one
 */
export function sweepPlan(options: {
  readonly alphas: readonly number[];
  readonly sets: readonly Omit<ComparedSet, 'kind'>[];
  readonly controls: number;
  readonly members?: boolean;
  readonly seed: number;
  readonly layout: NeuronLayout;
  /** Mean CETT of every neuron, flat, [layout.total]. */
  readonly meanCett: Float32Array;
}): SweepPlan {
  const { alphas, sets, controls, members, seed, layout, meanCett } = options;
  checkAlphas(alphas);
  const [first] = sets;
  if (!first || sets.some(({ members }) => members.length === 0))
    throw new EngineError('bad-input', 'A set without neurons cannot be turned; choose one that has some.');
  const draw = controlDraws({ layout, members: first.members, meanCett });
  return {
    alphas,
    sets: [
      ...sets.map((set): ComparedSet => ({ ...set, kind: 'set' })),
      ...Array.from(
        { length: controls },
        (_, i): ComparedSet => ({ name: `control ${i + 1}`, kind: 'control', members: draw(seed + i) }),
      ),
      ...(members ? memberSets(first.members) : []),
    ],
  };
}

/** The factors of every set under every alpha, set by set. */
export function sweepLanes({ alphas, sets }: SweepPlan): (readonly ScaledNeuron[])[] {
  return sets.flatMap(({ members }) =>
    alphas.map((factor) => members.map(({ layer, neuron }) => ({ layer, neuron, factor }))),
  );
}

/** Values of `sweepLanes` by set and alpha. */
export function bySet<T>({ alphas, sets }: SweepPlan, values: readonly T[]): T[][] {
  return sets.map((_, s) => values.slice(s * alphas.length, (s + 1) * alphas.length));
}

/** Weights by which values at x add up to the least-squares slope per unit of x. */
export function slopeWeights(x: readonly number[]): number[] {
  const mean = x.reduce((sum, each) => sum + each, 0) / x.length;
  const squares = x.reduce((sum, each) => sum + (each - mean) ** 2, 0);
  return x.map((each) => (each - mean) / squares);
}
