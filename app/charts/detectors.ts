import { scaleLinear } from 'd3-scale';
import { axisBelow, belowHeight } from './axes.ts';
import { line, type Mark, type Picture, textWidth } from './marks.ts';

export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** A detector's row of the chart. */
export interface DetectorRow {
  readonly id: string;
  readonly name: string;
  /** What it is, in plain words. */
  readonly words: string;
  /** The row that the chart is about. */
  readonly own: boolean;
  /** The interval is the middle of many draws. */
  readonly drawn: boolean;
  readonly auroc: Interval;
  readonly accuracy?: Interval;
}

const rowHeight = 36;
const headHeight = 20;
const two = (value: number) => value.toFixed(2);

/** "0.83 (0.78 to 0.88)". */
export function intervalText({ value, low, high }: Interval): string {
  return `${two(value)} (${two(low)} to ${two(high)})`;
}

/** Left end of the axis: half is guessing, and no interval is cut off. */
export function lowestShown(rows: readonly DetectorRow[]): number {
  const lowest = Math.min(0.5, ...rows.flatMap(({ auroc, accuracy }) => [auroc.low, accuracy?.low ?? 1]));
  return Math.max(0, Math.floor(lowest * 10 - 0.01) / 10);
}

interface Panel {
  readonly title: string;
  readonly left: number;
  readonly right: number;
  readonly of: (row: DetectorRow) => Interval | undefined;
}

/**
 * Dots with intervals, a row a detector; half, which is guessing, is marked. On a narrow page the names stand above the
 * dots and the accuracy is left to the table.
 */
export function drawDetectors(rows: readonly DetectorRow[], width: number): Picture {
  const wide = width >= 560;
  const both = width >= 760 && rows.some(({ accuracy }) => accuracy !== undefined);
  const gutter = wide
    ? Math.max(...rows.flatMap(({ name, words }) => [textWidth(name), textWidth(words)])) + 12
    : 8;
  const numbers = 122;
  const last = width - numbers;
  const middle = (gutter + last) / 2;
  const panels: Panel[] = both
    ? [
        { title: 'AUROC', left: gutter, right: middle - 12, of: ({ auroc }) => auroc },
        { title: 'Accuracy', left: middle + 12, right: last, of: ({ accuracy }) => accuracy },
      ]
    : [{ title: 'AUROC', left: gutter, right: last, of: ({ auroc }) => auroc }];
  const step = wide ? rowHeight : rowHeight + 20;
  const bottom = headHeight + rows.length * step;
  const lowest = lowestShown(rows);
  const scale = ({ left, right }: Panel) => scaleLinear([lowest, 1], [left, right]);
  const marks: Mark[] = [
    ...panels.map((panel) => {
      const half = scale(panel)(0.5);
      return line([half, headHeight], [half, bottom], { tone: 'edge', dash: '2 3' });
    }),
    { kind: 'text', x: width, y: 12, text: 'AUROC, 95 %', tone: 'muted', anchor: 'end' },
  ];
  const dotY = (i: number) => headHeight + i * step + (wide ? rowHeight / 2 : step - 14);

  rows.forEach(({ name, words, own, auroc }, i) => {
    const y = wide ? dotY(i) : dotY(i) - 16;
    marks.push(
      {
        kind: 'text',
        x: 0,
        y: wide ? y - 2 : y - 12,
        text: name,
        tone: own ? 'accent' : 'ink',
        strong: own,
      },
      { kind: 'text', x: 0, y: wide ? y + 12 : y + 1, text: words, tone: 'muted' },
      {
        kind: 'text',
        x: width,
        y: dotY(i) + 4,
        text: intervalText(auroc),
        tone: 'ink',
        anchor: 'end',
        strong: own,
      },
    );
  });
  for (const panel of panels) {
    const { title, left, right, of } = panel;
    const x = scale(panel);
    marks.push({ kind: 'text', x: left, y: 12, text: title, tone: 'muted' });
    rows.forEach((row, i) => {
      const interval = of(row);
      if (interval) marks.push(...dotAndInterval(row, interval, x, dotY(i)));
    });
    marks.push(
      ...axisBelow(x, bottom, {
        ticks: x.ticks(right - left < 260 ? 4 : 6),
        format: String,
        title: 'half is guessing, 1 is perfect',
      }),
    );
  }
  return { width, height: bottom + belowHeight.titled, marks };
}

/** Of draws a band, of a measure a line; the set's own in the accent. */
function dotAndInterval(
  row: DetectorRow,
  interval: Interval,
  x: (value: number) => number,
  y: number,
): Mark[] {
  const tone = row.own ? 'accent' : 'ink';
  const [from, to] = [x(interval.low), x(interval.high)];
  const extent: Mark = row.drawn
    ? { kind: 'box', x: from, y: y - 5, width: Math.max(1, to - from), height: 10, tone: 'line' }
    : line([from, y], [to, y], { tone: row.own ? 'accent' : 'edge', width: row.own ? 2.5 : 1.5 });
  return [
    extent,
    {
      kind: 'dot',
      x: x(interval.value),
      y,
      radius: row.own ? 4.5 : 3.5,
      tone: row.drawn ? 'muted' : tone,
      open: row.drawn,
    },
  ];
}
