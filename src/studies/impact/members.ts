import type { Bootstrap } from '../../lib/stats/bootstrap.ts';
import type { Estimate } from '../../lib/stats/estimate.ts';
import { tooFewItems } from '../../lib/stats/fewest.ts';
import { studentTail } from '../../lib/stats/tests.ts';
import { compareNeurons, formatNeuron } from '../../neurons/layout.ts';
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
  /** Whether any stands out, in plain words. */
  readonly sentence: Measured<string>;
}

/** Members that a sentence names at most. */
const NAMED = 3;

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

const signed = (value: number, digits: number) =>
  `${value > 0 ? '+' : value < 0 ? '−' : ''}${Math.abs(value).toFixed(digits)}`;
const changes: Readonly<Record<Measure, (value: number) => string>> = {
  rate: (value) => `${signed(100 * value, 1)} points`,
  margin: (value) => `${signed(value, 3)} nats a token`,
  rawMargin: (value) => `${signed(value, 2)} nats`,
};
const things: Readonly<Record<Measure, string>> = {
  rate: 'share',
  margin: 'margin',
  rawMargin: 'margin of whole answers',
};

/** Whether any member stands out from 0 once all looks are counted. */
function sentenceOf(set: string, members: readonly MemberEffect[], looks: number, measure: Measure): string {
  const counted = `${looks} changes of the ${things[measure]} were looked at, two for each of the ${members.length} neurons of ${set}`;
  const firm = rankedMembers(members, measure).filter(({ p }) => p[measure] < STANDS_OUT);
  if (firm.length === 0) {
    const least = Math.min(...members.map(({ p }) => p[measure]));
    return `No single neuron stands out from 0: ${counted}, and even the firmest would come by chance with a probability of ${least.toFixed(2)} somewhere among so many (below ${STANDS_OUT} it would stand out).`;
  }
  const named = firm
    .slice(0, NAMED)
    .map(
      ({ neuron, alone, lost }) =>
        `${formatNeuron(neuron)} (alone ${changes[measure](alone[measure].value)}, lost without it ${changes[measure](lost[measure].value)})`,
    );
  const others = firm.length > NAMED ? ` and ${firm.length - NAMED} more` : '';
  const [verb, many] = firm.length === 1 ? ['stands', 'One neuron'] : ['stand', `${firm.length} neurons`];
  return `${many} of ${members.length} ${verb} out from 0, most important first: ${named.join(', ')}${others}; ${counted}, and so much would come by chance somewhere among them with a probability below ${STANDS_OUT}.`;
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
    sentence: everyMeasure(
      (measure) => tooFewItems(items, 'items') ?? sentenceOf(set, members, looks, measure),
    ),
  };
}
