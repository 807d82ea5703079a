import type { ImpactRecord, MarginRecord } from './score-item.ts';
import { type SweepPlan, slopeWeights } from './sweep.ts';

/** Before so many items an interval says little. */
const FEWEST_ITEMS = 30;
/** Half width of a 95 % interval in standard errors. */
const WIDTH = 1.96;

/** Slope of an item's compliance under the first set less the mean of the controls', per alpha. */
function contrastSlope({ alphas, sets }: SweepPlan, { normalised }: MarginRecord): number {
  const weights = slopeWeights(alphas);
  const slope = (set: number) =>
    weights.reduce((sum, weight, a) => sum + weight * Number(normalised[set][a] > 0), 0);
  const controls = sets.flatMap(({ kind }, s) => (kind === 'control' ? [s] : []));
  const others = controls.reduce((sum, c) => sum + slope(c), 0) / Math.max(1, controls.length);
  return slope(0) - others;
}

/** Whether a suite's items tell the first set's slope beside the controls' well enough. */
export function isTight(
  plan: SweepPlan,
  suite: string,
  records: readonly ImpactRecord[],
  halfWidth: number,
): boolean {
  const slopes = records.flatMap((record) =>
    record.type === 'margin' && record.suite === suite ? [contrastSlope(plan, record)] : [],
  );
  const count = slopes.length;
  if (count < FEWEST_ITEMS) return false;
  const mean = slopes.reduce((sum, each) => sum + each, 0) / count;
  const variance = slopes.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (count - 1);
  return WIDTH * Math.sqrt(variance / count) <= halfWidth;
}
