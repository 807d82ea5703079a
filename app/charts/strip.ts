import { scaleLinear } from 'd3-scale';
import { axisBelow, belowHeight } from './axes.ts';
import { line, type Mark, type Picture, round } from './marks.ts';

export interface StripRow {
  readonly name: string;
  /** The row that the chart is about. */
  readonly own: boolean;
  readonly values: readonly number[];
}

const headHeight = 18;
const tallest = 64;
const largestRadius = 3.5;

/** Dots of equal columns, centred on the middle: how many values lie where. */
function swarm(values: readonly number[], x: (value: number) => number, radius: number) {
  const columns = new Map<number, number>();
  return [...values]
    .sort((a, b) => a - b)
    .map((value) => {
      const column = Math.round(x(value) / (2 * radius));
      const stacked = columns.get(column) ?? 0;
      columns.set(column, stacked + 1);
      const side = stacked % 2 === 0 ? 1 : -1;
      return { x: column * 2 * radius, level: side * Math.ceil(stacked / 2) };
    });
}

/** A dot a value, a row a set; zero and each row's mean are marked. */
export function drawStrip(rows: readonly StripRow[], title: string, width: number): Picture {
  const all = rows.flatMap(({ values }) => values);
  const x = scaleLinear([Math.min(0, ...all), Math.max(0, ...all)], [largestRadius + 4, width - 20]).nice();
  const swarms = rows.map(({ values }) => swarm(values, x, largestRadius));
  const highest = Math.max(1, ...swarms.flatMap((dots) => dots.map(({ level }) => Math.abs(level))));
  const step = Math.min(2 * largestRadius, tallest / (2 * highest));
  const rowHeight = headHeight + 2 * highest * step + 4 * largestRadius;
  const bottom = rows.length * rowHeight;
  const marks: Mark[] = [line([x(0), 0], [x(0), bottom], { tone: 'edge', dash: '2 3' })];
  rows.forEach(({ name, own, values }, i) => {
    const middle = i * rowHeight + headHeight + highest * step + 2 * largestRadius;
    const tone = own ? 'accent' : 'muted';
    for (const dot of swarms[i]!)
      marks.push({
        kind: 'dot',
        x: round(dot.x),
        y: round(middle + dot.level * step),
        radius: largestRadius - 0.75,
        tone,
        open: !own,
      });
    if (values.length > 0) {
      const mean = x(values.reduce((sum, value) => sum + value, 0) / values.length);
      const reach = highest * step + 2 * largestRadius;
      marks.push(line([mean, middle - reach], [mean, middle + reach], { tone: 'ink', width: 1.5 }));
    }
    marks.push({
      kind: 'text',
      x: 0,
      y: i * rowHeight + 12,
      text: name,
      tone: own ? 'accent' : 'ink',
      strong: own,
    });
  });
  marks.push(
    ...axisBelow(x, bottom, { ticks: x.ticks(Math.max(2, Math.floor(width / 70))), format: String, title }),
  );
  return { width, height: bottom + belowHeight.titled, marks };
}
