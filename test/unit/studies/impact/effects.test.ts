import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../src/lib/math/random.ts';
import { neuronLayout } from '../../../../src/neurons/layout.ts';
import {
  type PerplexityEffect,
  perplexities,
  type SuiteEffects,
  suiteEffects,
} from '../../../../src/studies/impact/effects.ts';
import type { MarginRecord, PassageRecord } from '../../../../src/studies/impact/score-item.ts';
import {
  bySet,
  checkAlphas,
  comparedSets,
  type SweepPlan,
  slopeWeights,
  sweepLanes,
  sweepPlan,
} from '../../../../src/studies/impact/sweep.ts';
import { isTight } from '../../../../src/studies/impact/tight.ts';
import { verdictOf } from '../../../../src/studies/impact/verdict.ts';
import { effectSentence } from '../../../../src/studies/report-text/impact.ts';

const alphas = [0, 0.5, 1, 2, 3];
const members = [{ layer: 0, neuron: 1 }];
const plan: SweepPlan = {
  alphas,
  sets: [
    { name: 'set', kind: 'set', members },
    ...Array.from({ length: 8 }, (_, i) => ({ name: `control ${i + 1}`, kind: 'control' as const, members })),
  ],
};

/** Items whose margin rises by `rise` an alpha under the set, and by noise alone under the controls. */
function margins(count: number, rise: number): MarginRecord[] {
  const random = createRandom(7);
  return Array.from({ length: count }, (_, item) => {
    const base = 2 * random() - 1;
    const normalised = plan.sets.map(({ kind }) =>
      alphas.map((alpha) => base + (kind === 'set' ? rise * (alpha - 1) : 0) + 0.02 * (random() - 0.5)),
    );
    return {
      type: 'margin',
      suite: 's',
      id: `${item}`,
      normalised,
      raw: normalised.map((row) => row.map((x) => 5 * x)),
    };
  });
}

