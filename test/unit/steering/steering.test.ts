import { describe, expect, it } from 'vitest';
import { createRunRecord } from '../../../app/explore/state/record.ts';
import { createTokenScorer, formatScore, tokenScore } from '../../../app/explore/state/score.ts';
import { parseNeurons } from '../../../app/explore/state/sets.ts';
import { tokenQuantity } from '../../../app/explore/tokenColour.ts';
import { readNeuronSetFile } from '../../../src/neurons/formats/read.ts';
import { formatNeuron, neuronLayout } from '../../../src/neurons/layout.ts';
import type { NeuronSet } from '../../../src/neurons/set-file.ts';
import { comparisonOf } from '../../../src/steering/comparison.ts';
import {
  atDose,
  factorOf,
  firstSteering,
  loneNeurons,
  neutral,
  scaledNeurons,
  steeredNeurons,
  watchedNeurons,
  withGroup,
  withGroupChange,
  withMuted,
  withOwn,
  withoutGroup,
} from '../../../src/steering/steering.ts';
import type { SteeringState } from '../../../src/steering/types.ts';

const n = (layer: number, neuron: number) => ({ layer, neuron });
const hostile = '"><img src=x onerror=alert(1)>';

/** Two groups that share 1:1. */
function twoGroups(): SteeringState {
  const one = withGroup(firstSteering, { name: 'A', kind: 'active', members: [n(0, 1), n(1, 1)] });
  return withGroup(one, { name: 'B', kind: 'custom', members: [n(1, 1), n(1, 2)] });
}

describe('groups', () => {
  it('scale at the same time, the last one wins, and neutral ones leave the model as trained', () => {
    const start = twoGroups();
    expect(scaledNeurons(start)).toEqual([]);
    const a = withGroupChange(start, 'g1', { factor: 0.5 });
    expect(scaledNeurons(a)).toEqual([{ ...n(0, 1), factor: 0.5 }]);
    const both = withGroupChange(a, 'g2', { factor: 2 });
    expect(scaledNeurons(both)).toEqual([
      { ...n(0, 1), factor: 0.5 },
      { ...n(1, 1), factor: 2 },
      { ...n(1, 2), factor: 2 },
    ]);
    expect(scaledNeurons(withGroupChange(both, 'g2', { on: false }))).toEqual([
      { ...n(0, 1), factor: 0.5 },
      { ...n(1, 1), factor: 0.5 },
    ]);
    expect(scaledNeurons(neutral(both))).toEqual([]);
    expect(scaledNeurons(withoutGroup(both, 'g2'))).toHaveLength(2);
  });

  it('keep names apart, since sliders are called by them, and take any text as text', () => {
    const state = withGroup(twoGroups(), { name: ' A ', kind: 'custom', members: [n(0, 0)] });
    expect(state.groups.map(({ name }) => name)).toEqual(['A', 'B', 'A 2']);
    expect(withGroupChange(state, 'g2', { name: 'A' }).groups[1]!.name).toBe('A 3');
    expect(withGroupChange(state, 'g1', { name: 'A' }).groups[0]!.name).toBe('A');
    expect(withGroupChange(state, 'g1', { name: '  ' }).groups[0]!.name).toBe('Group');
    expect(withGroupChange(state, 'g1', { name: hostile }).groups[0]!.name).toBe(hostile);
    expect(withGroupChange(state, 'g1', { name: 'x'.repeat(500) }).groups[0]!.name).toHaveLength(60);
    expect(new Set(state.groups.map(({ id }) => id)).size).toBe(3);
  });

  it('lets a neuron have its own factor, be muted, or be the only one', () => {
    let state = withGroupChange(twoGroups(), 'g1', { factor: 3 });
    state = withOwn(state, '0:1', -1);
    expect(factorOf(state, n(0, 1))).toBe(-1);
    expect(factorOf(state, n(1, 2))).toBe(1);
    const muted = withMuted(state, '0:1', true);
    expect(factorOf(muted, n(0, 1))).toBe(0);
    expect(factorOf(withMuted(muted, '0:1', false), n(0, 1))).toBe(-1);
    const solo = { ...withGroupChange(muted, 'g2', { factor: 2 }), solo: '1:2' };
    expect(scaledNeurons(solo)).toEqual([{ ...n(1, 2), factor: 2 }]);
    expect(factorOf(solo, n(0, 1))).toBe(1);
    expect(factorOf(withOwn(state, '0:1', undefined), n(0, 1))).toBe(3);
  });

  it('counts neurons that are in no group', () => {
    const state = withMuted(withOwn(twoGroups(), '3:4', 2), '5:6', true);
    expect(loneNeurons(state).map(formatNeuron)).toEqual(['3:4', '5:6']);
    expect(steeredNeurons(state).map(formatNeuron)).toEqual(['0:1', '1:1', '1:2', '3:4', '5:6']);
    const off = withGroupChange(state, 'g1', { on: false });
    expect(steeredNeurons(off).map(formatNeuron)).toEqual(['1:1', '1:2', '3:4', '5:6']);
    expect(watchedNeurons(off).map(formatNeuron)).toEqual(['0:1', '1:1', '1:2', '3:4', '5:6']);
  });

  it('doses the first group alone', () => {
    const state = withGroupChange(twoGroups(), 'g2', { factor: 2 });
    expect(scaledNeurons(atDose(state, 0)).map(({ factor }) => factor)).toEqual([0, 2, 2]);
  });
});

