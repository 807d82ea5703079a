import { describe, expect, it } from 'vitest';
import { type DoseCurve, drawDoses, extent, spreadLabels } from '../../../app/charts/dose-response.ts';
import type { Mark, Picture } from '../../../app/charts/marks.ts';
import { drawStacked } from '../../../app/charts/stacked.ts';
import { drawStrip } from '../../../app/charts/strip.ts';
import { changeText, levelText } from '../../../app/impact/effect-words.ts';
import { itemRows } from '../../../app/impact/item-rows.ts';
import { openItem } from '../../../app/impact/open-item.ts';
import { curvesCsv, recordsJsonl } from '../../../app/impact/report-files.ts';
import { named } from '../../../app/impact/suite-words.ts';
import { membersKey, parseFactors, shortened, versions } from '../../../app/impact/sweep-choice.ts';
import { isCompliance } from '../../../src/datasets/suites/suite.ts';
import { type FreeLabel, parseLabels } from '../../../src/studies/impact/labels.ts';
import { impactReport } from '../../../src/studies/impact/report.ts';
import type { ImpactManifest } from '../../../src/studies/impact/run.ts';
import type { ImpactRecord, MarginRecord } from '../../../src/studies/impact/score-item.ts';
import { readySession, settle, tinyModel } from '../../support/fake-engine.ts';
import { tinySuites } from '../../support/tiny-suites.ts';

const alphas = [0, 1, 3];
const curve = (kind: DoseCurve['kind'], values: readonly number[], half = 0): DoseCurve => ({
  name: kind,
  kind,
  points: values.map((value) => ({ value, low: value - half, high: value + half })),
});
const percent = (value: number) => `${100 * value} %`;
const texts = ({ marks }: Picture) => marks.flatMap((mark) => (mark.kind === 'text' ? [mark] : []));
const ofTone = ({ marks }: Picture, kind: Mark['kind'], tone: string) =>
  marks.filter((mark) => mark.kind === kind && mark.tone === tone);

describe('the dose-response chart', () => {
  const curves = [
    curve('set', [0.2, 0.4, 0.9], 0.05),
    curve('control', [0.4, 0.4, 0.3]),
    curve('control', [0.4, 0.4, 0.5]),
  ];
  const picture = drawDoses({ alphas, curves, title: 'share', format: percent, within: [0, 1] }, 600);

  it('has the set with its band over the cloud, names at the ends, and the untouched model', () => {
    expect(ofTone(picture, 'area', 'accent-wash')).toHaveLength(1);
    expect(ofTone(picture, 'dot', 'accent')).toHaveLength(3);
    const said = texts(picture).map(({ text }) => text);
    expect(said).toEqual(
      expect.arrayContaining(['set', '2 random sets', 'untouched', 'share', '0', '1', '3']),
    );
    const order = picture.marks.map(({ kind, tone }) => `${kind} ${tone}`);
    expect(order.lastIndexOf('path edge')).toBeGreaterThan(-1);
    expect(order.indexOf('area accent-wash')).toBeGreaterThan(order.indexOf('path edge'));
    const untouched = texts(picture).find(({ text }) => text === 'untouched')!;
    const one = texts(picture).find(({ text }) => text === '1')!;
    expect(untouched.x - one.x).toBeCloseTo(4, 5);
  });

  it('fits its width, and goes up with the value', () => {
    for (const width of [280, 390, 900]) {
      const drawn = drawDoses({ alphas, curves, title: 'share', format: percent }, width);
      expect(drawn.width).toBe(width);
      for (const { x, text } of texts(drawn)) expect(x, text).toBeLessThan(width);
      const [a, b, c] = ofTone(drawn, 'dot', 'accent').map((mark) => mark.kind === 'dot' && mark.y);
      expect(Number(a)).toBeGreaterThan(Number(b));
      expect(Number(b)).toBeGreaterThan(Number(c));
    }
  });

  it('shows no less than a span, within its range', () => {
    const flat = [curve('set', [0.02, 0.02, 0.02])];
    expect(extent({ curves: flat, within: [0, 1], span: 0.2 })).toEqual([0, 0.2]);
    expect(extent({ curves: [curve('set', [1, 1, 1])], within: [0, 1], span: 0.2 })).toEqual([0.8, 1]);
    expect(extent({ curves: [curve('set', [0, 2, 4], 1)] })).toEqual([-1, 5]);
  });

  it('keeps labels apart and within the plot', () => {
    expect(spreadLabels([50, 20], 0, 100)).toEqual([50, 20]);
    const [a, b, c] = spreadLabels([99, 98, 100], 0, 100);
    expect([b!, a!, c!].every((y, i, all) => i === 0 || y - all[i - 1]! >= 13)).toBe(true);
    expect(c).toBe(100);
  });
});

