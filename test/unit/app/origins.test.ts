import { describe, expect, it } from 'vitest';
import { drawDrift, drawLayerDrift, driftRange } from '../../../app/charts/drift.ts';
import { layerTable, memberTable } from '../../../app/origins/drift-rows.ts';
import { createOrigins } from '../../../app/origins/state/origins.ts';
import { pageOf } from '../../../app/shell/page.ts';
import type { StudyClient } from '../../../app/studies/study.ts';
import { EngineError } from '../../../src/lib/errors.ts';
import type { OriginsIn } from '../../../src/studies/origins/handler.ts';
import type { OriginsReport } from '../../../src/studies/origins/report.ts';

const widths = [1500, 1500];
const scores = widths.map((width, layer) =>
  Array.from({ length: width }, (_, neuron) => (neuron === 7 ? 50 : Math.sin(neuron) + layer)),
);
const members = [
  { layer: 0, neuron: 3, score: scores[0]![3]! },
  { layer: 1, neuron: 900, score: -4 },
];

describe('the drift chart', () => {
  it('reaches over nearly all neurons and all of the set, and counts the others', () => {
    expect(driftRange(scores, members)).toMatchObject({ low: -4, beyond: 3 });
    expect(driftRange(scores, [{ layer: 0, neuron: 7, score: 50 }])).toMatchObject({ high: 50, beyond: 0 });
    expect(driftRange([[0, 0]], [])).toEqual({ low: -1, high: 1, beyond: 0 });
  });

  it('draws every neuron inside the plot, once where several fall together, and the set as discs', () => {
    const { marks, height } = drawDrift({ scores, members }, 600);
    const area = marks.find((mark) => mark.kind === 'area')!;
    const places = [...(area.kind === 'area' ? area.d : '').matchAll(/M([\d.]+),([\d.]+)h/g)].map(
      ([, x, y]) => [Number(x), Number(y)] as const,
    );
    expect(new Set(places.map(String)).size).toBe(places.length);
    expect(places.length).toBeGreaterThan(1000);
    expect(places.every(([x, y]) => x >= 38 && x <= 592 && y >= 24 && y < height - 34)).toBe(true);
    const dots = marks.filter((mark) => mark.kind === 'dot');
    expect(dots.map(({ tone }) => tone)).toEqual(['accent', 'accent']);
    // Layer 0 is left of layer 1; a lower score is further down.
    expect(dots[0]!.kind === 'dot' && dots[1]!.kind === 'dot' && dots[0]!.x < dots[1]!.x).toBe(true);
    expect(dots[0]!.kind === 'dot' && dots[1]!.kind === 'dot' && dots[0]!.y < dots[1]!.y).toBe(true);
  });

  it('has a disc for the layers of the set only', () => {
    const layers = [
      { layer: 0, mean: 0.2, memberMean: undefined },
      { layer: 1, mean: -0.2, memberMean: -1 },
    ];
    expect(drawLayerDrift(layers, 400).marks.filter(({ kind }) => kind === 'dot')).toHaveLength(1);
  });
});

describe('tables', () => {
  it('have the neurons that moved least first, with the modules that there are', () => {
    const rows = [
      { layer: 0, neuron: 5, score: 1, rank: 0.9, distances: { up: 0.2, down: 0.1 } },
      { layer: 1, neuron: 2, score: -1, rank: 0.123, distances: { up: 0.01, down: 0.02 } },
    ];
    const table = memberTable(rows, ['up', 'down']);
    expect(table.head).toHaveLength(5);
    expect(table.rows).toEqual([
      ['1:2', '-1.000', '12.3 %', '0.0100', '0.0200'],
      ['0:5', '1.000', '90.0 %', '0.200', '0.100'],
    ]);
    expect(layerTable([{ layer: 0, mean: 0.5, members: 0, memberMean: undefined }]).rows).toEqual([
      ['0', '0.500', '0', ''],
    ]);
  });
});

describe('the page', () => {
  it('has an address', () => {
    expect(pageOf('#origins')).toBe('origins');
  });

  it('forgets an older result when it compares again, and says what went wrong', async () => {
    const outcomes = [
      async () => ({ set: 'first' }) as OriginsReport,
      async () => {
        throw new EngineError('bad-input', 'No pair.');
      },
    ];
    const call = () => outcomes.shift()!();
    const origins = createOrigins({ call } as unknown as StudyClient);
    const job = () => origins.store.getState().comparing;
    await origins.compare({} as OriginsIn);
    expect(job()).toMatchObject({ status: 'done', result: { set: 'first' } });
    const again = origins.compare({} as OriginsIn);
    expect(job().result).toBeUndefined();
    await again;
    expect(job()).toMatchObject({ status: 'failed', error: 'No pair.', result: undefined });
  });
});
