/** Largest |a - b|; infinite where a value is NaN or the lengths differ. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let worst = 0;
  for (let at = 0; at < a.length; at++) {
    const difference = Math.abs(a[at]! - b[at]!);
    if (!(difference <= worst)) worst = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
  }
  return worst;
}

/** Largest |a - b| / |b| over pairs. */
export function relativeDifference(pairs: readonly (readonly [number, number])[]): number {
  return Math.max(
    ...pairs.map(([a, b]) => (Number.isNaN(a) ? Number.POSITIVE_INFINITY : Math.abs(a - b) / Math.abs(b))),
  );
}
