/** Stirling's series: log gamma(x) - ((x - 1/2) log x - x + log(2 pi) / 2), for x of 10 and more (DLMF 5.11.1). */
function stirlingCorrection(x: number): number {
  const inverse = 1 / (x * x);
  const tail = 1 / 1680 - inverse * (1 / 1188 - inverse * (691 / 360360));
  return (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse * tail))) / x;
}

/** log gamma(x) for x above 0: Stirling's series, after raising x to 10 by gamma(x + 1) = x gamma(x). */
export function logGamma(x: number): number {
  let factor = 1;
  let raised = x;
  while (raised < 10) factor *= raised++;
  const main = (raised - 0.5) * Math.log(raised) - raised + 0.5 * Math.log(2 * Math.PI);
  return main + stirlingCorrection(raised) - Math.log(factor);
}

/** log B(a, b); for a large a without the cancellation of log gamma(a) against log gamma(a + b). */
function logBeta(a: number, b: number): number {
  if (a < b) return logBeta(b, a);
  if (a < 10) return logGamma(a) + logGamma(b) - logGamma(a + b);
  const ratio =
    b -
    (a - 0.5) * Math.log1p(b / a) -
    b * Math.log(a + b) +
    stirlingCorrection(a) -
    stirlingCorrection(a + b);
  return logGamma(b) + ratio;
}

const tiny = 1e-300;
const maximumTerms = 100_000;

/** The continued fraction DLMF 8.17.22 by the modified Lentz method (Thompson and Barnett, 1986). */
function continuedFraction(x: number, a: number, b: number): number {
  const away = (value: number) => (Math.abs(value) < tiny ? tiny : value);
  let numerator = 1;
  let denominator = 1 / away(1 - ((a + b) * x) / (a + 1));
  let value = denominator;
  for (let m = 1; m < maximumTerms; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    denominator = 1 / away(1 + even * denominator);
    numerator = away(1 + even / numerator);
    value *= denominator * numerator;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    denominator = 1 / away(1 + odd * denominator);
    numerator = away(1 + odd / numerator);
    const change = denominator * numerator;
    value *= change;
    if (Math.abs(change - 1) < 1e-16) break;
  }
  return value;
}

/**
 * The regularised incomplete beta function I_x(a, b), for a and b above 0 and x in [0, 1] (DLMF 8.17).
 * @param y 1 - x, given apart so that neither loses digits where the other is near 1
 */
export function incompleteBeta(x: number, y: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (y <= 0) return 1;
  const logX = x < 0.5 ? Math.log(x) : Math.log1p(-y);
  const logY = y < 0.5 ? Math.log(y) : Math.log1p(-x);
  const front = Math.exp(a * logX + b * logY - logBeta(a, b));
  if (x < (a + 1) / (a + b + 2)) return (front * continuedFraction(x, a, b)) / a;
  return 1 - (front * continuedFraction(y, b, a)) / b;
}
