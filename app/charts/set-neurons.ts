import { scaleLinear } from 'd3-scale';
import { formatNeuron } from '../../src/neurons/layout.ts';
import type { NeuronRef } from '../../src/neurons/types.ts';
import type { StableNeuron } from '../../src/studies/identify/finding.ts';
import { axisBelow, axisLeft, belowHeight } from './axes.ts';
import { line, type Mark, type Picture } from './marks.ts';

/** Neurons that are drawn at most; the table has all. */
const mostDrawn = 40;
const rowHeight = 15;
const stabilityLeft = 56;

/** The neurons that are drawn: the set's first, then the others, each most often chosen first. */
export function drawnNeurons(neurons: readonly StableNeuron[]): StableNeuron[] {
  return [...neurons]
    .sort((a, b) => Number(b.inSet) - Number(a.inSet) || b.share - a.share)
    .slice(0, mostDrawn);
}

/** How often each neuron was chosen again, a row a neuron; rings are not in the set. */
export function drawStability(neurons: readonly StableNeuron[], width: number): Picture {
  const rows = drawnNeurons(neurons);
  const bottom = 6 + rows.length * rowHeight;
  const x = scaleLinear([0, 1], [stabilityLeft, width - 16]);
  const marks: Mark[] = [
    line([x(0.5), 0], [x(0.5), bottom], { tone: 'line' }),
    ...axisBelow(x, bottom, {
      ticks: [0, 0.25, 0.5, 0.75, 1],
      format: (share) => `${100 * share} %`,
      title: 'halves of the answers that chose it',
    }),
  ];
  rows.forEach(({ layer, neuron, share, inSet }, i) => {
    const y = 6 + (i + 0.5) * rowHeight;
    marks.push(
      {
        kind: 'text',
        x: stabilityLeft - 7,
        y: y + 4,
        text: formatNeuron({ layer, neuron }),
        tone: inSet ? 'ink' : 'muted',
        anchor: 'end',
      },
      line([x(0), y], [x(share), y], { tone: 'line' }),
      {
        kind: 'dot',
        x: x(share),
        y,
        radius: inSet ? 3.75 : 3.25,
        tone: inSet ? 'accent' : 'muted',
        open: !inSet,
      },
    );
  });
  return { width, height: bottom + belowHeight.titled, marks };
}

/** Number of a set's neurons in every layer, [layers]. */
export function layerCounts(neurons: readonly NeuronRef[], layers: number): number[] {
  const counts = new Array<number>(layers).fill(0);
  for (const { layer } of neurons) if (layer < layers) counts[layer]! += 1;
  return counts;
}

/** Where the neurons sit: a bar a layer, and a line where all would end were they spread evenly. */
export function drawLayers(counts: readonly number[], width: number): Picture {
  const left = 34;
  const top = 26;
  const bottom = top + 150;
  const layers = counts.length;
  const right = width - 10;
  const step = (right - left) / Math.max(1, layers);
  const x = scaleLinear([-0.5, layers - 0.5], [left, right]);
  const y = scaleLinear([0, Math.max(1, ...counts)], [bottom, top]);
  const even = counts.reduce((sum, count) => sum + count, 0) / Math.max(1, layers);
  const every = [1, 2, 5, 10, 20].find((n) => n * step >= 20) ?? 50;
  const marks: Mark[] = counts.flatMap((count, layer): Mark[] =>
    count === 0
      ? []
      : [
          {
            kind: 'box',
            x: x(layer) - step * 0.36,
            y: y(count),
            width: step * 0.72,
            height: bottom - y(count),
            tone: 'accent',
          },
        ],
  );
  marks.push(
    line([left, y(even)], [right, y(even)], { tone: 'muted', dash: '2 3' }),
    // Above the bars, none of which may hide it.
    line([right - 22, top - 14], [right, top - 14], { tone: 'muted', dash: '2 3' }),
    { kind: 'text', x: right - 28, y: top - 10, text: 'spread evenly', tone: 'muted', anchor: 'end' },
    ...axisLeft(y, left, {
      ticks: y.ticks(4).filter(Number.isInteger),
      format: String,
      title: 'neurons of the set',
    }),
    ...axisBelow(x, bottom, {
      ticks: counts.map((_, layer) => layer).filter((layer) => layer % every === 0),
      format: String,
      title: 'layer, from the input to the output',
    }),
  );
  return { width, height: bottom + belowHeight.titled, marks };
}
