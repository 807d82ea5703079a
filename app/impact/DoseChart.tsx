import { type ReactNode, useCallback, useMemo } from 'react';
import { counted } from '../../src/lib/count.ts';
import type { Interval } from '../charts/detectors.ts';
import { type DoseChart as Dose, type DoseCurve, drawDoses } from '../charts/dose-response.ts';
import { Chart } from '../ui/Chart.tsx';
import { tableOf } from '../ui/table-columns.ts';

interface Props extends Pick<Dose, 'format' | 'within' | 'span' | 'log'> {
  readonly title: string;
  /** What goes up. */
  readonly axis: string;
  readonly alphas: readonly number[];
  readonly curves: readonly DoseCurve[];
  /** A value with its interval, for the table. */
  readonly text: (value: Interval) => string;
  readonly children?: ReactNode;
  readonly wide?: boolean;
}

/** How something goes with the factor, for the set and the random sets. */
export function DoseChart({ title, axis, alphas, curves, text, children, wide, ...rest }: Props) {
  const { format, within, span, log } = rest;
  const chart = useMemo<Dose>(
    () => ({
      alphas,
      curves,
      title: axis,
      format,
      ...(within && { within }),
      ...(span !== undefined && { span }),
      ...(log && { log }),
    }),
    [alphas, curves, axis, format, within, span, log],
  );
  const draw = useCallback((width: number) => drawDoses(chart, width), [chart]);
  const sets = curves.filter(({ kind }) => kind === 'set').map(({ name }) => name);
  const controls = curves.length - sets.length;
  return (
    <Chart
      title={title}
      draw={draw}
      wide={wide ?? false}
      description={`${axis} against the factor from ${alphas[0]} to ${alphas.at(-1)}, for ${sets.join(', ')}${controls > 0 ? ` and ${counted(controls, 'random set')}` : ''}`}
      table={() =>
        tableOf<number>(
          [
            { head: 'Factor', cell: String },
            ...curves.map(({ name, points }) => ({
              head: name,
              cell: (_: number, a: number) => text(points[a]!),
            })),
          ],
          alphas,
        )
      }
    >
      {children}
    </Chart>
  );
}
