import { zipSync } from 'fflate';
import { readNeuronSet } from '../../../src/neurons/formats/read.ts';
import { neuronLayout } from '../../../src/neurons/layout.ts';
import { formatNeuronSet, type NeuronSet } from '../../../src/neurons/set-file.ts';
import { changeBytes } from '../mutate/bytes.ts';
import { oneOf } from '../mutate/dice.ts';
import { changeNpy } from '../mutate/npy.ts';
import { changeZip } from '../mutate/zip.ts';
import type { Reader } from '../types.ts';
import { asJson, asTable, fileReader, projectFile } from './one-file.ts';

/** The model of the fixtures. */
const layout = neuronLayout([5, 5, 5]);
const model = { name: 'Test', architecture: 'llama', fingerprint: 'abc' };

const OWN: NeuronSet = {
  format: 'h-neuron-set',
  version: 2,
  name: 'Three neurons',
  model: { ...model, layers: 3, widths: [5, 5, 5] },
  neurons: [
    { layer: 0, neuron: 3, weight: 1.5 },
    { layer: 1, neuron: 1, weight: 0.5 },
    { layer: 2, neuron: 4, weight: 0.25 },
  ],
  intercept: -1,
  feature: { aggregation: 'mean', position: 'read' },
  provenance: {
    created: '2025-01-31T10:00:00Z',
    command: 'hneurons fit',
    questions: 'Facts',
    heldOut: ['q1', 'q2'],
    splitBy: 'answer',
    licence: 'MIT',
  },
  metrics: { auroc: { value: 0.8, low: 0.7, high: 0.9 }, accuracy: 0.75 },
};

const FOREIGN: readonly (readonly [string, unknown])[] = [
  [
    'h_neurons.json',
    {
      h_neurons: [
        { layer: 0, neuron: 3, weight: 1.5 },
        { layer: 2, neuron: 1, weight: 0.2 },
      ],
    },
  ],
  [
    'pairs.json',
    {
      h_neurons: [
        [0, 3],
        [2, 1],
      ],
      model: 'Test',
      num_layers: 3,
    },
  ],
  ['by-layer.json', { neurons: { '0': [3, 1], '2': [4] }, intercept: [0.5] }],
  [
    'list.json',
    [
      { layer_idx: 0, neuron_idx: 3, coef: 1.5 },
      { layer_idx: 1, neuron_idx: 4, coef: -2 },
    ],
  ],
  ['coef.json', { coef: [[0, 0, 0, 6, 0, 0, 1, 0, -5, 0, 0, 2, 0, 0, 0]], intercept: [-3] }],
  ['names.json', { h_neurons: ['0:3', '2:1'], total_neurons: 15 }],
];

const read = (bytes: Uint8Array, name: string) =>
  readNeuronSet(bytes, name, layout, model, { created: '2025-01-31T10:00:00Z' });

const fixture = (name: string) => [name, projectFile(`test/fixtures/neuron-sets/${name}`)] as const;

export const setReaders: readonly Reader[] = [
  fileReader({
    name: 'set-own',
    title: 'neuron sets in the program’s own format',
    files: () => [['set.json', formatNeuronSet(OWN)]],
    change: asJson,
    read,
  }),
  fileReader({
    name: 'set-json',
    title: 'neuron sets as JSON of others',
    files: () => FOREIGN.map(([name, value]) => [name, JSON.stringify(value)]),
    change: asJson,
    read,
  }),
  fileReader({
    name: 'set-csv',
    title: 'neuron sets as CSV and TSV',
    files: () => [
      fixture('pandas.csv'),
      fixture('pandas.tsv'),
      ['plain.csv', 'layer,neuron,weight\n0,3,1.5\n1,1,0.5\n2,4,-0.5\n'],
    ],
    change: asTable,
    read,
  }),
  fileReader({
    name: 'set-npy',
    title: 'neuron sets as NumPy’s .npy',
    files: () =>
      ['column', 'f4', 'f4-big-endian', 'f8-flat', 'f8-row', 'grid', 'grid-fortran', 'version-2'].map(
        (name) => fixture(`${name}.npy`),
      ),
    change: changeNpy,
    read,
  }),
  fileReader({
    name: 'set-npz',
    title: 'neuron sets as NumPy’s .npz',
    files: () => [
      fixture('deflated.npz'),
      fixture('stored.npz'),
      ['made.npz', zipSync({ 'coef.npy': projectFile('test/fixtures/neuron-sets/f8-row.npy') })],
    ],
    change: (dice, bytes, others) =>
      oneOf(dice, [
        [3, () => changeZip(dice, bytes, (each) => changeNpy(dice, each))],
        [2, () => changeBytes(dice, bytes, others)],
      ]),
    read,
  }),
];
