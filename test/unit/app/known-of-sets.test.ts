import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { dateText, metricText } from '../../../app/explore/SetFacts.tsx';
import { knownOfGroup, knownOfSet } from '../../../app/explore/state/known.ts';
import type { SetEffect } from '../../../src/neurons/set-effects.ts';
import { formatNeuronSet, type NeuronSet, parseNeuronSet } from '../../../src/neurons/set-file.ts';
import type { SteeredGroup } from '../../../src/steering/types.ts';
import type { ImpactReport } from '../../../src/studies/impact/report.ts';
import { setEffectsOf } from '../../../src/studies/impact/set-effects.ts';

const read = (path: string) => readFile(new URL(`../../../${path}`, import.meta.url), 'utf8');
const shipped = parseNeuronSet(await read('public/neurons/smollm2-135m-instruct.json'));

const at = (value: number, half: number) => ({ value, low: value - half, high: value + half });

function made(change: Partial<NeuronSet>): NeuronSet {
  return { ...shipped, metrics: {}, detectors: undefined, effects: undefined, ...change };
}

function detectors(own: number, plain: number, half = 0.05): NeuronSet['detectors'] {
  return { 'h-neurons': { auroc: at(own, half) }, 'mean-logprob': { auroc: at(plain, half) } };
}

function effect(change: Partial<SetEffect>): SetEffect {
  return {
    suite: 'My suite',
    kind: 'own',
    items: 50,
    factors: [0, 2],
    shares: [0.4, 0.5],
    change: at(0.1, 0.05),
    controls: 8,
    finding: 'no effect',
    ...change,
  };
}

describe('what is known of a set', () => {
  it('is told from what the shipped set’s file says', () => {
    expect(knownOfSet(shipped, 'in this model')).toBe(
      'In this model these 16 neurons tell made-up answers from right ones less well (AUROC 0.81) than the answer’s own probability (0.95). ' +
        'Scaling them makes the model give in to misleading texts less often (−21 points from × 0 to × 3), which random neurons do not. ' +
        'For false premises, pushback and impossible requests it does no more than scaling random ones.',
    );
  });

  it.each([
    [0.95, 0.7, 'better (AUROC 0.95) than the answer’s own probability (0.70)'],
    [0.8, 0.82, 'about as well (AUROC 0.80) as the answer’s own probability (0.82)'],
    [0.6, 0.9, 'less well (AUROC 0.60) than the answer’s own probability (0.90)'],
  ])('follows what was measured: %d beside %d', (own, plain, words) => {
    expect(knownOfSet(made({ detectors: detectors(own, plain) }), 'in Tiny')).toContain(
      `In Tiny these 16 neurons tell made-up answers from right ones ${words}.`,
    );
  });

  it.each<[readonly SetEffect[], string]>([
    [[], 'What scaling them does was not measured; the page Impact can do that.'],
    [
      [effect({}), effect({ kind: 'pushback' })],
      'Scaling them does no more than scaling random ones (My suite and pushback).',
    ],
    [
      [effect({ finding: 'effect', kind: 'false-premise' })],
      'makes the model give in to false premises more often (+10 points from × 0 to × 2), which random neurons do not.',
    ],
    [[effect({ finding: 'breakage' })], 'Scaling them from × 0 to × 2 breaks the model (My suite).'],
    [[effect({ controls: 0 })], 'For My suite nothing can be said without random neurons beside it.'],
  ])('follows its effects %#', (effects, words) => {
    expect(knownOfSet(made({ effects }), 'in this model')).toContain(words);
  });

  it('says what is not known', () => {
    const said = knownOfSet(made({ neurons: shipped.neurons.slice(0, 1) }), 'in this model');
    expect(said).toBe(
      'It is not known how well this neuron tells made-up answers from right ones in this model; the page Identify can test it. ' +
        'What scaling it does was not measured; the page Impact can do that.',
    );
    const group = (change: Partial<SteeredGroup>): SteeredGroup => ({
      id: 'g1',
      name: 'G',
      kind: 'custom',
      members: [{ layer: 0, neuron: 1 }],
      factor: 1,
      on: true,
      ...change,
    });
    const five = shipped.neurons.slice(0, 5);
    expect(knownOfGroup(group({ kind: 'active', members: five }), false)).toBe(
      'These 5 neurons are the most active ones of this model. Nothing says that they have to do with made-up answers.',
    );
    expect(knownOfGroup(group({}), false)).toBe(
      'You chose this neuron. Nothing was measured of it yet; the page Impact can do that.',
    );
    expect(knownOfGroup(group({ kind: 'set', set: shipped }), false)).toContain(
      `In ${shipped.model.name} these 16 neurons`,
    );
  });
});

describe('the effects in a set’s file', () => {
  it('are those of the recorded sweep', async () => {
    const report = JSON.parse(await read('docs/results/impact.json')) as ImpactReport;
    expect(shipped.effects).toEqual(setEffectsOf(report));
    expect(shipped.effects?.map(({ finding }) => finding)).toEqual(
      report.compliance.map(({ verdict }) => verdict.finding),
    );
  });

  it('survive being written and read', () => {
    const set = made({ effects: [effect({ beyondControls: at(0.01, 0.02) })] });
    expect(parseNeuronSet(formatNeuronSet(set)).effects).toEqual(set.effects);
    expect(parseNeuronSet(formatNeuronSet(made({}))).effects).toBeUndefined();
  });
});

describe('numbers and dates of a set', () => {
  it('are written for people', () => {
    expect([80, 372, 46_080, 4.527918, at(0.80578, 0.1)].map(metricText)).toEqual([
      '80',
      '372',
      '46,080',
      '4.53',
      '0.81 (0.71 to 0.91)',
    ]);
    expect(dateText('2026-11-25T10:23:09.797Z')).toBe('25 November 2026');
    expect(dateText('2025-01-31')).toBe('31 January 2025');
  });
});
