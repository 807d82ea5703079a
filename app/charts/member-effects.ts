import { scaleLinear } from 'd3-scale';
import { axisBelow, belowHeight, thinned } from './axes.ts';
import type { Interval } from './detectors.ts';
import { line, type Mark, type Picture, round, textWidth } from './marks.ts';

/** A neuron's row of the chart. */
export interface MemberRow {
  readonly name: string;
  /** Stands out from 0 once all looks are counted. */
  readonly firm: boolean;
  readonly alone: Interval;
  /** What is lost without it. */
  readonly lost: Interval;
}

/** Rows that are drawn at most; the table has all. */
export const mostMembers = 40;

const top = 6;
const rowHeight = 40;
const half = 8;

/**
 * Dots with intervals, a row a neuron: a disc for what it does alone, a ring for what is lost without it, each named with
 * its value at the right; 0 is marked.
 */
export function drawMembers(
  rows: readonly MemberRow[],
  options: { readonly title: string; readonly format: (value: number) => string; readonly width: number },
): Picture {
  const { title, format, width } = options;
  const drawn = rows.slice(0, mostMembers);
  const looks = drawn.map(({ alone, lost }) => [
    { ...alone, text: `alone ${format(alone.value)}`, open: false },
    { ...lost, text: `lost without ${format(lost.value)}`, open: true },
  ]);
  const ends = looks.flat().flatMap(({ low, high }) => [low, high]);
  const left = Math.max(0, ...drawn.map(({ name }) => textWidth(name))) + 12;
  const right = width - Math.max(0, ...looks.flat().map(({ text }) => textWidth(text))) - 10;
  const x = scaleLinear([Math.min(0, ...ends), Math.max(0, ...ends)], [left, Math.max(left + 60, right)]);
  const bottom = top + drawn.length * rowHeight;
  const marks: Mark[] = [line([x(0), top], [x(0), bottom], { tone: 'edge', dash: '2 3' })];
  drawn.forEach(({ name, firm }, i) => {
    const middle = top + (i + 0.5) * rowHeight;
    const tone = firm ? 'accent' : 'ink';
    if (i > 0)
      marks.push(line([0, middle - rowHeight / 2], [width, middle - rowHeight / 2], { tone: 'line' }));
    marks.push({ kind: 'text', x: 0, y: middle + 4, text: name, tone, strong: firm });
    looks[i]!.forEach(({ value, low, high, text, open }, look) => {
      const y = middle + (look === 0 ? -half : half);
      marks.push(line([x(low), y], [x(high), y], { tone: firm ? 'accent' : 'edge', width: 2 }));
      marks.push({ kind: 'dot', x: round(x(value)), y, radius: 3.75, tone, open });
      marks.push({ kind: 'text', x: width, y: y + 4, text, tone: open ? 'muted' : 'ink', anchor: 'end' });
    });
  });
  const plot = x.range()[1]! - left;
  marks.push(
    ...axisBelow(x, bottom, {
      ticks: thinned(x.ticks(5), Math.max(2, Math.floor(plot / 48))),
      format,
      title,
    }),
  );
  return { width, height: bottom + belowHeight.titled, marks };
}
