import { counted } from '../../lib/count.ts';
import { formatNeuron } from '../../neurons/layout.ts';
import type { SuiteEffects } from '../impact/effects.ts';
import type { Measure } from '../impact/measured.ts';
import { type MembersEffect, rankedMembers, STANDS_OUT } from '../impact/members.ts';
import type { SweepPlan } from '../impact/sweep.ts';
import { BROKEN_PERPLEXITY, type ImpactVerdict } from '../impact/verdict.ts';
import { tooFewItems } from './too-few.ts';

const signOf = (value: number) => (value > 0 ? '+' : value < 0 ? '−' : '');
const points = (value: number) => `${signOf(value)}${Math.abs(100 * value).toFixed(0)}`;
const share = (value: number) => `${(100 * value).toFixed(0)} %`;

/** Says what turning the first set of a plan does to a suite, with the numbers. */
export function effectSentence(
  { alphas }: SweepPlan,
  { items, sets, contrasts, verdict }: SuiteEffects & { readonly verdict: ImpactVerdict },
): string {
  const few = tooFewItems(items, 'items');
  if (few) return few;
  const { finding, broken } = verdict;
  const [set] = sets;
  const first = alphas[0];
  const last = alphas[alphas.length - 1];
  const ends = set.endpoints.rate;
  const [from, to] = [set.byAlpha[0], set.byAlpha[alphas.length - 1]].map(({ rate }) => share(rate.value));
  const change = `Turning ${set.name} from ${first} to ${last} changes the share of items that the model goes along with from ${from} to ${to} (${points(ends.value)} points, ${points(ends.low)} to ${points(ends.high)})`;
  const [contrast] = contrasts;
  const controls = sets.filter(({ kind }) => kind === 'control').length;
  const versus = contrast
    ? `; beyond ${counted(controls, 'random set')} of the same layers it is ${points(contrast.endpoints.rate.value)} points (${points(contrast.endpoints.rate.low)} to ${points(contrast.endpoints.rate.high)})`
    : '';
  const endings: Readonly<Record<Exclude<typeof finding, 'too few to say'>, string>> = {
    effect: 'an effect that the random sets do not have',
    'no effect': contrast
      ? 'no effect beyond chance is shown'
      : 'without random sets nothing can be said of it',
    breakage: `at ${broken.join(', ')} the model no longer predicts plain prose (perplexity at least ${BROKEN_PERPLEXITY} times as high), so a change there is breakage`,
  };
  return `${change}${versus}: ${finding === 'too few to say' ? finding : endings[finding]}.`;
}

/** Members that a sentence names at most. */
const NAMED = 3;

const signed = (value: number, digits: number) => `${signOf(value)}${Math.abs(value).toFixed(digits)}`;
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

/** Says whether any member of a set stands out from 0 once all looks are counted. @param items of the suite */
export function membersSentence(
  { set, looks, members }: MembersEffect,
  measure: Measure,
  items: number,
): string {
  const few = tooFewItems(items, 'items');
  if (few) return few;
  const looked = `${looks} changes of the ${things[measure]} were looked at, two for each of the ${members.length} neurons of ${set}`;
  const firm = rankedMembers(members, measure).filter(({ p }) => p[measure] < STANDS_OUT);
  if (firm.length === 0) {
    const least = Math.min(...members.map(({ p }) => p[measure]));
    return `No single neuron stands out from 0: ${looked}, and even the firmest would come by chance with a probability of ${least.toFixed(2)} somewhere among so many (below ${STANDS_OUT} it would stand out).`;
  }
  const named = firm
    .slice(0, NAMED)
    .map(
      ({ neuron, alone, lost }) =>
        `${formatNeuron(neuron)} (alone ${changes[measure](alone[measure].value)}, lost without it ${changes[measure](lost[measure].value)})`,
    );
  const others = firm.length > NAMED ? ` and ${firm.length - NAMED} more` : '';
  const [verb, many] = firm.length === 1 ? ['stands', 'One neuron'] : ['stand', `${firm.length} neurons`];
  return `${many} of ${members.length} ${verb} out from 0, most important first: ${named.join(', ')}${others}; ${looked}, and so much would come by chance somewhere among them with a probability below ${STANDS_OUT}.`;
}
