import { describe, expect, it } from 'vitest';
import { colourIndex } from '../../../app/charts/colour-scale.ts';
import { layerTicks } from '../../../app/charts/layers.ts';
import { createPyramid, difference, overviewCells } from '../../../app/charts/map-cells.ts';
import {
  boxBetween,
  type MapView,
  mostZoom,
  neuronAtPoint,
  neuronsIn,
  neuronX,
  panned,
  rowY,
  sameView,
  viewOf,
  wholeView,
  zoomed,
  zoomOf,
} from '../../../app/charts/map-view.ts';
import { factorShare } from '../../../app/charts/neuron-map.ts';
import { distance, oklabToLinear } from '../../../app/charts/oklab.ts';
import {
  contrast,
  differenceColours,
  differencePixels,
  rampPixels,
  readableOn,
} from '../../../app/charts/ramp.ts';
import { neuronAfterKey, viewAfterKey, viewWith } from '../../../app/explore/mapKeys.ts';
import { strongestIn } from '../../../app/explore/mapPointer.ts';

const layout = {
  widths: new Array<number>(30).fill(1536),
  offsets: Array.from({ length: 30 }, (_, layer) => layer * 1536),
  total: 46080,
};
const uneven = { widths: [4, 10, 7], offsets: [0, 4, 14], total: 21 };
const size = { width: 600, height: 270 };
const whole = wholeView(layout);

function isInside(view: MapView): boolean {
  return (
    view.left >= -1e-9 &&
    view.top >= -1e-9 &&
    view.left + view.width <= whole.width + 1e-6 &&
    view.top + view.height <= whole.height + 1e-6
  );
}

describe('zooming the neuron map', () => {
  it('keeps the neuron under the pointer where it is', () => {
    const [x, y] = [401, 100];
    const before = neuronAtPoint(x, y, whole, size, layout)!;
    let view = whole;
    for (let i = 0; i < 30; i++) {
      view = zoomed(view, whole, size, 1.3, x, y);
      expect(isInside(view)).toBe(true);
    }
    expect(neuronAtPoint(x, y, view, size, layout)).toEqual(before);
    expect(zoomOf(view, whole)).toBeCloseTo(mostZoom(whole, size));
  });

  it('ends at single neurons and at the whole', () => {
    const closest = zoomed(whole, whole, size, 1e6, 0, 0);
    expect(size.width / closest.width).toBeCloseTo(44);
    expect(size.height / closest.height).toBeCloseTo(22);
    expect(sameView(zoomed(closest, whole, size, 1e-6, 300, 100), whole)).toBe(true);
  });

  it('comes back to where it was, whatever way', () => {
    const view = zoomed(whole, whole, size, 8, 200, 90);
    const back = zoomed(zoomed(view, whole, size, 2, 250, 30), whole, size, 0.5, 250, 30);
    expect(sameView(back, view)).toBe(true);
  });

  it('pans as a sheet under the hand and stops at the edges', () => {
    const view = zoomed(whole, whole, size, 4, 300, 135);
    const moved = panned(view, whole, size, 60, 0);
    expect(moved.left).toBeCloseTo(view.left - view.width / 10);
    expect(panned(view, whole, size, 1e6, 1e6)).toMatchObject({ left: 0, top: 0 });
    expect(isInside(panned(view, whole, size, -1e6, -1e6))).toBe(true);
    expect(sameView(panned(whole, whole, size, 50, 50), whole)).toBe(true);
  });

  it('stays itself where there is less to see than room', () => {
    const tiny = wholeView(uneven);
    expect(zoomed(tiny, tiny, size, 3, 0, 0)).toEqual(tiny);
    expect(zoomed(tiny, tiny, { width: 0, height: 0 }, 3, 0, 0).width).toBeGreaterThan(0);
  });

  it('shows a neuron in the middle, or as near to it as the edge allows', () => {
    const view = viewOf({ layer: 12, neuron: 700 }, layout, size);
    expect(neuronAtPoint(300, 135, view, size, layout)).toEqual({ layer: 12, neuron: 700 });
    const corner = viewOf({ layer: 29, neuron: 0 }, layout, size);
    expect(corner).toMatchObject({ left: 0, top: 0 });
    expect(neuronAtPoint(0, 0, corner, size, layout)).toEqual({ layer: 29, neuron: 0 });
  });
});

