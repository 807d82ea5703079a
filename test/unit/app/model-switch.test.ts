import { describe, expect, it } from 'vitest';
import { steeringFor } from '../../../app/models/state/model-switch.ts';
import type { LoadedModel } from '../../../src/engine/model-info.ts';
import type { NeuronSet } from '../../../src/neurons/set-file.ts';
import { firstSteering, withGroup } from '../../../src/steering/steering.ts';
import type { SteeringState } from '../../../src/steering/types.ts';
import { tinyModel } from '../../support/fake-engine.ts';

const signature = { columnNorms: '1 2 3 4', hidden: 64, error: 0 };
const model = (name: string, fingerprint: string, columnNorms = '1 2 3 4', error = 0): LoadedModel => ({
  ...tinyModel,
  ...{ name, fingerprint },
  signature: { ...signature, columnNorms, error },
});
const full = model('Tiny.F32', 'a');
const rounded = model('Tiny.Q4_0', 'b', '1.01 1.99 3.02 3.98', 0.09);
const stranger = model('Other', 'c', '2 1 4 3');

const set: NeuronSet = {
  format: 'h-neuron-set',
  version: 2,
  name: 'H',
  model: { name: 'Tiny.F32', architecture: 'llama', fingerprint: 'a', signature, layers: 1, widths: [16] },
  neurons: [{ layer: 0, neuron: 9, weight: 3 }],
  feature: { aggregation: 'mean', position: 'read' },
  provenance: { created: '2025-01-31', command: 'test', questions: 'test' },
  metrics: {},
};
const start: SteeringState = { ...firstSteering, madeFor: 'a', scope: 'answer', own: { '0:3': 2 } };
const steering = withGroup(start, { name: 'H', kind: 'set', members: set.neurons, set });

describe('steering when the model is switched', () => {
  it('stays as it is for the same weights', () => {
    expect(steeringFor(full, full, steering, [])).toEqual({ steering });
  });

  it('stays with a note for the same weights in another precision', () => {
    const { steering: next, note } = steeringFor(rounded, full, steering, []);
    expect(next).toEqual({ ...steering, madeFor: 'b' });
    expect(note).toBe(
      'The neurons were found in Tiny.F32; Tiny.Q4_0 has the same weights in another precision, as far as rounding lets one tell.',
    );
  });

  it('of a link stays, too, where one of its sets tells the model', () => {
    expect(steeringFor(rounded, undefined, steering, []).steering.groups).toEqual(steering.groups);
    const nameless = { ...steering, groups: [] };
    expect(steeringFor(rounded, undefined, nameless, []).steering.own).toEqual({});
  });

  it('starts afresh for other weights, and says which set was removed, from which model', () => {
    const { steering: next, note } = steeringFor(stranger, full, steering, [set]);
    expect(next).toMatchObject({ madeFor: 'c', scope: 'answer', own: {}, groups: [{ kind: 'active' }] });
    expect(note).toMatch(
      /^The neuron set "H" was removed: it was made for Tiny\.F32, but the model here is Other, whose weights are others/,
    );
  });

  it('takes a set that is at hand for the same weights in another precision, after one for these very weights', () => {
    const other = { ...steering, madeFor: 'x', groups: [] };
    const first = steeringFor(rounded, undefined, other, [set]);
    expect(first.steering.groups).toMatchObject([{ kind: 'set', set }]);
    expect(first.note).toContain('the same weights in another precision');
    const own = { ...set, name: 'Own', model: { ...set.model, fingerprint: 'b' } };
    const second = steeringFor(rounded, undefined, other, [set, own]);
    expect(second).toMatchObject({ steering: { groups: [{ name: 'Own' }] }, note: undefined });
  });
});
