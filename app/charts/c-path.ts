import { scaleLinear, scaleLog } from 'd3-scale';
import type { PathPoint } from '../../src/lib/stats/choose-c.ts';
import { axisBelow, axisLeft, belowHeight, thinned } from './axes.ts';
import { line, type Mark, type Picture, through } from './marks.ts';

const left = 40;
const panelHeight = 110;
const gap = 34;
const top = 26;

/** "0.03", "12", "3e-5": a C as it is written. */
export function formatC(C: number): string {
  if (C === 0) return '0';
  const text = Number(C.toPrecision(2)).toString();
  return text.length <= 6 ? text : C.toExponential(0);
}

/** Whole powers of ten within a range, or its ends where there are fewer than two. */
export function decades(low: number, high: number): number[] {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  const inside = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => 10 ** (first + i));
  return inside.length >= 2 ? inside : [low, high];
}

/** Cross-validated AUROC with its standard error, and below it the number of neurons, against C; the chosen C is marked. */
export function drawPath(path: readonly PathPoint[], chosen: number, width: number): Picture {
  const points = [...path].sort((a, b) => a.C - b.C);
  const Cs = points.map(({ C }) => C);
  const domain = [Math.min(...Cs, chosen), Math.max(...Cs, chosen)] as const;
  const x = scaleLog(domain[0] < domain[1] ? domain : [domain[0] / 2, domain[1] * 2], [left, width - 10]);
  const areas = points.flatMap(({ auroc, standardError }) =>
    Number.isFinite(auroc) ? [auroc - standardError, auroc + standardError] : [],
  );
  const first = { top, bottom: top + panelHeight };
  const second = { top: first.bottom + gap, bottom: first.bottom + gap + panelHeight };
  const yArea = scaleLinear(
    [Math.min(0.5, ...areas), Math.max(0.6, ...areas)],
    [first.bottom, first.top],
  ).nice(4);
  const most = Math.max(1, ...points.map(({ positiveNeurons }) => positiveNeurons));
  const yCount = scaleLinear([0, most], [second.bottom, second.top]).nice(4);
  const known = points.filter(({ auroc }) => Number.isFinite(auroc));
  const band = [
    ...known.map((p) => [x(p.C), yArea(p.auroc + p.standardError)] as const),
    ...known.reverse().map((p) => [x(p.C), yArea(p.auroc - p.standardError)] as const),
  ];
  const areaLine = points.filter(({ auroc }) => Number.isFinite(auroc));
  const at = x(chosen);
  const right = at > width - 110;
  const powers = thinned(decades(...domain), Math.floor((width - left) / 46));
  const marks: Mark[] = [
    { kind: 'area', d: band.length > 0 ? `${through(band)}Z` : '', tone: 'line' },
    line([at, first.top - 4], [at, second.bottom], { tone: 'accent', dash: '2 3' }),
    {
      kind: 'text',
      x: right ? at - 5 : at + 5,
      y: first.top + 4,
      text: `chosen, C = ${formatC(chosen)}`,
      tone: 'accent',
      anchor: right ? 'end' : 'start',
      strong: true,
    },
    ...axisLeft(yArea, left, {
      ticks: yArea.ticks(4),
      format: String,
      title: 'AUROC on held-out folds, ± standard error',
    }),
    ...axisLeft(yCount, left, {
      ticks: yCount.ticks(4).filter(Number.isInteger),
      format: String,
      title: 'neurons that speak for a made-up answer',
    }),
    ...axisBelow(x, second.bottom, {
      ticks: powers,
      format: formatC,
      title: 'C: larger lets more neurons in',
    }),
    line([left, first.bottom], [width - 10, first.bottom], { tone: 'line' }),
    { kind: 'path', d: through(areaLine.map((p) => [x(p.C), yArea(p.auroc)])), tone: 'ink', width: 1.5 },
    {
      kind: 'path',
      d: through(points.map((p) => [x(p.C), yCount(p.positiveNeurons)])),
      tone: 'ink',
      width: 1.5,
    },
  ];
  for (const p of points) {
    const own = p.C === chosen;
    const look = { kind: 'dot', radius: own ? 4.5 : 2.5, tone: own ? 'accent' : 'ink' } as const;
    if (Number.isFinite(p.auroc)) marks.push({ ...look, x: x(p.C), y: yArea(p.auroc) });
    marks.push({ ...look, x: x(p.C), y: yCount(p.positiveNeurons) });
  }
  return { width, height: second.bottom + belowHeight.titled, marks };
}
