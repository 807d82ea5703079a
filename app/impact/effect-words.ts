import type { Interval } from '../charts/detectors.ts';

/** What of an effect is looked at. */
export type ShownMeasure = 'rate' | 'margin';

const sign = (value: number) => (value > 0 ? '+' : value < 0 ? '−' : '');

/** "34 %". */
export const percent = (value: number): string => `${(100 * value).toFixed(0)} %`;

/** "+0.12", with a real minus. */
export function signed(value: number, digits = 2): string {
  const text = Math.abs(value).toFixed(digits);
  return Number(text) === 0 ? text : `${sign(value)}${text}`;
}

/** A level with its interval: "34 % (28 to 41)" of shares, "−0.12 (−0.20 to −0.04)" of margins. */
export function levelText(measure: ShownMeasure, { value, low, high }: Interval): string {
  return measure === 'rate'
    ? `${percent(value)} (${(100 * low).toFixed(0)} to ${(100 * high).toFixed(0)})`
    : `${signed(value)} (${signed(low)} to ${signed(high)})`;
}

/** A change with its interval: shares in percentage points, margins in nats a token. */
export function changeText(measure: ShownMeasure, { value, low, high }: Interval): string {
  const text = (x: number) => (measure === 'rate' ? signed(100 * x, 1) : signed(x, 3));
  return `${text(value)} (${text(low)} to ${text(high)})`;
}