describe('the random control', () => {
  it('takes the factors of the neurons it stands for, layer by layer, the more active for the more active', () => {
    const layout = neuronLayout([4, 6]);
    const meanCett = Float32Array.of(1, 2, 3, 4, /**/ 10, 30, 20, 21, 9, 31);
    let state = withGroupChange(twoGroups(), 'g1', { factor: 0 });
    state = withOwn(state, '1:2', 2);
    // 1:1 (mean 30) is in B at 1, 1:2 (mean 20) at 2: of the controls 1:5 (31) stands for 1:1, 1:4 (9) for 1:2.
    expect(comparisonOf(state, [n(0, 3), n(1, 4), n(1, 5)], { layout, meanCett }).control).toEqual([
      { ...n(0, 3), factor: 0 },
      { ...n(1, 4), factor: 2 },
    ]);
    expect(
      comparisonOf({ ...state, solo: '0:1' }, [n(0, 3), n(1, 4), n(1, 5)], { layout, meanCett }).control,
    ).toEqual([{ ...n(0, 3), factor: 0 }]);
  });
});

function classifier(position: 'read' | 'produced'): NeuronSet {
  return {
    format: 'h-neuron-set',
    version: 2,
    name: 'set',
    model: { name: 'm', architecture: 'llama', fingerprint: 'f', layers: 2, widths: [4, 6] },
    neurons: [
      { ...n(1, 1), weight: 2 },
      { ...n(0, 1), weight: -1 },
    ],
    intercept: 0.5,
    feature: { aggregation: 'mean', position },
    provenance: { created: '2025-01-31', command: 'test', questions: 'none' },
    metrics: {},
  };
}

