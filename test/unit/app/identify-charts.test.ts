import { describe, expect, it } from 'vitest';
import { thinned } from '../../../app/charts/axes.ts';
import { decades, drawPath, formatC } from '../../../app/charts/c-path.ts';
import { drawCalibration, drawRoc } from '../../../app/charts/curves.ts';
import { type DetectorRow, drawDetectors, intervalText, lowestShown } from '../../../app/charts/detectors.ts';
import type { Mark, Picture } from '../../../app/charts/marks.ts';
import { drawLayers, drawnNeurons, drawStability, layerCounts } from '../../../app/charts/set-neurons.ts';

const dots = ({ marks }: Picture) => marks.filter((mark) => mark.kind === 'dot');
const texts = ({ marks }: Picture) => marks.flatMap((mark) => (mark.kind === 'text' ? [mark.text] : []));

/** Every number of a mark. */
function numbers(mark: Mark): number[] {
  const values = Object.values(mark).filter((value) => typeof value === 'number');
  const path =
    'd' in mark ? [...mark.d.matchAll(/-?[\d.]+(e-?\d+)?|NaN|Infinity/g)].map(([text]) => Number(text)) : [];
  return [...values, ...path];
}

function expectSound(picture: Picture): void {
  expect(picture.marks.flatMap(numbers).every(Number.isFinite)).toBe(true);
  for (const mark of picture.marks) {
    if (mark.kind !== 'dot' && mark.kind !== 'box') continue;
    expect(mark.x).toBeGreaterThanOrEqual(0);
    expect(mark.x).toBeLessThanOrEqual(picture.width);
    expect(mark.y).toBeGreaterThanOrEqual(0);
    expect(mark.y).toBeLessThanOrEqual(picture.height);
  }
}

const interval = (value: number, half = 0.05) => ({ value, low: value - half, high: value + half });

describe('detectors', () => {
  const rows: DetectorRow[] = [
    {
      id: 'h-neurons',
      name: 'H-Neurons',
      words: 'this set',
      own: true,
      drawn: false,
      auroc: interval(0.83),
      accuracy: interval(0.75),
    },
    {
      id: 'mean-logprob',
      name: 'log-probability, mean',
      words: 'how likely',
      own: false,
      drawn: false,
      auroc: interval(0.8),
      accuracy: interval(0.7),
    },
    {
      id: 'shuffled-labels',
      name: 'shuffled labels',
      words: 'chance',
      own: false,
      drawn: true,
      auroc: interval(0.5, 0.1),
    },
  ];

  it('shows all of an interval, and guessing', () => {
    expect(lowestShown(rows)).toBeCloseTo(0.3);
    expect(lowestShown([{ ...rows[0]!, accuracy: undefined, auroc: interval(0.9) }])).toBe(0.4);
    expect(lowestShown([{ ...rows[0]!, auroc: { value: 0, low: 0, high: 0 } }])).toBe(0);
    expect(intervalText(interval(0.83))).toBe('0.83 (0.78 to 0.88)');
  });

  it('has a dot a row, in the order of the values, draws as a band with a ring', () => {
    const picture = drawDetectors(rows, 700);
    expectSound(picture);
    const [own, baseline, drawn] = dots(picture);
    expect(dots(picture)).toHaveLength(3);
    expect(own!.x).toBeGreaterThan(baseline!.x);
    expect(baseline!.x).toBeGreaterThan(drawn!.x);
    expect(own!.tone).toBe('accent');
    expect(drawn!.open).toBe(true);
    expect(picture.marks.filter((mark) => mark.kind === 'box')).toHaveLength(1);
    expect(texts(picture)).toContain('0.83 (0.78 to 0.88)');
  });

  it('adds the accuracy on a wide page, and stands names above the dots on a narrow one', () => {
    expect(dots(drawDetectors(rows, 1000))).toHaveLength(5);
    expect(texts(drawDetectors(rows, 1000))).toContain('Accuracy');
    const narrow = drawDetectors(rows, 340);
    expectSound(narrow);
    expect(narrow.height).toBeGreaterThan(drawDetectors(rows, 700).height);
    expect(Math.min(...dots(narrow).map(({ x }) => x))).toBeLessThan(100);
  });
});