describe('places on the neuron map', () => {
  it('has the last layer on top, and nothing right of a narrow layer', () => {
    const view = wholeView(uneven);
    const plot = { width: 100, height: 30 };
    expect(neuronAtPoint(69, 5, view, plot, uneven)).toEqual({ layer: 2, neuron: 6 });
    expect(neuronAtPoint(71, 5, view, plot, uneven)).toBeUndefined();
    expect(neuronAtPoint(39, 29, view, plot, uneven)).toEqual({ layer: 0, neuron: 3 });
    expect(neuronAtPoint(100, 5, view, plot, uneven)).toBeUndefined();
    expect(neuronAtPoint(Number.NaN, 5, view, plot, uneven)).toBeUndefined();
    expect([neuronX(5, view, plot), rowY(1, 3, view, plot)]).toEqual([50, 10]);
  });

  it('brushes from any corner, and clips to the map', () => {
    const view = wholeView(uneven);
    const plot = { width: 100, height: 30 };
    const box = { layers: [1, 2], neurons: [3, 8] } as const;
    expect(boxBetween([35, 2], [85, 19], view, plot, uneven)).toEqual(box);
    expect(boxBetween([85, 19], [35, 2], view, plot, uneven)).toEqual(box);
    expect(boxBetween([-50, -50], [500, 500], view, plot, uneven)).toEqual({
      layers: [0, 2],
      neurons: [0, 9],
    });
    expect(neuronsIn(box, uneven)).toHaveLength(6 + 4);
    expect(neuronsIn({ layers: [0, 0], neurons: [8, 9] }, uneven)).toEqual([]);
  });

  it('numbers layers as there is room', () => {
    expect(layerTicks(30, { top: 0, height: 30 }, 270)).toEqual([0, 5, 10, 15, 20, 25]);
    expect(layerTicks(30, { top: 2, height: 6 }, 270)).toEqual([22, 23, 24, 25, 26, 27]);
    expect(layerTicks(0, { top: 0, height: 0 }, 180)).toEqual([]);
  });
});

describe('keys on the neuron map', () => {
  it('zoom, move, show all', () => {
    const closer = viewAfterKey('+', whole, layout, size)!;
    expect(zoomOf(closer, whole)).toBeCloseTo(1.6);
    expect(viewAfterKey('ArrowRight', closer, layout, size)!.left).toBeGreaterThan(closer.left);
    expect(sameView(viewAfterKey('-', closer, layout, size)!, whole)).toBe(true);
    expect(viewAfterKey('0', closer, layout, size)).toEqual(whole);
    expect(viewAfterKey('a', whole, layout, size)).toBeUndefined();
  });

  it('point at neighbours and keep them in view', () => {
    const view = viewOf({ layer: 12, neuron: 700 }, layout, size);
    expect(neuronAfterKey('ArrowUp', { layer: 12, neuron: 700 }, view, layout, size)).toEqual({
      layer: 13,
      neuron: 700,
    });
    expect(neuronAfterKey('ArrowLeft', { layer: 0, neuron: 0 }, view, layout, size)).toEqual({
      layer: 0,
      neuron: 0,
    });
    expect(neuronAfterKey('x', undefined, view, layout, size)).toBeUndefined();
    const next = viewWith({ layer: 20, neuron: 900 }, view, layout, size);
    const x = neuronX(900, next, size);
    expect(x >= -1e-6 && x + size.width / next.width <= size.width + 1e-6).toBe(true);
    expect(sameView(viewWith({ layer: 12, neuron: 700 }, view, layout, size), view)).toBe(true);
  });
});