describe('the score under the set', () => {
  it('is the classifier where a set has one, from watched values in whatever order', () => {
    const set = classifier('produced');
    const state = withGroup(twoGroups(), { name: 'S', kind: 'set', members: set.neurons, set });
    const watched = [n(0, 1), n(9, 9), n(1, 1)];
    const scorer = createTokenScorer(state, watched)!;
    expect(scorer).toMatchObject({ name: 'S', kind: 'probability' });
    const expected = 1 / (1 + Math.exp(-(0.5 + 2 * 0.25 - 1 * 0.75)));
    expect(scorer.token(Float32Array.of(0.75, 100, 0.25))).toBeCloseTo(expected, 6);
    expect(scorer.source(7)).toBe(6);
  });

  it('is the mean CETT of the first group else', () => {
    const scorer = createTokenScorer(twoGroups(), [n(1, 1), n(0, 1), n(1, 2)])!;
    expect(scorer).toMatchObject({ name: 'A', kind: 'mean-cett' });
    expect(scorer.token(Float32Array.of(0.2, 0.4, 9))).toBeCloseTo(0.3, 6);
    expect(scorer.source(7)).toBe(7);
    expect(Number.isNaN(scorer.token(Float32Array.of(Number.NaN, 0, 0)))).toBe(true);
  });

  it('is missing where the members are not watched, or there are none', () => {
    expect(createTokenScorer(twoGroups(), [n(1, 1)])).toBeUndefined();
    expect(createTokenScorer(firstSteering, [n(1, 1)])).toBeUndefined();
  });

  it('reads a token where the set says', () => {
    const record = createRunRecord(() => {});
    const lanes = [0, 1, 2] as const;
    record.begin(
      1,
      lanes.map((lane) => ({ lane, key: 'k' })),
      { layers: 2, bins: 1, watched: [n(1, 1), n(0, 1)] },
    );
    const values = Float32Array.of(0.25, 0.75);
    const event = { type: 'position', lane: 0, position: 4, overview: Float32Array.of(0, 0) } as const;
    record.onPosition(0, { ...event, profile: Float32Array.of(0, 0), watched: values });
    const set = classifier('produced');
    const state = withGroup(firstSteering, { name: 'S', kind: 'set', members: set.neurons, set });
    const scorer = createTokenScorer(state, record.shape.watched)!;
    expect(tokenScore(record, scorer, 5)).toBeCloseTo(scorer.token(values), 6);
    expect(tokenScore(record, scorer, 4)).toBeUndefined();
    // What the set does to the other lanes is no evidence: whatever is put in there, no score comes out.
    for (const lane of [1, 2] as const)
      record.onPosition(lane, { ...event, profile: Float32Array.of(0, 0), watched: Float32Array.of(0, 9) });
    const needs = { record, scorer, neuron: undefined, series: () => new Float32Array(0) };
    const quantity = tokenQuantity('score', needs)!;
    expect(lanes.map((lane) => quantity.value(lane, 5) !== undefined)).toEqual([true, false, false]);
    expect(quantity.value(0, 5)).toBeCloseTo(scorer.token(values), 6);
  });

  it('is written with as many figures as it has', () => {
    expect(formatScore(0.6172, 'probability')).toBe('0.62');
    expect(formatScore(0.00412, 'mean-cett')).toBe('0.0041');
    expect(formatScore(undefined, 'mean-cett')).toBe('');
    expect(formatScore(Number.NaN, 'mean-cett')).toBe('not a number');
  });
});

describe('neurons from text and files', () => {
  const layout = neuronLayout([4, 6]);

  it('reads names one after another', () => {
    expect(parseNeurons(' 0:1, 1:5;1:0\n', layout)).toEqual([n(0, 1), n(1, 5), n(1, 0)]);
    expect(() => parseNeurons('0:1, 2:0', layout)).toThrow('There is no neuron 2:0');
    expect(() => parseNeurons(hostile, layout)).toThrow('is not a neuron');
  });

  it('refuses what is no set, is too large, or was made for another shape, in one sentence', async () => {
    const file = (text: string) => new File([text], 'set.json');
    const model = { name: 'm', architecture: 'llama', fingerprint: 'f', layout };
    const other = { ...model, layout: neuronLayout([4]) };
    const read = (set: File, of: typeof model) =>
      readNeuronSetFile(set, set.name, of.layout, of, { created: '2026-01-01T00:00:00.000Z' });
    expect((await read(file(JSON.stringify(classifier('read'))), model)).neurons).toHaveLength(2);
    expect((await read(file('[[0, 1], [1, 5]]'), model)).neurons).toEqual([n(0, 1), n(1, 5)]);
    await expect(read(file('{"a": 1}'), model)).rejects.toThrow('This file is not a neuron set');
    await expect(read(file(JSON.stringify(classifier('read'))), other)).rejects.toThrow('was made for m');
    await expect(read(file(' '.repeat(17 * 2 ** 20)), model)).rejects.toThrow('over the limit of 16 MB');
  });
});
