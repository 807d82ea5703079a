import { tooFewItems } from '../../lib/stats/fewest.ts';
import type { PerplexityEffect, SuiteEffects } from './effects.ts';
import type { SweepPlan } from './sweep.ts';

/** What a sweep shows of a set: a change that its controls do not have, none that can be told from theirs, or breakage. */
type Finding = 'effect' | 'no effect' | 'breakage' | 'too few to say';

export interface ImpactVerdict {
  readonly finding: Finding;
  /** In plain words, with the numbers. */
  readonly sentence: string;
}

/** Perplexity against the untouched model from which on the model counts as broken. */
const BROKEN_PERPLEXITY = 1.5;

const points = (value: number) =>
  `${value > 0 ? '+' : value < 0 ? '−' : ''}${Math.abs(100 * value).toFixed(0)}`;
const share = (value: number) => `${(100 * value).toFixed(0)} %`;

/** Alphas at which plain prose becomes at least `BROKEN_PERPLEXITY` times as surprising as to the untouched model. */
function brokenAlphas({ alphas }: SweepPlan, { byAlpha }: PerplexityEffect): number[] {
  const untouched = byAlpha[alphas.indexOf(1)].value;
  return alphas.filter((_, a) => byAlpha[a].value >= BROKEN_PERPLEXITY * untouched);
}

/**
 * What the first set of a plan does to a suite. An effect is claimed only where the difference between the ends, less
 * that of the controls, has an interval without 0 and the set's slope lies outside those of all controls.
 */
export function verdictOf(
  plan: SweepPlan,
  effects: SuiteEffects,
  perplexity?: readonly PerplexityEffect[],
): ImpactVerdict {
  const few = tooFewItems(effects.items, 'items');
  if (few) return { finding: 'too few to say', sentence: few };
  const { alphas } = plan;
  const [set] = effects.sets;
  const first = alphas[0];
  const last = alphas[alphas.length - 1];
  const ends = set.endpoints.rate;
  const [from, to] = [set.byAlpha[0], set.byAlpha[alphas.length - 1]].map(({ rate }) => share(rate.value));
  const change = `Turned from ${first} to ${last}, ${set.name} changes the share of items that the model goes along with from ${from} to ${to} (${points(ends.value)} points, ${points(ends.low)} to ${points(ends.high)})`;
  const [contrast] = effects.contrasts;
  const controls = effects.sets.filter(({ kind }) => kind === 'control').map(({ slope }) => slope.rate.value);
  const slope = set.slope.rate.value;
  const outside =
    controls.length > 0 && (controls.every((each) => slope > each) || controls.every((each) => slope < each));
  const beyond = contrast && (contrast.endpoints.rate.low > 0 || contrast.endpoints.rate.high < 0);
  const versus = contrast
    ? `; beyond ${controls.length} random sets of the same layers it is ${points(contrast.endpoints.rate.value)} points (${points(contrast.endpoints.rate.low)} to ${points(contrast.endpoints.rate.high)})`
    : '';
  const broken = perplexity?.[0] ? brokenAlphas(plan, perplexity[0]) : [];
  const isEffect = outside && beyond === true;
  const finding = broken.length > 0 ? 'breakage' : isEffect ? 'effect' : 'no effect';
  const endings: Readonly<Record<typeof finding, string>> = {
    effect: 'an effect that the random sets do not have',
    'no effect': contrast
      ? 'no effect beyond chance is shown'
      : 'without random sets nothing can be said of it',
    breakage: `at ${broken.join(', ')} the model no longer predicts plain prose (perplexity at least ${BROKEN_PERPLEXITY} times as high), so a change there is breakage`,
  };
  return { finding, sentence: `${change}${versus}: ${endings[finding]}.` };
}
