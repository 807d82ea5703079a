/** A probability as it is written: "87 %", "3.4 %", "< 0.1 %". */
export function percent(probability: number): string {
  const value = 100 * probability;
  if (value >= 99.95) return '100 %';
  return value >= 10 ? `${value.toFixed(0)} %` : value >= 0.1 ? `${value.toFixed(1)} %` : '< 0.1 %';
}
