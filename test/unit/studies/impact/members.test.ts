import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../src/lib/math/random.ts';
import { compareNeurons, formatNeuron, neuronLayout } from '../../../../src/neurons/layout.ts';
import type { NeuronRef } from '../../../../src/neurons/types.ts';
import { suiteEffects } from '../../../../src/studies/impact/effects.ts';
import { rankedMembers } from '../../../../src/studies/impact/members.ts';
import type { MarginRecord } from '../../../../src/studies/impact/score-item.ts';
import { comparedSets, type SweepPlan, sweepLanes, sweepPlan } from '../../../../src/studies/impact/sweep.ts';
import { membersSentence } from '../../../../src/studies/report-text/impact.ts';

const alphas = [0, 1, 3];
const members: readonly NeuronRef[] = [3, 9, 20, 31, 40].map((neuron, layer) => ({
  layer: layer % 2,
  neuron,
}));
const layout = neuronLayout([64, 64]);
const meanCett = Float32Array.from({ length: 128 }, (_, i) => 1 / (1 + i));
const about = { alphas, controls: 2, seed: 5, layout, meanCett };
const plan = sweepPlan({ ...about, sets: [{ name: 'set', members }], members: true });

/**
 * Items whose margin rises by what is given to the turned neurons, an alpha, and by a noise of 0.1 that the next item has
 * the other way round, so that it adds up to 0.
 */
function recordsOf({ sets }: SweepPlan, rises: (neuron: NeuronRef) => number, count = 80): MarginRecord[] {
  const random = createRandom(11);
  return Array.from({ length: count / 2 }, (_, pair) => {
    const base = 2 * random() - 1;
    const noise = sets.map(() => alphas.map(() => 0.1 * (random() - 0.5)));
    return [1, -1].map((side): MarginRecord => {
      const normalised = sets.map((set, s) => {
        const rise = set.members.reduce((sum, member) => sum + rises(member), 0);
        return alphas.map((alpha, a) => base + rise * (alpha - 1) + side * noise[s]![a]!);
      });
      return { type: 'margin', suite: 's', id: `${pair} ${side}`, normalised, raw: normalised };
    });
  }).flat();
}

const carrier = members[2]!;
const byCarrier = (neuron: NeuronRef) => (compareNeurons(neuron, carrier) === 0 ? 0.3 : 0);
const holdsZero = ({ low, high }: { readonly low: number; readonly high: number }) => low < 0 && high > 0;

describe('the plan of a sweep that tells members apart', () => {
  it('has each alone and the set without each behind sets and controls, which stay as they were', () => {
    const plain = sweepPlan({ ...about, sets: [{ name: 'set', members }] });
    expect(JSON.stringify(comparedSets(plan))).toBe(JSON.stringify(plain.sets));
    expect(plan.sets.slice(0, 3)).toEqual(plain.sets);
    const rest = plan.sets.slice(3);
    expect(rest.map(({ kind }) => kind)).toEqual([
      ...members.map(() => 'alone'),
      ...members.map(() => 'without'),
    ]);
    expect(rest[1]).toEqual({
      name: '1:9 alone',
      kind: 'alone',
      members: [members[1]],
      neuron: members[1],
    });
    expect(rest[5]).toEqual({
      name: 'without 0:3',
      kind: 'without',
      members: members.slice(1),
      neuron: members[0],
    });
    expect(sweepLanes(plan)).toHaveLength(13 * alphas.length);
  });

  it('is of the first set, and refused where that has one neuron', () => {
    const one = { name: 'one', members: [carrier] };
    const both = sweepPlan({ ...about, sets: [{ name: 'set', members }, one], members: true });
    expect(both.sets.filter(({ kind }) => kind === 'alone')).toHaveLength(members.length);
    expect(sweepPlan({ ...about, sets: [one] }).sets).toHaveLength(3);
    expect(() => sweepPlan({ ...about, sets: [one], members: true })).toThrow(/has one neuron/);
  });
});