describe('levels of detail', () => {
  it('keeps the strongest of what a cell stands for', () => {
    const values = Float32Array.from({ length: 21 }, (_, i) => (i % 3 === 0 ? -i : i));
    const pyramid = createPyramid(values, uneven);
    expect(pyramid.level(1).values).toBe(values);
    const half = pyramid.level(1.5);
    expect(half.columns).toEqual([2, 5, 4]);
    expect(half.span).toEqual([2, 2, 2]);
    expect([...half.values.subarray(0, 2)]).toEqual([1, -3]);
    // An odd column out stands for itself.
    expect(half.values.at(-1)).toBe(20);
    expect([...pyramid.level(1000).values]).toEqual([-3, 13, 20]);
  });

  it('lets no NaN disappear', () => {
    const values = new Float32Array(21);
    values[12] = Number.NaN;
    expect([...createPyramid(values, uneven).level(16).values]).toEqual([0, Number.NaN, 0]);
  });

  it('knows how many neurons a bin of the overview stands for', () => {
    expect(overviewCells(new Float32Array(6), 2, uneven)).toMatchObject({
      offsets: [0, 2, 4],
      columns: [2, 2, 2],
      span: [2, 5, 3.5],
    });
  });

  it('takes steered minus unsteered, NaN where one is missing', () => {
    expect([...difference(Float32Array.of(1, 2, 3), Float32Array.of(3, 2))]).toEqual([-2, 0, Number.NaN]);
  });

  it('finds the strongest neuron of a bin', () => {
    const values = new Float32Array(46080);
    values[3 * 1536 + 5] = 2;
    expect(strongestIn({ layer: 3, neuron: 2 }, layout, 256, values)).toEqual({ layer: 3, neuron: 5 });
    expect(strongestIn({ layer: 3, neuron: 2 }, layout, 256, undefined)).toEqual({ layer: 3, neuron: 2 });
  });
});

describe('the diverging scale', () => {
  it.each(['light', 'dark'] as const)('%s: zero is the paper, either side equally strong', (theme) => {
    const colours = differenceColours(theme);
    expect(colours).toHaveLength(257);
    expect(differencePixels(theme)[128]).toBe(rampPixels(theme)[0]);
    for (let i = 1; i <= 128; i++) {
      const [less, more] = [colours[128 - i]!, colours[128 + i]!];
      expect(Math.abs(less[0] - more[0])).toBeLessThan(0.06);
      if (i > 20) expect(distance(less, more)).toBeGreaterThan(0.05);
    }
    for (const channel of colours.flatMap((colour) => oklabToLinear(colour))) {
      expect(channel).toBeGreaterThan(-0.03);
      expect(channel).toBeLessThan(1.03);
    }
  });

  it('puts differences and factors in place', () => {
    const signed = { max: 2, signed: true };
    expect([-9, -2, -1, 0, 1, 2, 9, Number.NaN].map((v) => colourIndex(v, signed))).toEqual([
      0, 0, 64, 128, 192, 256, 256, 128,
    ]);
    expect(colourIndex(1, { max: 0, signed: true })).toBe(128);
    expect([4, 5, 7, 9].map((v) => colourIndex(v, { min: 5, max: 9 }))).toEqual([0, 0, 128, 255]);
    expect([-1, 0, 0.5, 1, 2, 3, 5].map(factorShare)).toEqual([-1, -1, -0.5, 0, 0.5, 1, 1]);
  });

  it.each(['light', 'dark'] as const)('%s: text on any colour can be read', (theme) => {
    for (const pixel of [...rampPixels(theme), ...differencePixels(theme)]) {
      const ink = readableOn(pixel) === '#fff' ? 0xffffffff : 0xff000000;
      expect(contrast(pixel, ink)).toBeGreaterThan(4.5);
    }
  });
});
