import { expect, test } from 'vitest';
import { readSetFile, setFileTypes } from '../../../app/explore/state/sets.ts';
import { offeredFormats, setOfGroup } from '../../../app/export/sets.ts';
import { writeNeuronSet } from '../../../src/neurons/formats/write.ts';
import { neuronLayout } from '../../../src/neurons/layout.ts';
import type { NeuronSet } from '../../../src/neurons/set-file.ts';
import type { SteeredGroup } from '../../../src/steering/types.ts';
import { readerPorts } from '../../support/reader-port.ts';

const worker = readerPorts();
const read = (file: File) => readSetFile(file, model, {}, worker.make);
const layout = neuronLayout([4, 6]);
const model = { name: 'tiny', architecture: 'llama', fingerprint: 'f', layout };
const created = '2025-01-31T12:00:00.000Z';
const set: NeuronSet = {
  format: 'h-neuron-set',
  version: 2,
  name: 'Found',
  model: { name: 'tiny', architecture: 'llama', fingerprint: 'f', layers: 2, widths: [4, 6] },
  neurons: [
    { layer: 0, neuron: 3, weight: 2 },
    { layer: 1, neuron: 5, weight: 0.5 },
  ],
  intercept: -1,
  feature: { aggregation: 'max', position: 'produced' },
  provenance: { created, command: 'fit', questions: 'facts' },
  metrics: { auroc: 0.8 },
};
const group: SteeredGroup = {
  id: 'a',
  name: 'Renamed',
  kind: 'set',
  members: set.neurons,
  set,
  factor: 2,
  on: true,
};

test('a group that is still its set is written as the set, under the name that it has now', () => {
  const { intercept: _, ...ranked } = set;
  expect(setOfGroup(group, undefined, created)).toEqual({ ...set, name: 'Renamed' });
  expect(setOfGroup({ ...group, set: ranked }, model, created)).toEqual({ ...ranked, name: 'Renamed' });
});

test('a group with other members is a set without weights, of the model on the page', () => {
  const members = [...set.neurons, { layer: 1, neuron: 0 }];
  const changed = setOfGroup({ ...group, members }, model, created);
  expect(changed).toMatchObject({
    name: 'Renamed',
    model: set.model,
    feature: set.feature,
    provenance: { created, command: 'chosen by hand from Found' },
  });
  expect(changed?.neurons).toEqual(members.map(({ layer, neuron }) => ({ layer, neuron })));
  expect(changed?.intercept).toBeUndefined();
  expect(setOfGroup({ ...group, members }, undefined, created)).toBeUndefined();
  expect(
    setOfGroup({ ...group, set: undefined, members: [{ layer: 0, neuron: 1 }] }, model, created),
  ).toMatchObject({
    neurons: [{ layer: 0, neuron: 1 }],
    provenance: { command: 'chosen by hand' },
  });
});

test('each offered format is read again from a file, and its ending can be chosen', async () => {
  for (const format of offeredFormats) {
    expect(setFileTypes).toContain(`.${format}`);
    const file = new File([writeNeuronSet(set, format).slice()], `a.${format}`);
    const again = await read(file);
    expect(again.neurons).toEqual(set.neurons);
    expect(again.intercept).toBe(set.intercept);
  }
});

test('a table has another limit than an array', async () => {
  const blank = new Uint8Array(17 * 2 ** 20).fill(32);
  await expect(read(new File([blank], 'a.csv'))).rejects.toThrow('over the limit of 16 MB');
  const array = new File([Uint8Array.from('\x93NUMPY', (sign) => sign.charCodeAt(0)), blank], 'a.npy');
  await expect(read(array)).rejects.toThrow('a.npy is cut off');
});