describe('which neurons matter most', () => {
  it('is told by one that carries the whole effect, and by it only', async () => {
    const effects = await suiteEffects(plan, 's', recordsOf(plan, byCarrier), { seed: 1 });
    const found = effects.members!;
    expect(found.looks).toBe(10);
    const [first, ...others] = found.members;
    expect(first!.neuron).toEqual(carrier);
    expect(first!.alone.margin.value).toBeCloseTo(0.9, 1);
    expect(first!.lost.margin.value).toBeCloseTo(0.9, 1);
    expect(first!.alone.margin.low).toBeGreaterThan(0.8);
    expect(first!.p.margin).toBeLessThan(0.001);
    for (const { alone, lost, p, neuron } of others) {
      expect(holdsZero(alone.margin), `${formatNeuron(neuron)} alone`).toBe(true);
      expect(holdsZero(lost.margin), `lost without ${formatNeuron(neuron)}`).toBe(true);
      expect(p.margin).toBeGreaterThan(0.05);
    }
    expect(membersSentence(found, 'margin', effects.items)).toMatch(
      /^One neuron of 5 stands out from 0, most important first: 0:20 \(alone \+0\.\d{3} nats a token, lost without it \+0\.\d{3} nats a token\); 10 changes of the margin were looked at, two for each of the 5 neurons of set,/,
    );
    expect(rankedMembers(found.members, 'rate')[0]!.neuron).toEqual(carrier);
    expect(effects.sets.map(({ kind }) => kind)).toEqual(['set', 'control', 'control']);
    expect(effects.contrasts).toHaveLength(1);
  });

  it('is nobody where none does anything, however many are looked at', async () => {
    const { members: found, items } = await suiteEffects(
      plan,
      's',
      recordsOf(plan, () => 0),
      { seed: 1 },
    );
    expect(found!.members.map(({ p }) => p.margin).every((p) => p > 0.05 && p <= 1)).toBe(true);
    for (const measure of ['margin', 'rate'] as const)
      expect(membersSentence(found!, measure, items)).toMatch(
        /^No single neuron stands out from 0: 10 changes/,
      );
  });

  it('names the first few where many stand out', async () => {
    const { members: found, items } = await suiteEffects(
      plan,
      's',
      recordsOf(plan, () => 0.3),
      { seed: 1 },
    );
    const sentence = membersSentence(found!, 'margin', items);
    expect(sentence).toMatch(/^5 neurons of 5 stand out from 0, .* and 2 more; 10 changes/);
    expect(sentence.match(/alone/g)).toHaveLength(3);
  });

  it('counts the looks: what one look would call firm is not firm among many', async () => {
    const weak = (neuron: NeuronRef) => byCarrier(neuron) / 85;
    const { members: found } = await suiteEffects(plan, 's', recordsOf(plan, weak), { seed: 1 });
    const own = found!.members.find(({ neuron }) => compareNeurons(neuron, carrier) === 0)!;
    expect(own.p.margin / found!.looks).toBeLessThan(0.05);
    expect(own.p.margin).toBeGreaterThan(0.05);
  });

  it('claims nothing from a few items that agree', async () => {
    const agreeing = recordsOf(plan, byCarrier, 4).map((record): MarginRecord => {
      const rows = plan.sets.map(({ members: turned }) =>
        turned.includes(carrier) ? [-1, -1, 1] : [-1, -1, -1],
      );
      return { ...record, normalised: rows, raw: rows };
    });
    const { members: found } = await suiteEffects(plan, 's', agreeing, { seed: 1 });
    expect(found!.members[0]!.alone.rate).toEqual({ value: 1, low: 1, high: 1 });
    expect(found!.members[0]!.p.rate).toBe(1);
    const one = await suiteEffects(plan, 's', agreeing.slice(0, 1), { seed: 1 });
    expect(one.members!.members.every(({ p }) => p.margin === 1)).toBe(true);
  });

  it('leaves a plan without members as it was', async () => {
    const plain = { ...plan, sets: comparedSets(plan) };
    const effects = await suiteEffects(plain, 's', recordsOf(plain, byCarrier), { seed: 1 });
    expect('members' in effects).toBe(false);
    const whole = recordsOf(plan, byCarrier);
    const { members: _, ...with_ } = await suiteEffects(plan, 's', whole, { seed: 1 });
    expect(await suiteEffects(plain, 's', whole, { seed: 1 })).toEqual(with_);
  });
});