describe('curves', () => {
  const curve = (name: string, points: readonly (readonly [number, number])[]) => ({
    name,
    points: points.map(([falsePositiveRate, truePositiveRate]) => ({
      falsePositiveRate,
      truePositiveRate,
      threshold: 0,
    })),
  });
  const perfect = curve('H-Neurons', [
    [0, 0],
    [0, 1],
    [1, 1],
  ]);

  it('draws the ROC curve through its corners, the first in the accent and named', () => {
    const picture = drawRoc(
      [
        perfect,
        curve('other', [
          [0, 0],
          [1, 1],
        ]),
      ],
      300,
    );
    expectSound(picture);
    const own = picture.marks.find((mark) => mark.kind === 'path' && mark.width === 2.25);
    const corners = own?.kind === 'path' ? own.d.split(/[ML]/).filter(Boolean) : [];
    const [left, bottom] = corners[0]!.split(',').map(Number);
    const [, top] = corners[1]!.split(',').map(Number);
    expect(corners).toHaveLength(3);
    expect(corners[1]).toBe(`${left},${top}`);
    expect(bottom!).toBeGreaterThan(top!);
    expect(texts(picture)).toEqual(expect.arrayContaining(['H-Neurons', 'other']));
  });

  it('keeps to its place, however wide or narrow', () => {
    expect(drawRoc([perfect], 2000).width).toBeLessThan(400);
    expect(drawRoc([perfect], 10).width).toBeLessThan(200);
  });

  it('draws a dot a bin, larger for more answers, on the diagonal where it is calibrated', () => {
    const bin = (mean: number, share: number, count: number) => ({
      low: 0,
      high: 1,
      count,
      meanProbability: mean,
      shareOfPositives: share,
    });
    const picture = drawCalibration({ bins: [bin(0.1, 0.1, 5), bin(0.9, 0.9, 50)], error: 0, brier: 0 }, 300);
    expectSound(picture);
    const [few, many] = dots(picture);
    expect(many!.radius).toBeGreaterThan(few!.radius);
    expect(many!.x - few!.x).toBeCloseTo(few!.y - many!.y);
    expectSound(drawCalibration({ bins: [], error: 0, brier: 0 }, 300));
  });
});

describe('the C path', () => {
  const point = (C: number, auroc: number, positiveNeurons: number) => ({
    C,
    auroc,
    standardError: 0.02,
    logLoss: 0.5,
    neurons: 2 * positiveNeurons,
    positiveNeurons,
  });

  it('marks the chosen C in both panels and says its value', () => {
    const picture = drawPath([point(10, 0.8, 21), point(0.01, 0.6, 1), point(1, 0.85, 9)], 1, 400);
    expectSound(picture);
    const chosen = dots(picture).filter(({ tone }) => tone === 'accent');
    expect(chosen).toHaveLength(2);
    expect(chosen[0]!.x).toBe(chosen[1]!.x);
    expect(dots(picture)).toHaveLength(6);
    expect(texts(picture)).toContain('chosen, C = 1');
  });

  it('leaves out what has no AUROC, and stands a single point', () => {
    const picture = drawPath([point(1, Number.NaN, 3), point(2, 0.7, 4)], 2, 300);
    expectSound(picture);
    expect(dots(picture)).toHaveLength(3);
    expectSound(drawPath([point(1, 0.7, 0)], 1, 300));
  });

  it('writes C shortly and ticks whole powers of ten', () => {
    expect([0.000012, 0.0123, 1, 12.34, 123456, 0].map(formatC)).toEqual([
      '1e-5',
      '0.012',
      '1',
      '12',
      '120000',
      '0',
    ]);
    expect(decades(0.02, 30)).toEqual([0.1, 1, 10]);
    expect(decades(2, 5)).toEqual([2, 5]);
    expect(thinned([1, 2, 3, 4, 5], 3)).toEqual([1, 3, 5]);
  });
});

describe('the neurons of a set', () => {
  it('counts them by layer and draws a bar for each layer with some', () => {
    const counts = layerCounts(
      [
        { layer: 0, neuron: 1 },
        { layer: 2, neuron: 1 },
        { layer: 2, neuron: 9 },
      ],
      4,
    );
    expect(counts).toEqual([1, 0, 2, 0]);
    const picture = drawLayers(counts, 300);
    expectSound(picture);
    const bars = picture.marks.filter((mark) => mark.kind === 'box');
    expect(bars).toHaveLength(2);
    expect(bars[1]!.height).toBeCloseTo(2 * bars[0]!.height);
    expectSound(drawLayers([0, 0], 300));
    const full = drawLayers([3, 3, 3, 3], 300).marks;
    const key = full.find((mark) => mark.kind === 'text' && mark.text === 'spread evenly');
    const tops = full.flatMap((mark) => (mark.kind === 'box' ? [mark.y] : []));
    expect(key?.kind === 'text' && key.y).toBeLessThan(Math.min(...tops));
  });

  it('has the set’s neurons first, rings for others, and not more than fit', () => {
    const stable = (neuron: number, share: number, inSet: boolean) => ({ layer: 1, neuron, share, inSet });
    const neurons = [stable(1, 0.9, false), stable(2, 0.3, true), stable(3, 0.6, true)];
    expect(drawnNeurons(neurons).map(({ neuron }) => neuron)).toEqual([3, 2, 1]);
    const picture = drawStability(neurons, 300);
    expectSound(picture);
    expect(dots(picture).map(({ open }) => open)).toEqual([false, false, true]);
    const many = Array.from({ length: 100 }, (_, i) => stable(i, i / 100, false));
    expect(dots(drawStability(many, 300))).toHaveLength(40);
  });
});
