import type { Estimate } from '../lib/stats/estimate.ts';

/** "0.120 (0.050 to 0.190)". */
export function intervalText(
  { value, low, high }: Estimate,
  format = (each: number) => each.toFixed(3),
): string {
  return `${format(value)} (${format(low)} to ${format(high)})`;
}
