import type { Estimate } from '../../lib/stats/estimate.ts';
import type { SetEffect } from '../../neurons/set-effects.ts';
import type { ImpactReport } from './report.ts';

const DIGITS = 1e4;
const short = (value: number) => Math.round(value * DIGITS) / DIGITS;
const shortEstimate = ({ value, low, high }: Estimate) => ({
  value: short(value),
  low: short(low),
  high: short(high),
});

/** What a sweep says of its first set, in the form in which a set's file keeps it: a suite that can be given in to each. */
export function setEffectsOf({
  manifest,
  compliance,
}: Pick<ImpactReport, 'manifest' | 'compliance'>): SetEffect[] {
  const { alphas } = manifest.plan;
  const [first, last] = [alphas[0], alphas[alphas.length - 1]];
  return compliance.flatMap(({ suite, items, sets, contrasts, verdict }) => {
    if (verdict.finding === 'too few to say') return [];
    const [own] = sets;
    const contrast = contrasts.find(({ name }) => name === own.name);
    const kind = manifest.suites.find(({ name }) => name === suite)?.kind;
    return {
      suite,
      kind: kind ?? '',
      items,
      factors: [first, last],
      shares: [short(own.byAlpha[0].rate.value), short(own.byAlpha[alphas.length - 1].rate.value)],
      change: shortEstimate(own.endpoints.rate),
      controls: sets.filter((set) => set.kind === 'control').length,
      ...(contrast && { beyondControls: shortEstimate(contrast.endpoints.rate) }),
      finding: verdict.finding,
    };
  });
}
