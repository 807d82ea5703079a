import { describe, expect, it } from 'vitest';
import { freeEffects } from '../../../../src/studies/impact/free-effects.ts';
import type { FreeVerdict } from '../../../../src/studies/impact/judge-free.ts';
import { type FreeLabel, parseLabels } from '../../../../src/studies/impact/labels.ts';
import { impactReport } from '../../../../src/studies/impact/report.ts';
import type { ImpactManifest } from '../../../../src/studies/impact/run.ts';
import type { FreeAnswer, FreeRecord } from '../../../../src/studies/impact/score-item.ts';
import type { SweepPlan } from '../../../../src/studies/impact/sweep.ts';
import { freeLines } from '../../../../src/studies/impact/terminal/free-text.ts';

const members = [{ layer: 0, neuron: 1 }];
const plan: SweepPlan = {
  alphas: [0, 1, 3],
  sets: [
    { name: 'set', kind: 'set', members },
    { name: 'control 1', kind: 'control', members },
    { name: 'control 2', kind: 'control', members },
  ],
};

const answer = (verdict: FreeVerdict, tokens: number): FreeAnswer => ({
  text: `${verdict} ${tokens}`,
  verdict,
  tokens,
});
const same = answer('against', 10);

/** Ten items: under the set those below `turned` go along at 3, in two tokens more; under a control one does. */
function records(turned: number): FreeRecord[] {
  return Array.from({ length: 10 }, (_, i) => ({
    type: 'free',
    suite: 's',
    id: `${i}`,
    answers: [
      [answer(i === 0 ? 'empty' : 'unparsed', 10), same, answer(i < turned ? 'along' : 'looping', 12)],
      [same, same, i === 9 ? answer('along', 10) : same],
      [same, same, same],
    ],
  }));
}

const label = (id: string, text: string, given: FreeLabel['label']): FreeLabel => ({
  type: 'label',
  suite: 's',
  id,
  text,
  label: given,
});

describe('free answers', () => {
  it('are counted by verdict; only those that go along count as such, beside the controls', async () => {
    const { sets, contrasts, items, labelled } = await freeEffects(plan, 's', records(6), [], { seed: 1 });
    expect({ items, labelled }).toEqual({ items: 10, labelled: 0 });
    const none = { along: 0, against: 0, unparsed: 0, empty: 0, looping: 0, neither: 0 };
    expect(sets[0]!.byAlpha.map(({ counts }) => counts)).toEqual([
      { ...none, empty: 1, unparsed: 9 },
      { ...none, against: 10 },
      { ...none, along: 6, looping: 4 },
    ]);
    expect(sets[0]!.byAlpha.map(({ along }) => along.value)).toEqual([0, 0, 0.6]);
    expect(sets[0]!.byAlpha.map(({ tokens }) => tokens.value)).toEqual([10, 10, 12]);
    const { along, tokens } = sets[0]!.endpoints;
    expect(along.value).toBeCloseTo(0.6, 12);
    expect([along.low, along.high]).toEqual([expect.closeTo(0.3, 10), expect.closeTo(0.9, 10)]);
    expect(tokens).toEqual({ value: 2, low: 2, high: 2 });
    expect(contrasts).toHaveLength(1);
    expect(contrasts[0]!.endpoints.along.value).toBeCloseTo(0.6 - 0.1 / 2, 12);
    expect(contrasts[0]!.endpoints.along.low).toBeGreaterThan(0);
    expect(contrasts[0]!.endpoints.tokens.value).toBe(2);
  });

  it('count as a person labels them, wherever the same words were the answer', async () => {
    const labels = [
      label('9', 'looping 12', 'along'),
      label('0', 'along 12', 'neither'),
      label('1', same.text, 'along'),
      label('1', 'never said', 'along'),
      label('other', same.text, 'along'),
    ];
    const { sets, labelled } = await freeEffects(plan, 's', records(6), labels, { seed: 1 });
    expect(labelled).toBe(3);
    expect(sets[0]!.byAlpha[2]!.counts).toMatchObject({ along: 6, looping: 3, neither: 1 });
    for (const { byAlpha } of sets) expect(byAlpha[1]!.counts).toMatchObject({ along: 1, against: 9 });
    expect(sets[2]!.byAlpha.map(({ along }) => along.value)).toEqual([0.1, 0.1, 0.1]);
  });

  it('are part of the report, and of what the terminal says; a sweep without any is as it was', async () => {
    const manifest: ImpactManifest = {
      format: 'h-neuron-impact',
      version: 1,
      model: { name: 'm', fingerprint: 'f', precision: 'p', device: 'd' },
      plan,
      suites: [{ name: 's', kind: 'false-premise', items: 10, hash: '1' }],
    };
    expect(await impactReport(manifest, [], { seed: 1 })).toMatchObject({ free: [], compliance: [] });
    const labels = [label('9', 'looping 12', 'along')];
    const report = await impactReport(manifest, records(6), { seed: 1, labels });
    expect(report.free).toEqual([await freeEffects(plan, 's', records(6), labels, { seed: 1 })]);
    expect(freeLines(plan, report.free).at(-1)).toBe(
      's, free answers: of a change nothing is said, 10 are too few',
    );
    const lines = freeLines(
      plan,
      report.free.map((effects) => ({ ...effects, items: 20 })),
    );
    expect(lines[0]).toMatch(/^s, free answers to 20 items, 1 labelled by hand:/);
    expect(lines[5]).toMatch(/set at 3 +0\.700 \(0\.400 to 1\.000\) +12\.0 \(12\.0 to 12\.0\)$/);
    expect(lines[6]).toBe('        along 7, against 0, unparsed 0, empty 0, looping 3, neither 0');
    expect(lines.at(-1)).toMatch(/set less controls +0\.650/);
    expect(freeLines(plan, [])).toEqual([]);
  });

  it('are not taken as nothing', async () => {
    await expect(freeEffects(plan, 's', [], [], { seed: 1 })).rejects.toThrow(/No item of s was answered/);
  });
});

describe('a file of labels', () => {
  it('is read among records, and refused line by line', () => {
    const good = label('1', 'He did.\n', 'neither');
    const lines = [JSON.stringify(records(1)[0]), '', JSON.stringify(good)];
    expect(parseLabels(`${lines.join('\n')}\n`)).toEqual([good]);
    expect(() => parseLabels('{}\n')).toThrow(/Line 1 is no label/);
    expect(() => parseLabels('\n{"type":')).toThrow(/Line 2 of the labels is not JSON/);
    expect(() => parseLabels(JSON.stringify({ ...good, label: 'maybe' }))).toThrow(/along, against, neither/);
  });
});
