import { scaleLinear, scaleSqrt } from 'd3-scale';
import type { RocPoint } from '../../src/lib/stats/auroc.ts';
import type { Calibration } from '../../src/lib/stats/calibration.ts';
import { axisBelow, axisLeft, belowHeight } from './axes.ts';
import { line, type Mark, type Picture, through } from './marks.ts';

const left = 34;
const top = 26;
const ticks = [0, 0.25, 0.5, 0.75, 1];
/** Units of the sides of a square plot at most. */
const largestSide = 320;

function square(width: number) {
  const side = Math.max(120, Math.min(largestSide, width - left - 8));
  return {
    side,
    x: scaleLinear([0, 1], [left, left + side]),
    y: scaleLinear([0, 1], [top + side, top]),
    height: top + side + belowHeight.titled,
  };
}

/** The looks of curves in their order: the first is the one that the chart is about. */
const looks = [
  { tone: 'accent', width: 2.25, dash: undefined },
  { tone: 'ink', width: 1.25, dash: undefined },
  { tone: 'muted', width: 1.25, dash: '1 3' },
  { tone: 'accent', width: 1.25, dash: '5 3' },
] as const;

/** A ROC curve and its name. */
export interface NamedCurve {
  readonly name: string;
  readonly points: readonly RocPoint[];
}

/** ROC curves, their names in the empty corner under the diagonal. */
export function drawRoc(curves: readonly NamedCurve[], width: number): Picture {
  const { side, x, y, height } = square(width);
  const marks: Mark[] = [
    line([x(0), y(0)], [x(1), y(1)], { tone: 'line' }),
    ...axisBelow(x, y(0), { ticks, format: String, title: 'right answers called made up' }),
    ...axisLeft(y, left, { ticks, format: String, title: 'made-up answers found' }),
  ];
  [...curves].reverse().forEach(({ points }, k) => {
    const look = looks[(curves.length - 1 - k) % looks.length]!;
    const path = points.map((p) => [x(p.falsePositiveRate), y(p.truePositiveRate)] as const);
    marks.push({ kind: 'path', d: through(path), ...look });
  });
  curves.forEach(({ name }, k) => {
    const look = looks[k % looks.length]!;
    const at = y(0) - 10 - (curves.length - 1 - k) * 15;
    const end = left + side - 4;
    marks.push(line([end - 20, at - 4], [end, at - 4], look));
    marks.push({
      kind: 'text',
      x: end - 26,
      y: at,
      text: name,
      tone: k === 0 ? 'accent' : 'ink',
      anchor: 'end',
      strong: k === 0,
    });
  });
  return { width: left + side + 8, height, marks };
}

/** A calibration curve: on the diagonal probabilities mean what they say. Larger dots stand for more answers. */
export function drawCalibration({ bins }: Calibration, width: number): Picture {
  const { side, x, y, height } = square(width);
  const most = Math.max(1, ...bins.map(({ count }) => count));
  const radius = scaleSqrt([0, most], [2, 8]);
  const points = bins.map(
    ({ meanProbability, shareOfPositives }) => [x(meanProbability), y(shareOfPositives)] as const,
  );
  return {
    width: left + side + 8,
    height,
    marks: [
      line([x(0), y(0)], [x(1), y(1)], { tone: 'line' }),
      ...axisBelow(x, y(0), { ticks, format: String, title: 'probability that the set gives' }),
      ...axisLeft(y, left, { ticks, format: String, title: 'share that was made up' }),
      { kind: 'path', d: through(points), tone: 'accent', width: 1.25 },
      ...bins.map(
        ({ count }, i): Mark => ({
          kind: 'dot',
          x: points[i]![0],
          y: points[i]![1],
          radius: radius(count),
          tone: 'accent',
          open: true,
        }),
      ),
    ],
  };
}
