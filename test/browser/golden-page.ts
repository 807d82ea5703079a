import type { ColourScale } from '../../app/charts/colour-scale.ts';
import { layoutColumns } from '../../app/charts/columns.ts';
import { divergenceMaximum, paintDivergence } from '../../app/charts/divergence.ts';
import { paintLayerMap, paintProfile } from '../../app/charts/layers.ts';
import { createPyramid, difference, overviewCells } from '../../app/charts/map-cells.ts';
import { type MapView, viewOf, wholeView } from '../../app/charts/map-view.ts';
import { type NeuronMapPicture, paintNeuronMap } from '../../app/charts/neuron-map.ts';
import { createPixelBuffer } from '../../app/charts/paint.ts';
import type { Palette } from '../../app/charts/palette.ts';
import { differencePixels, rampPixels, type Theme } from '../../app/charts/ramp.ts';
import { cellState, mapHeight } from '../../app/charts/token-grid.ts';
import { paintTokenMap } from '../../app/charts/token-map.ts';

const inks = {
  light: ['#fcfdfe', '#14181f', '#55595f', '#dcdfe3', '#82868c', '#d1480a'],
  dark: ['#0f1318', '#e8ebf0', '#9ca2aa', '#2c3138', '#6b7077', '#f0903c'],
} as const;

function paletteOf(theme: Theme): Palette {
  const [paper, ink, muted, line, edge, accent] = inks[theme];
  return {
    theme,
    paper,
    ink,
    muted,
    line,
    edge,
    accent,
    ramp: rampPixels(theme),
    difference: differencePixels(theme),
  };
}

type Draw = (context: CanvasRenderingContext2D, palette: Palette) => void;
interface Picture {
  readonly width: number;
  readonly height: number;
  readonly draw: Draw;
}

/** A fixed, smooth field in [0, 1], mostly low. */
function field(i: number, j: number): number {
  return Math.max(0, Math.sin(i / 37) * Math.cos(j / 2.3 + i / 190)) ** 3;
}

function layoutOf(layers: number, width: number) {
  return {
    widths: new Array<number>(layers).fill(width),
    offsets: Array.from({ length: layers }, (_, layer) => layer * width),
    total: layers * width,
  };
}

const small = layoutOf(30, 1536);
const large = layoutOf(24, 8960);
const mapSize = { width: 420, height: 210 };

function allNeurons(layout: typeof small, value: (neuron: number, layer: number) => number): Float32Array {
  return Float32Array.from({ length: layout.total }, (_, i) => {
    const width = layout.widths[0]!;
    return value(i % width, Math.floor(i / width));
  });
}

function neuronMap(
  layout: typeof small,
  values: Float32Array,
  { view = wholeView(layout), scale = { max: 1 } }: { view?: MapView; scale?: ColourScale } = {},
  rest: Partial<NeuronMapPicture> = {},
): Picture {
  const cells = createPyramid(values, layout).level(view.width / mapSize.width);
  const picture = { layout, view, cells, scale, marks: [], ...rest };
  return {
    ...mapSize,
    draw: (context, palette) => paintNeuronMap(context, mapSize, picture, palette, createPixelBuffer()),
  };
}

function overview(values: (bin: number, layer: number) => number): Picture {
  const bins = 256;
  const flat = Float32Array.from({ length: 30 * bins }, (_, i) => values(i % bins, Math.floor(i / bins)));
  return neuronMap(small, flat, {}, { cells: overviewCells(flat, bins, small) });
}

function tokenMap(tokens: number, value: (neuron: number, lane: number, token: number) => number): Picture {
  const rows = { lanes: 3, rowHeight: 7 };
  const neurons = 5;
  const width = 420;
  const values = new Float32Array(neurons * 3 * tokens);
  for (let row = 0; row < neurons * 3; row++) {
    for (let token = 0; token < tokens; token++) {
      values[row * tokens + token] = value(Math.floor(row / 3), row % 3, token);
    }
  }
  const state = new Uint8Array(values.length).fill(cellState.read);
  const columns = layoutColumns(new Array<number>(tokens).fill(Math.min(40, width / tokens)));
  const picture = {
    cells: { neurons, columns: tokens, values, state },
    columns,
    first: 0,
    origin: 0,
    rows,
    scale: { max: 1 },
  };
  const size = { width, height: mapHeight(neurons, rows) };
  return {
    ...size,
    draw: (context, palette) => paintTokenMap(context, size, picture, palette, createPixelBuffer()),
  };
}

function layerMap(tokens: number, value: (layer: number, token: number) => number): Picture {
  const size = { width: 260, height: 210 };
  const profiles = Array.from({ length: tokens }, (_, token) =>
    Float32Array.from({ length: 30 }, (_, layer) => value(layer, token)),
  );
  const picture = {
    layers: 30,
    profiles,
    staleFrom: tokens > 40 ? tokens - 20 : Infinity,
    scale: { max: 1 },
    view: { top: 0, height: 30 },
    marked: Math.floor(tokens / 2),
    answerStart: Math.floor(tokens / 4),
  };
  return {
    ...size,
    draw: (context, palette) => paintLayerMap(context, size, picture, palette, createPixelBuffer()),
  };
}

