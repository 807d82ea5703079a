import { scaleLinear } from 'd3-scale';
import { axisBelow, axisLeft, belowHeight } from './axes.ts';
import { line, type Mark, type Picture, round, through } from './marks.ts';

/** A neuron of the set in the scatter. */
export interface DriftDot {
  readonly layer: number;
  readonly neuron: number;
  readonly score: number;
}

export interface LayerMeans {
  readonly layer: number;
  readonly mean: number;
  readonly memberMean: number | undefined;
}

const left = 40;
const top = 26;
const plotHeight = 240;
/** Side of the smallest thing that is drawn; neurons in the same one are drawn once. */
const cell = 2;
/** Share of the neurons whose drift decides how far the axis reaches. */
const shown = 0.999;

/** The range of the scores: nearly all neurons, and all of the set. */
export function driftRange(scores: readonly (readonly number[])[], members: readonly DriftDot[]) {
  const sorted = Float64Array.from(scores.flat()).sort();
  const last = sorted.length - 1;
  const low = Math.min(sorted[0] ?? 0, ...members.map(({ score }) => score));
  const high = Math.max(sorted[Math.floor(shown * last)] ?? 0, ...members.map(({ score }) => score));
  const beyond = sorted.filter((score) => score > high).length;
  return low === high ? { low: low - 1, high: high + 1, beyond } : { low, high, beyond };
}

function layerAxis(layers: number, width: number) {
  const right = width - 10;
  const step = (right - left) / Math.max(1, layers);
  const every = [1, 2, 5, 10, 20].find((n) => n * step >= 20) ?? 50;
  return {
    x: scaleLinear([-0.5, layers - 0.5], [left, right]),
    step,
    ticks: Array.from({ length: layers }, (_, layer) => layer).filter((layer) => layer % every === 0),
  };
}

/** Squares where neurons are; those of a layer lie beside each other in their order. */
function cloud(
  scores: readonly (readonly number[])[],
  place: (layer: number, share: number, score: number) => readonly [number, number],
): string {
  const taken = new Set<number>();
  let d = '';
  scores.forEach((layerScores, layer) => {
    layerScores.forEach((score, neuron) => {
      const [x, y] = place(layer, (neuron + 0.5) / layerScores.length, score);
      const column = Math.floor(x / cell);
      const row = Math.floor(y / cell);
      const key = column * 4096 + row;
      if (taken.has(key)) return;
      taken.add(key);
      d += `M${column * cell},${row * cell}h${cell}v${cell}h-${cell}z`;
    });
  });
  return d;
}

/** Drift of all neurons by layer, those of the set marked; what is beyond the range lies on its upper edge. */
export function drawDrift(
  {
    scores,
    members,
  }: { readonly scores: readonly (readonly number[])[]; readonly members: readonly DriftDot[] },
  width: number,
): Picture {
  const { low, high } = driftRange(scores, members);
  const bottom = top + plotHeight;
  const { x, step, ticks } = layerAxis(scores.length, width);
  const y = scaleLinear([low, high], [bottom - cell, top])
    .nice()
    .clamp(true);
  const place = (layer: number, share: number, score: number) =>
    [x(layer) + (share - 0.5) * step * 0.8, y(score)] as const;
  const marks: Mark[] = [
    { kind: 'area', d: cloud(scores, place), tone: 'edge' },
    line([left, y(0)], [width - 10, y(0)], { tone: 'muted', dash: '2 3' }),
    ...members.map(({ layer, neuron, score }): Mark => {
      const [dotX, dotY] = place(layer, (neuron + 0.5) / (scores[layer]?.length ?? 1), score);
      return { kind: 'dot', x: round(dotX), y: round(dotY), radius: 4, tone: 'accent' };
    }),
    ...axisLeft(y, left, { ticks: y.ticks(6), format: String, title: 'drift score' }),
    ...axisBelow(x, bottom, { ticks, format: String, title: 'layer, from the input to the output' }),
  ];
  return { width, height: bottom + belowHeight.titled, marks };
}

/** Mean drift of all neurons of every layer as a line, and of the set's as discs. */
export function drawLayerDrift(layers: readonly LayerMeans[], width: number): Picture {
  const bottom = top + 150;
  const { x, ticks } = layerAxis(layers.length, width);
  const values = layers.flatMap(({ mean, memberMean }) => [mean, memberMean ?? mean]);
  const range = [Math.min(0, ...values), Math.max(0, ...values)];
  const y = scaleLinear(range[0] === range[1] ? [-1, 1] : range, [bottom, top]).nice();
  const own = layers.flatMap(({ layer, memberMean }) =>
    memberMean === undefined ? [] : [{ layer, memberMean }],
  );
  const marks: Mark[] = [
    line([left, y(0)], [width - 10, y(0)], { tone: 'line' }),
    {
      kind: 'path',
      d: through(layers.map(({ layer, mean }) => [x(layer), y(mean)])),
      tone: 'muted',
      width: 1.5,
    },
    ...own.flatMap(({ layer, memberMean }): Mark[] => [
      line([x(layer), y(layers[layer]?.mean ?? 0)], [x(layer), y(memberMean)], { tone: 'line' }),
      { kind: 'dot', x: round(x(layer)), y: round(y(memberMean)), radius: 4, tone: 'accent' },
    ]),
    ...axisLeft(y, left, { ticks: y.ticks(4), format: String, title: 'mean drift score' }),
    ...axisBelow(x, bottom, { ticks, format: String, title: 'layer, from the input to the output' }),
  ];
  return { width, height: bottom + belowHeight.titled, marks };
}