describe('the strip of items', () => {
  it('has a dot a value, and means where they are', () => {
    const rows = [
      { name: 'set', own: true, values: [0.5, 0.5, 1.5, -0.5] },
      { name: 'others', own: false, values: [0, 0.1] },
    ];
    const picture = drawStrip(rows, 'change', 500);
    expect(ofTone(picture, 'dot', 'accent')).toHaveLength(4);
    expect(ofTone(picture, 'dot', 'muted')).toHaveLength(2);
    expect(ofTone(picture, 'path', 'ink')).toHaveLength(2);
    const places = ofTone(picture, 'dot', 'accent').map(
      (mark) => mark.kind === 'dot' && `${mark.x} ${mark.y}`,
    );
    expect(new Set(places).size).toBe(4);
  });
});

describe('the stacked bars', () => {
  const parts = [
    { name: 'yes', tone: 'accent' },
    { name: 'no', tone: 'muted' },
    { name: 'never', tone: 'edge' },
  ] as const;
  const rows = [
    { name: '0', counts: [1, 3, 0] },
    { name: '3', counts: [2, 0, 0] },
  ];

  it.each([300, 700])('are as long as their shares, and name what occurs, at a width of %i', (width) => {
    const picture = drawStacked({ parts, rows, title: 'factor' }, width);
    const bars = picture.marks.flatMap((mark) => (mark.kind === 'box' && mark.height > 12 ? [mark] : []));
    expect(bars.map(({ tone }) => tone)).toEqual(['accent', 'muted', 'accent']);
    expect((bars[1]!.width + 1) / (bars[0]!.width + 1)).toBeCloseTo(3, 2);
    expect(bars[2]!.width).toBeCloseTo(bars[0]!.width + 1 + bars[1]!.width, 0);
    for (const { x, width: length } of bars) expect(x + length).toBeLessThanOrEqual(width);
    const said = texts(picture).map(({ text }) => text);
    expect(said).toEqual(['yes', 'no', 'factor', '0', '1', '3', '3', '2']);
  });
});

describe('the fields of a sweep', () => {
  it('take factors in any order, and say what is wrong', () => {
    expect(parseFactors('3, 0 1;0.5, 1')).toEqual([0, 0.5, 1, 3]);
    expect(parseFactors('0, x')).toMatch(/"x" is no number/);
    expect(parseFactors('0, 2, 3')).toMatch(/1 among them/);
    expect(parseFactors('0, 1, 4')).toMatch(/from 0 to 3/);
  });

  it('count the untouched model once, shorten suites and keep their names apart', () => {
    const [one, other] = [[{ layer: 1, neuron: 2 }], [{ layer: 0, neuron: 7 }]];
    expect(versions([0, 1, 3], [{ members: one }, { members: other }, { members: [...one] }], 2)).toBe(9);
    const [suite] = tinySuites(3);
    expect(shortened(suite!, 2).items).toHaveLength(2);
    expect(named(suite!, [suite!, { ...suite!, name: 'Premises 2' }]).name).toBe('Premises 3');
    const a = { layer: 1, neuron: 2 };
    const b = { layer: 0, neuron: 7 };
    expect(membersKey([a, b])).toBe(membersKey([b, a]));
  });

  it('write shares in points and margins in nats, with a real minus', () => {
    const change = { value: -0.0512, low: -0.1, high: 0.0004 };
    expect(changeText('rate', change)).toBe('−5.1 (−10.0 to 0.0)');
    expect(changeText('margin', change)).toBe('−0.051 (−0.100 to 0.000)');
    expect(levelText('rate', { value: 0.5, low: 0.4, high: 0.6 })).toBe('50 % (40 to 60)');
  });
});

