import { describe, expect, it } from 'vitest';
import {
  colourIndex,
  highOf,
  niceCeiling,
  paintPixels,
  robustMaximum,
} from '../../../app/charts/colour-scale.ts';
import { columnAt, drawnWindow, layoutColumns, visibleColumns } from '../../../app/charts/columns.ts';
import {
  binOfNeuron,
  cellAt,
  describeRange,
  formatCett,
  neuronsOfBin,
} from '../../../app/charts/neuron-grid.ts';
import { distance, oklabToLinear, toByte, toOklab } from '../../../app/charts/oklab.ts';
import { rampColours, rampPixels } from '../../../app/charts/ramp.ts';
import { cellState, mapHeight, paintTokenPixels, rowAt, rowTop } from '../../../app/charts/token-grid.ts';

describe('the sequential scale', () => {
  it('converts OKLab as published', () => {
    expect(oklabToLinear([1, 0, 0]).map(toByte)).toEqual([255, 255, 255]);
    // sRGB red and blue (Ottosson 2020).
    expect(oklabToLinear(toOklab([0.62796, 0.25768, 29.234])).map(toByte)).toEqual([255, 0, 0]);
    expect(oklabToLinear(toOklab([0.45201, 0.31321, 264.052])).map(toByte)).toEqual([0, 0, 255]);
  });

  it.each(['light', 'dark'] as const)(
    '%s: even steps, lightness one way, every colour on the screen',
    (theme) => {
      const colours = rampColours(theme);
      const steps = colours.slice(1).map((colour, i) => distance(colour, colours[i]!));
      const mean = steps.reduce((a, b) => a + b) / steps.length;
      expect(colours).toHaveLength(256);
      expect(Math.max(...steps) / mean).toBeLessThan(1.25);
      expect(Math.min(...steps) / mean).toBeGreaterThan(0.75);
      const sign = theme === 'light' ? -1 : 1;
      const rises = colours.slice(1).map((colour, i) => sign * (colour[0] - colours[i]![0]));
      expect(Math.min(...rises)).toBeGreaterThan(0);
      for (const channel of colours.flatMap((colour) => oklabToLinear(colour))) {
        expect(channel).toBeGreaterThan(-0.02);
        expect(channel).toBeLessThan(1.02);
      }
      expect(rampPixels(theme).every((pixel) => pixel >>> 24 === 255)).toBe(true);
    },
  );
});

describe('colour range', () => {
  it('rounds up to short decimals', () => {
    expect([0.0012, 0.02, 0.21, 1, 1.01, 7, 0, -1, Number.NaN, Infinity].map(niceCeiling)).toEqual([
      0.0015, 0.02, 0.25, 1, 1.5, 8, 0, 0, 0, 0,
    ]);
  });

  it('leaves the first position out, and what is not a number', () => {
    expect(
      robustMaximum(
        [
          [900, 1, 1, Number.NaN],
          [900, 2],
        ],
        1,
      ),
    ).toBe(2);
    expect(robustMaximum([[3]], 1)).toBe(3);
    expect(robustMaximum([[0, 0, 0]], 1)).toBe(0);
    expect(robustMaximum([[], []], 1)).toBe(0);
  });

  it('is not set by a single extreme cell, but knows a single active one', () => {
    const values = new Float32Array(7680).fill(0.05);
    values[16] = 40;
    expect(highOf(values)).toBeCloseTo(0.05);
    const single = new Float32Array(7680);
    single[1234] = 0.5;
    expect(highOf(single)).toBe(0.5);
    expect(highOf(Float32Array.of(Number.NaN, Number.NaN))).toBe(0);
    expect(highOf(new Float32Array(0))).toBe(0);
  });

  it('clamps to the table', () => {
    expect([0, 0.5, 1, 9, -1, Number.NaN].map((v) => colourIndex(v, { max: 1 }))).toEqual([
      0, 128, 255, 255, 0, 0,
    ]);
    expect(colourIndex(1, { max: 0 })).toBe(0);
  });
});

