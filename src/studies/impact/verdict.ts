import { FEWEST_ITEMS } from '../../lib/stats/fewest.ts';
import type { PerplexityEffect, SuiteEffects } from './effects.ts';
import type { SweepPlan } from './sweep.ts';

/** What a sweep shows of a set: a change that its controls do not have, none that can be told from theirs, or breakage. */
type Finding = 'effect' | 'no effect' | 'breakage' | 'too few to say';

export interface ImpactVerdict {
  readonly finding: Finding;
  /** Alphas at which the model is broken: plain prose is at least `BROKEN_PERPLEXITY` times as surprising. */
  readonly broken: readonly number[];
}

/** Perplexity against the untouched model from which on the model counts as broken. */
export const BROKEN_PERPLEXITY = 1.5;

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
  { items, sets, contrasts }: SuiteEffects,
  perplexity?: readonly PerplexityEffect[],
): ImpactVerdict {
  const broken = perplexity?.[0] ? brokenAlphas(plan, perplexity[0]) : [];
  if (items < FEWEST_ITEMS) return { finding: 'too few to say', broken };
  if (broken.length > 0) return { finding: 'breakage', broken };
  const slope = sets[0].slope.rate.value;
  const controls = sets.filter(({ kind }) => kind === 'control').map((control) => control.slope.rate.value);
  const outside =
    controls.length > 0 && (controls.every((each) => slope > each) || controls.every((each) => slope < each));
  const [contrast] = contrasts;
  const beyond = contrast && (contrast.endpoints.rate.low > 0 || contrast.endpoints.rate.high < 0);
  return { finding: outside && beyond === true ? 'effect' : 'no effect', broken };
}