describe('the effects of a sweep', () => {
  it('are those that were put in, with intervals around them', async () => {
    const { sets, contrasts, items } = await suiteEffects(plan, 's', margins(120, 0.3), { seed: 1 });
    expect(items).toBe(120);
    expect(sets[0]!.slope.margin.value).toBeCloseTo(0.3, 2);
    expect(sets[0]!.slope.rawMargin.value).toBeCloseTo(1.5, 1);
    expect(sets[0]!.suppression.margin.value).toBeCloseTo(0.3, 1);
    expect(sets[0]!.amplification.margin.value).toBeCloseTo(0.3, 1);
    expect(sets[0]!.endpoints.margin.value).toBeCloseTo(0.9, 1);
    expect(sets[0]!.byAlpha[4]!.rate.value).toBeGreaterThan(sets[0]!.byAlpha[0]!.rate.value + 0.3);
    expect(sets[1]!.slope.margin.low).toBeLessThan(0.001);
    expect(contrasts[0]!.slope.margin.low).toBeGreaterThan(0.25);
    expect(contrasts[0]!.p.margin).toBeCloseTo(2 / 9, 10);
  });

  it('are told as an effect only beyond the controls, and as breakage where prose is no longer predicted', async () => {
    const found = await suiteEffects(plan, 's', margins(120, 0.3), { seed: 1 });
    expect(verdictOf(plan, found).finding).toBe('effect');
    const none = await suiteEffects(plan, 's', margins(120, 0), { seed: 1 });
    const told = (effects: SuiteEffects, perplexity?: readonly PerplexityEffect[]) =>
      effectSentence(plan, { ...effects, verdict: verdictOf(plan, effects, perplexity) });
    expect(told(found)).toMatch(/ points \(.*\): an effect that the random sets do not have\.$/);
    expect(verdictOf(plan, { ...found, items: 19 })).toEqual({ finding: 'too few to say', broken: [] });
    expect(told({ ...found, items: 19 })).toBe('19 items are too few to say; at least 20 are needed.');
    expect(told({ ...found, items: 1 })).toBe('One item is too few to say; at least 20 are needed.');
    expect(verdictOf(plan, none)).toMatchObject({ finding: 'no effect' });
    expect(told(none)).toMatch(/^Turning set from 0 to 3 changes .* no effect beyond chance is shown\.$/);
    const estimate = (value: number) => ({ value, low: value, high: value });
    const broken = comparedSets(plan).map(({ name, kind }) => ({
      name,
      kind,
      byAlpha: [9, 9, 10, 11, 40].map(estimate),
    }));
    expect(verdictOf(plan, found, broken)).toEqual({ finding: 'breakage', broken: [3] });
    expect(told(found, broken)).toContain('at 3 the model no longer predicts');
  });

  it('of prose are perplexities over all tokens', async () => {
    const records: PassageRecord[] = [10, 30].map((tokens, i) => ({
      type: 'passage',
      suite: 'p',
      id: `${i}`,
      tokens,
      loss: plan.sets.map(() => alphas.map((alpha) => tokens * Math.log(20 + alpha))),
    }));
    const [first] = await perplexities(plan, 'p', records, { seed: 1 });
    expect(first!.byAlpha.map(({ value }) => value)).toEqual(
      alphas.map((alpha) => expect.closeTo(20 + alpha, 6)),
    );
  });

  it('are refused without items', async () => {
    await expect(suiteEffects(plan, 's', [], { seed: 1 })).rejects.toThrow(/No item of s was asked/);
    await expect(perplexities(plan, 'p', [], { seed: 1 })).rejects.toThrow(/No passage of p was read/);
  });

  it('are known well enough once the interval is narrow', () => {
    expect(isTight(plan, 's', margins(20, 0.3), 1)).toBe(false);
    expect(isTight(plan, 's', margins(120, 0.3), 0.1)).toBe(true);
    expect(isTight(plan, 's', margins(120, 0.3), 0.001)).toBe(false);
    expect(isTight(plan, 'other', margins(120, 0.3), 1)).toBe(false);
  });
});

describe('the plan of a sweep', () => {
  const layout = neuronLayout([64, 64]);
  const meanCett = Float32Array.from({ length: 128 }, (_, i) => 1 / (1 + i));
  const sets = [
    {
      name: 'set',
      members: [
        { layer: 0, neuron: 3 },
        { layer: 1, neuron: 9 },
      ],
    },
  ];

  it('has every set under every factor, and controls of the same layers', () => {
    const made = sweepPlan({ alphas: [0, 1, 2], sets, controls: 2, seed: 5, layout, meanCett });
    expect(made.sets.map(({ kind }) => kind)).toEqual(['set', 'control', 'control']);
    for (const { members: drawn } of made.sets) expect(drawn.map(({ layer }) => layer)).toEqual([0, 1]);
    const lanes = sweepLanes(made);
    expect(lanes).toHaveLength(9);
    expect(bySet(made, lanes)[0]![2]).toEqual([
      { layer: 0, neuron: 3, factor: 2 },
      { layer: 1, neuron: 9, factor: 2 },
    ]);
  });

  it.each([
    [[0, 2, 1], /must ascend/],
    [[0, 0.5, 2], /1 among them/],
    [[1, 2], /at least three/],
    [[0, 1, 1000], /factor/],
  ])('refuses the factors %j', (wrong, message) => {
    expect(() => checkAlphas(wrong)).toThrow(message);
  });

  it('takes slopes by least squares', () => {
    const weights = slopeWeights([0, 0.5, 1, 2, 3]);
    const values = [1, 2, 2.5, 5, 6.5];
    // numpy.polyfit([0, 0.5, 1, 2, 3], [1, 2, 2.5, 5, 6.5], 1)[0], NumPy 2.4.6
    expect(weights.reduce((sum, weight, i) => sum + weight * values[i]!, 0)).toBeCloseTo(1.8793103448, 8);
  });
});