const members = [{ layer: 0, neuron: 3 }];
const manifest: ImpactManifest = {
  format: 'h-neuron-impact',
  version: 1,
  model: { name: 'tiny', fingerprint: tinyModel.fingerprint, precision: 'float32', device: 'wasm' },
  plan: {
    alphas,
    sets: [
      { name: 'set', kind: 'set', members },
      { name: 'control 1', kind: 'control', members: [{ layer: 0, neuron: 9 }] },
    ],
  },
  suites: [{ name: 'Premises', kind: 'false-premise', items: 3, hash: '1' }],
};
const record = (id: string, own: readonly number[]): MarginRecord => ({
  type: 'margin',
  suite: 'Premises',
  id,
  raw: [own, own],
  normalised: [own, [0.1, 0.1, 0.2]],
});
const records = [record('p0', [-1, -1, -2]), record('p1', [-0.5, 0.5, 2.5]), record('p2', [-1, -0.1, 0.1])];

describe('the items of a sweep', () => {
  it('come with their effects, those that turn round first', () => {
    const [suite] = tinySuites(3);
    const rows = itemRows(manifest, suite!, records);
    expect(rows.map(({ item, effect, flips }) => [item.id, effect, flips])).toEqual([
      ['p1', 3, [0]],
      ['p2', 1.1, [3]],
      ['p0', -1, []],
    ]);
    expect(rows[0]!.controlEffect).toBeCloseTo(0.1, 10);
    expect(itemRows(manifest, tinySuites(3)[1]!, records)).toEqual([]);
  });

  it('are saved as the terminal’s records and as a table', async () => {
    const labels = [
      { type: 'label', suite: 'Premises', id: 'p0', text: 'Yes.', label: 'along' },
    ] as const satisfies readonly FreeLabel[];
    const saved = recordsJsonl(records, labels);
    const lines = saved.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as ImpactRecord)).toEqual([...records, ...labels]);
    expect(parseLabels(saved)).toEqual(labels);
    const csv = curvesCsv(await impactReport(manifest, records, { seed: 1 }));
    const rows = csv.trimEnd().split('\r\n');
    expect(rows).toHaveLength(1 + 2 * alphas.length * 3);
    expect(rows[0]).toBe('suite,items,set,kind,factor,measure,value,low,high');
    const answer = { text: 'No.', verdict: 'against', tokens: 2 } as const;
    const answers = manifest.plan.sets.map(() => alphas.map(() => answer));
    const free: ImpactRecord = { type: 'free', suite: 'Premises', id: 'p0', answers };
    const more = curvesCsv(await impactReport(manifest, [...records, free], { seed: 1 }));
    expect(more.trimEnd().split('\r\n').slice(rows.length)).toHaveLength(2 * alphas.length * 2);
    expect(more).toMatch(/Premises,1,control 1,control,3,tokens of free answers,2,2,2\r\n$/);
    expect(rows[1]).toMatch(/^Premises,3,set,set,0,rate,0,0,0$/);
  });

  it('open in the explorer with nothing else turned', async () => {
    const { session, asked } = await readySession();
    const [suite] = tinySuites(1);
    if (!suite || !isCompliance(suite)) throw new Error('no suite');
    session.setFactor(2);
    expect(openItem(session, manifest, suite.items[0]!, 3)).toBeUndefined();
    await settle();
    const { groups } = session.stores.steering.getState();
    expect(groups[0]).toMatchObject({ name: 'set', factor: 3, on: true });
    expect(groups.slice(1).every(({ factor }) => factor === 1)).toBe(true);
    expect(session.stores.prompt.getState()).toMatchObject({ question: 'q 0', turns: [], system: '' });
    expect(asked.at(-1)!.input.prompt).toMatchObject({ turns: [{ role: 'user', content: 'q 0' }] });
    expect(openItem(session, manifest, suite.items[0]!, 0)).toBeUndefined();
    expect(session.stores.steering.getState().groups).toHaveLength(groups.length);
    const other = { ...manifest, model: { ...manifest.model, fingerprint: 'other' } };
    expect(openItem(session, other, suite.items[0]!, 1)).toMatch(/load that model/);
  });
});
