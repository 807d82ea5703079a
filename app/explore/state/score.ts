import { formatNeuron } from '../../../src/neurons/layout.ts';
import { createScorer, type Scorer } from '../../../src/neurons/score.ts';
import type { NeuronRef } from '../../../src/neurons/types.ts';
import type { SteeredGroup, SteeringState } from '../../../src/steering/types.ts';
import { type RunRecord, valuesAt } from './record.ts';

/** Scores tokens from the watched neurons' values, as they come with every position. */
export interface TokenScorer {
  /** Name of the group whose members score. */
  readonly name: string;
  /** 'probability' in (0, 1) where the set has a classifier, else the mean CETT of the members. */
  readonly kind: Scorer['kind'];
  /** Position whose values score the token that is read at `position`: itself, or the one before, as the set says. */
  source(position: number): number;
  /** Score of a token from the watched values at its source. */
  token(watched: Float32Array): number;
}

/** The group that scores: the first neuron set with a classifier, else the first group. */
export function scoringGroup({ groups }: SteeringState): SteeredGroup | undefined {
  return groups.find(({ set }) => set?.intercept !== undefined) ?? groups[0];
}

/** The scorer of a steering state for values of these neurons; undefined where the group's members are not among them. */
export function createTokenScorer(
  steering: SteeringState,
  watched: readonly NeuronRef[],
): TokenScorer | undefined {
  const group = scoringGroup(steering);
  if (!group || group.members.length === 0) return undefined;
  const index = new Map(watched.map((neuron, i) => [formatNeuron(neuron), i]));
  const neurons = group.members.map(({ layer, neuron, weight }) => ({
    layer: 0,
    neuron: index.get(formatNeuron({ layer, neuron })) ?? -1,
    weight,
  }));
  if (neurons.some(({ neuron }) => neuron < 0)) return undefined;
  const feature = group.set?.feature ?? ({ aggregation: 'mean', position: 'read' } as const);
  const scorer = createScorer(
    { name: group.name, neurons, intercept: group.set?.intercept, feature },
    { widths: [watched.length], offsets: [0], total: watched.length },
  );
  return {
    name: group.name,
    kind: scorer.kind,
    source: (position) => (feature.position === 'produced' ? position - 1 : position),
    token: scorer.token,
  };
}

/**
 * Score of the token that the unsteered lane read at a position; undefined where its values are not there yet. Other lanes
 * have no score: it would read the neurons that are scaled, or what these change, and say what was put in.
 */
export function tokenScore(record: RunRecord, scorer: TokenScorer, position: number): number | undefined {
  const values = valuesAt(record, 0, scorer.source(position), 'watched');
  return values && scorer.token(values);
}

/** "0.62" for a probability, "0.0041" for a mean CETT. */
export function formatScore(score: number | undefined, kind: Scorer['kind']): string {
  if (score === undefined) return '';
  if (Number.isNaN(score)) return 'not a number';
  return kind === 'probability' ? score.toFixed(2) : score.toPrecision(2);
}
