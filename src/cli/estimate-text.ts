import type { Estimate } from '../identify/verdict.ts';

/** "0.120 (0.050 to 0.190)". */
export function intervalText({ value, low, high }: Estimate, digits = 3): string {
  return `${value.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
}
