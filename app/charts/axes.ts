import type { ScaleContinuousNumeric } from 'd3-scale';
import { line, type Mark } from './marks.ts';

type Scale = ScaleContinuousNumeric<number, number>;

interface AxisOptions {
  readonly ticks: readonly number[];
  readonly format: (value: number) => string;
  readonly title?: string;
}

/** Space below a plot for `axisBelow`, with and without a title. */
export const belowHeight = { titled: 34, plain: 18 } as const;

/** Ticks and numbers under a plot, its title in the middle below them. */
export function axisBelow(scale: Scale, y: number, { ticks, format, title }: AxisOptions): Mark[] {
  const [left = 0, right = 0] = scale.range();
  const marks: Mark[] = [line([left, y], [right, y], { tone: 'edge' })];
  for (const tick of ticks) {
    const x = scale(tick);
    marks.push(line([x, y], [x, y + 4], { tone: 'edge' }));
    marks.push({ kind: 'text', x, y: y + 15, text: format(tick), tone: 'muted', anchor: 'middle' });
  }
  if (title)
    marks.push({
      kind: 'text',
      x: (left + right) / 2,
      y: y + 30,
      text: title,
      tone: 'muted',
      anchor: 'middle',
    });
  return marks;
}

/** Ticks and numbers left of a plot; the title stands above them. */
export function axisLeft(scale: Scale, x: number, { ticks, format, title }: AxisOptions): Mark[] {
  const [bottom = 0, top = 0] = scale.range();
  const marks: Mark[] = [line([x, bottom], [x, top], { tone: 'edge' })];
  for (const tick of ticks) {
    const y = scale(tick);
    marks.push(line([x - 4, y], [x, y], { tone: 'edge' }));
    marks.push({ kind: 'text', x: x - 7, y: y + 4, text: format(tick), tone: 'muted', anchor: 'end' });
  }
  if (title) marks.push({ kind: 'text', x: 0, y: top - 10, text: title, tone: 'muted' });
  return marks;
}

/** At most this many of some ticks, evenly chosen, the first among them. */
export function thinned(ticks: readonly number[], most: number): number[] {
  const step = Math.max(1, Math.ceil(ticks.length / Math.max(1, most)));
  return ticks.filter((_, i) => i % step === 0);
}
