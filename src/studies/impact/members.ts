import type { Bootstrap } from '../../lib/stats/bootstrap.ts';
import type { Estimate } from '../../lib/stats/estimate.ts';
import { studentTail } from '../../lib/stats/tests.ts';
import { compareNeurons } from '../../neurons/layout.ts';
import type { NeuronRef } from '../../neurons/types.ts';
import { type Column, estimateOf } from './columns.ts';
import { everyMeasure, type Measure, type Measured } from './measured.ts';
import type { SweepPlan } from './sweep.ts';

/** What a member of a set does, as differences between the last alpha and the first. */
export interface MemberEffect {
  readonly neuron: NeuronRef;
  /** Of the member turned by itself. */
  readonly alone: Measured<Estimate>;
  /** Of the whole set less that of the set without the member: what is lost without it. */
  readonly lost: Measured<Estimate>;
  /**
   * Chance of so much under no effect, of the firmer of the two, times the number of looks (Bonferroni), at most 1.
   */
  readonly p: Measured<number>;
}

/** Which members of a set matter most. */
export interface MembersEffect {
  readonly set: string;
  /** Changes that were looked at: two a member. */
  readonly looks: number;
  /** By the margin, those that matter most first. */
  readonly members: readonly MemberEffect[];
}

/** A member's p from which down it stands out. */
export const STANDS_OUT = 0.05;

/** Of each member of a plan's first set what it does, T an effect by item or what is made of that. */
export interface MemberLooks<T> {
  readonly neuron: NeuronRef;
  readonly alone: Measured<T>;
  readonly lost: Measured<T>;
}

/**
 * [item] what each member does; no members where the plan does not tell them apart.
 * @param endpoints [item] of a set of the plan, the last alpha's value less the first's
 */
export function memberColumns(
  { sets }: SweepPlan,
  endpoints: (set: number) => Measured<Column>,
): MemberLooks<Column>[] {
  const whole = endpoints(0);
  return sets.flatMap((set, s) => {
    if (set.kind !== 'alone') return [];
    const { neuron } = set;
    const without = endpoints(
      sets.findIndex((other) => other.kind === 'without' && compareNeurons(other.neuron, neuron) === 0),
    );
    const lost = everyMeasure((measure) => whole[measure].map((value, row) => value - without[measure][row]));
    return [{ neuron, alone: endpoints(s), lost }];
  });
}

/**
 * Two-sided chance of a mean over items by Student's t with the bootstrap's standard error; 1 where all items agree on 0.
 * It is never below what turning the items' signs about could show.
 */
function chance({ estimate, standardError }: Bootstrap, items: number): number {
  if (estimate === 0 || items < 2) return 1;
  return Math.max(2 * studentTail(Math.abs(estimate) / standardError, items - 1), 2 ** (1 - items));
}

/** Members by a measure, those that matter most first: by the mean of what they do alone and what is lost without them. */
export function rankedMembers(members: readonly MemberEffect[], measure: Measure): MemberEffect[] {
  const weight = ({ alone, lost }: MemberEffect) => Math.abs(alone[measure].value + lost[measure].value);
  return [...members].sort((a, b) => weight(b) - weight(a));
}

/**
 * What the members of a set do, from the resampled columns of `memberColumns`.
 * @param items that were resampled
 */
export function membersEffect(
  set: string,
  found: readonly MemberLooks<Bootstrap>[],
  items: number,
): MembersEffect {
  const looks = 2 * found.length;
  const members = found.map(
    ({ neuron, alone, lost }): MemberEffect => ({
      neuron,
      alone: everyMeasure((measure) => estimateOf(alone[measure])),
      lost: everyMeasure((measure) => estimateOf(lost[measure])),
      p: everyMeasure((measure) =>
        Math.min(1, looks * Math.min(...[alone, lost].map((look) => chance(look[measure], items)))),
      ),
    }),
  );
  return {
    set,
    looks,
    members: rankedMembers(members, 'margin'),
  };
}