function divergence(tokens: number, value: (lane: number, token: number) => number): Picture {
  const size = { width: 420, height: 48 };
  const lanes = [2, 1].map((lane) => ({
    lane,
    values: Float32Array.from({ length: tokens }, (_, token) => value(lane, token)),
  }));
  const columns = layoutColumns(new Array<number>(tokens).fill(Math.min(40, 380 / tokens)));
  const max = divergenceMaximum(lanes.map(({ values }) => values));
  return {
    ...size,
    draw: (context, palette) => paintDivergence(context, size, { lanes, columns, origin: 0, max }, palette),
  };
}

const profileSize = { width: 200, height: 210 };
const smallValues = allNeurons(small, field);
const largeValues = allNeurons(large, field);
const marks = [
  { layer: 14, neuron: 58, kind: 'member' },
  { layer: 16, neuron: 56, kind: 'control' },
  { layer: 12, neuron: 60, kind: 'watched' },
  { layer: 11, neuron: 62, kind: 'chosen' },
  { layer: 3, neuron: 900, kind: 'member' },
  { layer: 4, neuron: 910, kind: 'pointed' },
] as const;

const pictures: Readonly<Record<string, Picture>> = {
  'neurons-all-zero': overview(() => 0),
  'neurons-all-equal': overview(() => 0.25),
  'neurons-nan': overview((bin, layer) =>
    bin > 100 && bin < 140 && layer > 9 ? Number.NaN : field(bin * 6, layer),
  ),
  'neurons-overview': overview((bin, layer) => field(bin * 6, layer)),
  'neurons-24x8960': neuronMap(large, largeValues),
  'neurons-24x8960-closest': neuronMap(large, largeValues, {
    view: viewOf({ layer: 8, neuron: 8874 }, large, mapSize),
  }),
  'neurons-marks': neuronMap(small, smallValues, {}, { marks }),
  'neurons-closest': neuronMap(
    small,
    smallValues,
    { view: viewOf({ layer: 14, neuron: 58 }, small, mapSize) },
    { marks, box: { layers: [13, 14], neurons: [57, 60] } },
  ),
  'neurons-difference': neuronMap(
    small,
    difference(
      smallValues,
      allNeurons(small, (neuron, layer) => field(neuron + 60, layer)),
    ),
    { scale: { max: 1, signed: true } },
  ),
  'neurons-factors': neuronMap(
    small,
    smallValues,
    {},
    {
      cells: undefined,
      factors: [0, 0.5, 1.5, 3, 5].map((factor, i) => ({ layer: 5 * i + 2, neuron: 250 * i + 100, factor })),
    },
  ),
  'neurons-narrow-layers': neuronMap(
    { widths: [100, 1536, 700], offsets: [0, 100, 1636], total: 2336 },
    Float32Array.from({ length: 2336 }, (_, i) => field(i, 1)),
  ),
  'tokens-one': tokenMap(1, (neuron, lane) => (neuron + lane) / 6),
  'tokens-500': tokenMap(500, (neuron, lane, token) => field(token * 3 + lane * 20, neuron)),
  'tokens-all-zero': tokenMap(20, () => 0),
  'tokens-nan': tokenMap(20, (neuron, lane, token) =>
    token % 7 === 3 ? Number.NaN : field(token * 20, neuron + lane),
  ),
  'layers-one': layerMap(1, (layer) => layer / 30),
  'layers-500': layerMap(500, (layer, token) => field(token * 2, layer)),
  'layers-nan': layerMap(20, (layer, token) => (token === 5 ? Number.NaN : layer / 30)),
  'layers-all-zero': layerMap(20, () => 0),
  'profile-of-a-token': {
    ...profileSize,
    draw: (context, palette) => {
      const lanes = [0, 1, 2].map((lane) =>
        Float32Array.from({ length: 30 }, (_, layer) =>
          layer === 4 ? Number.NaN : 1 + Math.sin(layer / 4 + lane),
        ),
      );
      paintProfile(context, profileSize, lanes, 2, { top: 0, height: 30 }, palette);
    },
  },
  'divergence-none': divergence(20, () => 0),
  'divergence-500': divergence(500, (lane, token) =>
    lane === 1 ? field(token, 1) * 8 : token % 50 === 0 ? Number.NaN : 0.4,
  ),
  'divergence-one': divergence(1, (lane) => lane),
};

/** A picture as a PNG's bytes in base64, over the theme's paper. */
function render(name: string, theme: Theme): string {
  const picture = pictures[name];
  if (!picture) throw new Error(`there is no picture ${name}`);
  const canvas = document.createElement('canvas');
  canvas.width = picture.width;
  canvas.height = picture.height;
  const context = canvas.getContext('2d')!;
  const palette = paletteOf(theme);
  context.fillStyle = palette.paper;
  context.fillRect(0, 0, picture.width, picture.height);
  picture.draw(context, palette);
  return canvas.toDataURL('image/png').slice('data:image/png;base64,'.length);
}

export const golden = { names: Object.keys(pictures), render };
declare global {
  interface Window {
    golden: typeof golden;
  }
}
window.golden = golden;
