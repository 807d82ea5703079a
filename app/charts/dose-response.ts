import { scaleLinear, scaleLog } from 'd3-scale';
import { axisBelow, axisLeft, belowHeight, thinned } from './axes.ts';
import type { Interval } from './detectors.ts';
import { line, type Mark, type Picture, round, textWidth, through } from './marks.ts';

export interface DoseCurve {
  readonly name: string;
  readonly kind: 'set' | 'control';
  /** By factor; where `low` and `high` equal `value` no band is drawn. */
  readonly points: readonly Interval[];
}

export interface DoseChart {
  /** Ascending. */
  readonly alphas: readonly number[];
  /** The first is the one that the chart is about. */
  readonly curves: readonly DoseCurve[];
  /** What goes up. */
  readonly title: string;
  readonly format: (value: number) => string;
  /** Range that is never left, for example of a share. */
  readonly within?: readonly [number, number];
  /** Least span that is shown, so that noise does not look like a change. */
  readonly span?: number;
  /** Equal steps are equal ratios. */
  readonly log?: boolean;
}

const left = 44;
const top = 26;
const plotHeight = 190;
const labelGap = 6;
const lineHeight = 13;
const longestLabel = 20;
const strongWidth = 1.2;

const short = (name: string) => (name.length > longestLabel ? `${name.slice(0, longestLabel - 1)}…` : name);

/** What the values take up, with what is asked of the range. */
export function extent({
  curves,
  within,
  span = 0,
}: Pick<DoseChart, 'curves' | 'within' | 'span'>): [number, number] {
  const values = curves.flatMap(({ kind, points }) =>
    points.flatMap(({ value, low, high }) => (kind === 'set' ? [value, low, high] : [value])),
  );
  const [floor, ceiling] = within ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  let low = Math.max(floor, Math.min(...values));
  let high = Math.min(ceiling, Math.max(...values));
  const missing = span - (high - low);
  if (missing > 0) {
    low -= missing / 2;
    high += missing / 2;
    if (low < floor) [low, high] = [floor, floor + span];
    else if (high > ceiling) [low, high] = [ceiling - span, ceiling];
  }
  return [low, high];
}

function verticalScale(chart: DoseChart) {
  const range = [top + plotHeight, top];
  const [low, high] = extent(chart);
  const scale = (chart.log ? scaleLog([low, high], range) : scaleLinear([low, high], range)).nice();
  const all = chart.log ? scale.ticks(4) : scale.ticks(5);
  return { y: scale, ticks: thinned(all, 6) };
}

/** Moves labels apart that would lie on each other; their order stays. */
export function spreadLabels(wanted: readonly number[], least: number, most: number): number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a]! - wanted[b]!);
  const places = [...wanted];
  let before = Number.NEGATIVE_INFINITY;
  for (const i of order) {
    places[i] = Math.max(wanted[i]!, before + lineHeight, least);
    before = places[i]!;
  }
  let behind = most + lineHeight;
  for (const i of [...order].reverse()) {
    places[i] = Math.min(places[i]!, behind - lineHeight);
    behind = places[i]!;
  }
  return places;
}

/**
 * Dose-response curves: the sets with the band of the first one's interval, the cloud of controls behind them, each named
 * at its end; the untouched model is marked.
 */
export function drawDoses(chart: DoseChart, width: number): Picture {
  const { alphas, curves, title, format } = chart;
  const sets = curves.filter(({ kind }) => kind === 'set');
  const controls = curves.filter(({ kind }) => kind === 'control');
  const { y, ticks } = verticalScale(chart);
  const cloud = controls.length === 1 ? 'a random set' : `${controls.length} random sets`;
  const names = [...sets.map(({ name }) => short(name)), ...(controls.length > 0 ? [cloud] : [])];
  // The first is in strong type, which is wider.
  const gutter =
    Math.max(...names.map((name, i) => textWidth(name) * (i === 0 ? strongWidth : 1))) + labelGap;
  const right = Math.max(left + 80, width - gutter);
  const x = scaleLinear([alphas[0] ?? 0, alphas.at(-1) ?? 1], [left, right]);
  const bottom = top + plotHeight;
  const at = ({ points }: DoseCurve) => points.map(({ value }, i) => [x(alphas[i]!), y(value)] as const);
  const marks: Mark[] = [];

  if (alphas.includes(1)) {
    marks.push(line([x(1), top], [x(1), bottom], { tone: 'edge', dash: '2 3' }));
    marks.push({ kind: 'text', x: x(1) + 4, y: bottom - 5, text: 'untouched', tone: 'muted' });
  }
  for (const curve of controls) marks.push({ kind: 'path', d: through(at(curve)), tone: 'edge', width: 1 });
  const [first] = sets;
  if (first?.points.some(({ low, high }) => low < high)) {
    const upper = first.points.map(({ high }, i) => [x(alphas[i]!), y(high)] as const);
    const lower = first.points.map(({ low }, i) => [x(alphas[i]!), y(low)] as const);
    marks.push({ kind: 'area', d: `${through([...upper, ...lower.reverse()])}Z`, tone: 'accent-wash' });
  }
  for (const [i, curve] of [...sets.entries()].reverse()) {
    const tone = i === 0 ? 'accent' : 'ink';
    const dash = i < 2 ? undefined : '5 3';
    marks.push({ kind: 'path', d: through(at(curve)), tone, width: i === 0 ? 2.25 : 1.25, dash });
    for (const [px, py] of at(curve))
      marks.push({ kind: 'dot', x: round(px), y: round(py), radius: i === 0 ? 3 : 2, tone });
  }

  const meanEnd = controls.reduce((sum, curve) => sum + (at(curve).at(-1)?.[1] ?? 0), 0) / controls.length;
  const ends = [
    ...sets.map((curve) => at(curve).at(-1)?.[1] ?? top),
    ...(controls.length > 0 ? [meanEnd] : []),
  ];
  const places = spreadLabels(ends, top + 4, bottom - 2);
  names.forEach((text, i) => {
    const tone = i === 0 ? 'accent' : i < sets.length ? 'ink' : 'muted';
    marks.push({ kind: 'text', x: right + labelGap, y: places[i]! + 4, text, tone, strong: i === 0 });
  });
  marks.push(
    ...axisBelow(x, bottom, {
      ticks: thinned(alphas, Math.max(2, Math.floor((right - left) / 34))),
      format: String,
      title: 'factor on the neurons',
    }),
    ...axisLeft(y, left, { ticks, format, title }),
  );
  return { width, height: bottom + belowHeight.titled, marks };
}