describe('painting cells', () => {
  const table = Uint32Array.from({ length: 256 }, (_, i) => 0xff000000 + i);

  it('leaves NaN transparent, tells range and gaps', () => {
    const pixels = new Uint32Array(4).fill(7);
    const painted = paintPixels(Float32Array.of(0, 1, Number.NaN, 0.5), { max: 1 }, table, pixels);
    expect([...pixels]).toEqual([table[0], table[255], 0, table[128]]);
    expect(painted).toEqual({ low: 0, high: 1, invalid: 1 });
  });

  it('knows all zero, all equal and nothing at all', () => {
    const pixels = new Uint32Array(4);
    expect(paintPixels(new Float32Array(4), { max: 0 }, table, pixels)).toMatchObject({ low: 0, high: 0 });
    expect(new Set(pixels)).toEqual(new Set([table[0]]));
    expect(paintPixels(new Float32Array(4).fill(2), { max: 2 }, table, pixels)).toMatchObject({
      low: 2,
      high: 2,
    });
    expect(paintPixels(new Float32Array(4).fill(Number.NaN), { max: 2 }, table, pixels)).toEqual({
      low: 0,
      high: 0,
      invalid: 4,
    });
  });

  it('24 layers by 8,960 neurons fit', () => {
    const values = new Float32Array(24 * 8960).fill(0.25);
    const pixels = new Uint32Array(values.length);
    paintPixels(values, { max: 1 }, table, pixels);
    expect(pixels.every((pixel) => pixel === table[64])).toBe(true);
  });

  it('groups the lanes of a neuron, faint where stale, clear where unread', () => {
    const cells = {
      neurons: 2,
      columns: 2,
      values: Float32Array.of(1, 1, 1, Number.NaN, 0, 0, 0.5, 0),
      state: Uint8Array.of(
        cellState.read,
        cellState.stale,
        cellState.missing,
        cellState.read,
        cellState.read,
        cellState.read,
        cellState.read,
        cellState.missing,
      ),
    };
    const pixels = new Uint32Array(12).fill(9);
    const painted = paintTokenPixels(cells, { lanes: 2, rowHeight: 5 }, { max: 1 }, table, pixels);
    expect(painted).toEqual({ low: 0, high: 1, invalid: 1 });
    expect([...pixels]).toEqual([
      table[255],
      0x59000000 + 255,
      0,
      0,
      0,
      0,
      table[0],
      table[0],
      table[128],
      0,
      0,
      0,
    ]);
  });
});

describe('columns of tokens', () => {
  const columns = layoutColumns([10, 30, 20]);

  it('finds the column at x', () => {
    expect([0, 9.9, 10, 39, 40, 59.9].map((x) => columnAt(columns, x))).toEqual([0, 0, 1, 1, 2, 2]);
    expect([-1, 60, Number.NaN].map((x) => columnAt(columns, x))).toEqual([undefined, undefined, undefined]);
    expect(columnAt(layoutColumns([]), 0)).toBeUndefined();
    expect(columnAt(layoutColumns([5]), 4)).toBe(0);
  });

  it('finds what is in view', () => {
    expect(visibleColumns(columns, 10, 40)).toEqual([1, 2]);
    expect(visibleColumns(columns, 5, 41)).toEqual([0, 3]);
    expect(visibleColumns(layoutColumns([]), 0, 100)).toEqual([0, 0]);
    const many = layoutColumns(new Array(500).fill(40));
    expect(visibleColumns(many, 4000, 5000)).toEqual([100, 125]);
  });

  it('draws from half a viewport before what is in view', () => {
    expect([0, 499, 500, 999, 1000].map((x) => drawnWindow(x, 1000))).toEqual([0, 0, 0, 0, 500]);
  });
});

describe('rows of the token map', () => {
  const rows = { lanes: 3, rowHeight: 7 };

  it('agrees with itself', () => {
    for (let neuron = 0; neuron < 5; neuron++) {
      for (let lane = 0; lane < 3; lane++) {
        expect(rowAt(rowTop(neuron, lane, rows) + 1, 5, rows)).toEqual({ neuron, lane });
      }
    }
    expect(rowAt(mapHeight(5, rows), 5, rows)).toBeUndefined();
    expect(rowAt(-1, 5, rows)).toBeUndefined();
    expect(rowAt(0, 5, rows)).toEqual({ neuron: 0, lane: 0 });
    expect(rowAt(27.9, 5, rows)).toEqual({ neuron: 0, lane: 2 });
  });
});

describe('the neuron map', () => {
  it.each([
    [1536, 256],
    [2048, 256],
    [8960, 256],
    [100, 100],
    [100, 30],
  ])('%i neurons in %i bins: every neuron lies in its bin', (width, bins) => {
    const layout = { widths: [width], offsets: [0], total: width };
    for (let neuron = 0; neuron < width; neuron++) {
      const { start, end } = neuronsOfBin(layout, bins, 0, binOfNeuron(layout, bins, { layer: 0, neuron }));
      expect(neuron >= start && neuron < end).toBe(true);
    }
  });

  it('has the first layer at the bottom', () => {
    const size = { width: 512, height: 300 };
    expect(cellAt(0, 299, size, 30, 256)).toEqual({ layer: 0, bin: 0 });
    expect(cellAt(511, 0, size, 30, 256)).toEqual({ layer: 29, bin: 255 });
    expect(cellAt(512, 0, size, 30, 256)).toBeUndefined();
    expect(cellAt(0, 0, size, 0, 0)).toBeUndefined();
  });

  it('says ranges and values plainly', () => {
    expect(describeRange({ layer: 12, start: 258, end: 264 })).toBe('layer 12, neurons 258 to 263');
    expect(describeRange({ layer: 0, start: 3, end: 4 })).toBe('layer 0, neuron 3');
    expect([0, 0.03125, 1.23456, 0.00012, Number.NaN, undefined].map(formatCett)).toEqual([
      '0',
      '0.0313',
      '1.23',
      '1.2e-4',
      'not a number',
      'not read',
    ]);
  });
});
