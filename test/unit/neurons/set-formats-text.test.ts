import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { EngineError } from '../../../src/lib/errors.ts';
import { type ReadSetOptions, readNeuronSet } from '../../../src/neurons/formats/read.ts';
import { neuronLayout } from '../../../src/neurons/layout.ts';

const layout = neuronLayout([5, 5, 5]);
const model = { name: 'tiny', architecture: 'llama', fingerprint: 'abc' };
const options: ReadSetOptions = { created: '2025-01-31T12:00:00Z' };
const bytesOf = (content: string | object) =>
  new TextEncoder().encode(typeof content === 'string' ? content : JSON.stringify(content));

const read = (content: string | object, name = 'set.csv', more: Partial<ReadSetOptions> = {}) =>
  readNeuronSet(bytesOf(content), name, layout, model, { ...options, ...more });
const readBytes = (bytes: Uint8Array, name: string) => readNeuronSet(bytes, name, layout, model, options);
const names = (content: string | object, name = 'set.csv') =>
  read(content, name).neurons.map(({ layer, neuron, weight }) => [layer, neuron, weight].join(' ').trim());

function refused(content: string | object, message: string | RegExp, name = 'set.csv'): void {
  expect(() => read(content, name)).toThrow(message);
  expect(() => read(content, name)).toThrow(EngineError);
  expect(() => read(content, name)).toThrow(/^[^\n]*\.$/);
}

describe('tables', () => {
  test.each([
    ['layer,neuron,weight\n0,3,1.5\n2,1,0.25\n'],
    ['neuron_idx;importance;layer_idx\r\n3;1.5;0\r\n1;0.25;2\r\n'],
    ['Layer Index\tNeuron Index\tCoefficient\n0\t3\t1.5\n2\t1\t2.5e-1'],
    ['\uFEFF"weight","layer","neuron"\n"1.5","0","3"\n"0.25","2","1"'],
    ['0,3,1.5\n2,1,.25'],
    ['2.0,1.0,0.25\n\n  \n0.0, 3.0 ,1.5\n,,\n'],
    [',global_idx,weight\n0,3,1.5\n1,11,0.25\n'],
    ['layer,index,neuron,weight,note\n0,7,3,1.5,"a\r\nb, ""c"""\n2,8,1,0.25,\n'],
  ])('%j', (table) => {
    expect(names(table)).toEqual(['0 3 1.5', '2 1 0.25']);
  });

  test('of pandas, as CSV and TSV', () => {
    for (const name of ['pandas.csv', 'pandas.tsv']) {
      const set = readBytes(
        readFileSync(new URL(`../../fixtures/neuron-sets/${name}`, import.meta.url)),
        name,
      );
      expect(set.neurons.length).toBeGreaterThan(1);
      expect(set.neurons.every(({ weight = 0 }) => weight > 0)).toBe(true);
      expect(set.name).toBe('pandas');
    }
  });

  test('in UTF-16, as spreadsheets save it', () => {
    const text = '\uFEFFlayer\tneuron\r\n0\t3\r\n';
    const little = new Uint8Array(Uint16Array.from(text, (sign) => sign.charCodeAt(0)).buffer);
    const big = little.map((_, i) => little[i ^ 1]);
    for (const bytes of [little, big])
      expect(readBytes(bytes, 'a.txt').neurons).toEqual([{ layer: 0, neuron: 3 }]);
  });

  test('without weights, with an intercept, with names, with negative and zero weights', () => {
    expect(read('layer,neuron\n0,3\n').neurons).toEqual([{ layer: 0, neuron: 3 }]);
    expect(read('layer,neuron,weight,intercept\n0,3,1,-0.5\n1,1,2,-0.5').intercept).toBe(-0.5);
    expect(read('layer,neuron,weight,intercept\n0,3,1,-0.5\n1,1,2,').intercept).toBe(-0.5);
    const named = read(`layer,neuron,set,model\n0,3,"'=1+1",other`);
    expect(named.name).toBe('=1+1');
    expect(named.provenance.notes).toContain('The file names the model other.');
    const mixed = 'layer,neuron,weight\n0,3,1\n1,1,-2\n2,2,0';
    expect(names(mixed)).toEqual(['0 3 1']);
    expect(read(mixed, 'a.csv', { signs: 'all' }).neurons).toHaveLength(2);
  });

  test.each([
    [
      'layer,neuron\n0,3\n\n1,x\n',
      'set.csv is not valid in line 4: "x" is not a neuron, a whole number counted from 0.',
    ],
    ['layer,neuron,note\n0,3,"two\nlines"\n-1,2,\n', 'in line 4: "-1" is not a layer'],
    ['layer,neuron\n0,1.5', '"1.5" is not a neuron'],
    ['layer,neuron\n0', '"" is not a neuron'],
    ['layer,neuron,weight\n0,3,"0,5"', 'in line 2: the weight "0,5" is not a number.'],
    ['layer,neuron,weight\n0,3,Infinity', 'the weight "Infinity" is not a number'],
    ['layer,neuron,weight\n0,3,1\n0,4,', 'gives neuron 0:3 a weight but neuron 0:4 none (line 3)'],
    ['layer,neuron\n0,3\n1,1\n0,3', 'has neuron 0:3 twice, in line 2 and in line 4; leave one of them out.'],
    [
      'layer,neuron\n3,0',
      "does not fit this model in line 2: There is no neuron 3:0: the model's layers are 0 to 2.",
    ],
    ['layer,neuron,model\n0,5,big', 'the neurons of layer 0 are 0 to 4 (the file names the model big).'],
    ['flat_index\n15', 'has the flat index 15 in line 2, but this model has 15 neurons.'],
    ['layer,neuron,weight,intercept\n0,3,1,1\n1,1,1,2', 'has the intercepts 1 and 2; a set has one.'],
    ['layer,neuron\n', 'names no neurons'],
    ['a,b\n1,2', 'has no columns "layer" and "neuron"; its first line is "a, b".'],
    ['3\n4\n', 'has one column of numbers without a head'],
    ['no JSON', 'has no columns "layer" and "neuron"'],
    ['layer,neuron\n0,"3', /in line 2: it opens a quote that is never closed\.$/],
    ['\n\n', 'set.csv is empty; give a line for each neuron.'],
  ])('%j is refused with the line', (table, message) => {
    refused(table, message);
  });
});

/** The forms that replications publish, with other numbers. */
describe('JSON of replications', () => {
  const entry = { global_idx: 3, layer: 0, layer_name: 'model.layers.0.mlp', position: 3, weight: 1.5 };
  const second = {
    ...entry,
    global_idx: 11,
    layer: 2,
    layer_name: 'model.layers.2.mlp',
    position: 1,
    weight: 0.25,
  };
  const against = { ...entry, global_idx: 4, position: 4, weight: -1 };

  test.each([
    ['a list of objects with both signs', [entry, second, against]],
    [
      'a whole experiment',
      { model: 'other/tiny', timing: { total: 3 }, h_neurons: [entry, second], total_neurons: 15 },
    ],
    [
      'coefficients of a probe',
      {
        model: 'other/tiny',
        n_layers: 3,
        intermediate_size: 5,
        n_h_neurons: 2,
        h_neurons: [
          { layer: 2, neuron: 1, feature_type: 'answer', coefficient: 0.25 },
          { layer: 0, neuron: 3, feature_type: 'answer', coefficient: 1.5 },
        ],
      },
    ],
    [
      'a probe of another domain',
      {
        medical_h_neurons: [
          { layer: 0, neuron: 3, coefficient: 1.5, cohen_d: 1.3 },
          { layer: 2, neuron: 1, coefficient: 0.25, cohen_d: 1.1 },
        ],
        n_h_neurons: 2,
        layer_distribution: { 0: 1, 2: 1 },
      },
    ],
    [
      'weights and shape',
      {
        n_layers: 3,
        intermediate_size: 5,
        total_neurons: 15,
        h_neurons: [
          { layer: 0, neuron: 3, weight: 1.5 },
          { layer: 2, neuron: 1, weight: 0.25 },
        ],
      },
    ],
    [
      'triples',
      [
        [0, 3, 1.5],
        [2, 1, 0.25],
      ],
    ],
    ['weights by layer', { 0: { 3: 1.5 }, 2: { 1: 0.25 } }],
    [
      'objects by layer',
      { h_neurons_per_layer: { 0: [{ neuron: 3, weight: 1.5 }], 2: [{ neuron: 1, weight: 0.25 }] } },
    ],
    ['all coefficients', { coef: [[0, 0, 0, 1.5, -1, 0, 0, 0, 0, 0, 0, 0.25, 0, 0, 0]], intercept: [-2] }],
  ])('%s', (_, data) => {
    expect(names(data, 'h_neurons.json')).toEqual(['0 3 1.5', '2 1 0.25']);
  });

  test.each([
    [
      'pairs',
      [
        [0, 3],
        [2, 1],
      ],
    ],
    [
      'pairs in a probe file',
      {
        saved_at: '2026',
        fit: {
          n_h_neurons: 2,
          layer_distribution: { 0: 1 },
          h_neurons: [
            [0, 3],
            [2, 1],
          ],
        },
        config: { layers: [0, 1, 2], intermediate_dim: 5 },
      },
    ],
    [
      'an older probe file',
      {
        neurons: [
          { layer: 0, index: 3 },
          { layer: 2, index: 1 },
        ],
      },
    ],
    [
      'positions',
      {
        model: 'm',
        total_neurons: 15,
        h_neuron_count: 2,
        neurons: [
          { layer: 0, position: 3 },
          { layer: 2, position: 1 },
        ],
      },
    ],
    [
      'numbered fields',
      {
        h_neurons: [
          { layer: 0, neuron_idx: 3, contrast_score: 1 },
          { layer: 2, neuron_idx: 1, contrast_score: 1 },
        ],
      },
    ],
    ['lists by layer, as the authors keep them in memory', { 0: [3], 2: [1] }],
    [
      'lists by layer in a profile',
      { model_name: 'm', neurons_by_layer: { 0: [3], 1: [], 2: [1] }, total_neurons: 2 },
    ],
    [
      'lists by layer in a suppression file',
      { model_path: '/models/m.gguf', n_neurons: 5, by_layer: { 0: [3], 2: [1] } },
    ],
    ['lists by the module', { 'model.layers.0.mlp': [3], 'model.layers.2.mlp': [1] }],
    ['flat indices', { h_neuron_indices: [3, 11] }],
    ['names', ['L0:N3', 'L2:N1']],
    ['our own names', { neurons: ['0:3', '2:1'] }],
  ])('%s, without weights', (_, data) => {
    expect(read(data, 'h_neurons.json').neurons).toEqual([
      { layer: 0, neuron: 3 },
      { layer: 2, neuron: 1 },
    ]);
  });

  test('a neuron that is there for several features counts once, without its weights', () => {
    const set = read(
      {
        intercept: 1,
        h_neurons: [
          { layer: 0, neuron: 3, feature_type: 'prompt', coefficient: 0.5 },
          { layer: 0, neuron: 3, feature_type: 'answer', coefficient: 0.25 },
        ],
      },
      'h.json',
    );
    expect(set.neurons).toEqual([{ layer: 0, neuron: 3 }]);
    expect(set.intercept).toBeUndefined();
    expect(set.provenance.notes).toContain('features other than those of an answer');
  });

  test('names, model and intercept are taken from where they stand', () => {
    const set = read(
      { name: 'Mine', model: 'other/big', fit: { intercept: -1, h_neurons: [[0, 3, 1]] } },
      'h.json',
    );
    expect(set).toMatchObject({ name: 'Mine', intercept: -1, model: { name: 'tiny', fingerprint: 'abc' } });
    expect(set.provenance.notes).toBe('The file names the model other/big.');
  });

  test('__proto__ is dropped, names are text', () => {
    const hostile = '"><img src=x onerror=alert(1)>';
    const set = read(
      `{"name": ${JSON.stringify(hostile)}, "neurons": [{"layer": 0, "neuron": 3, "__proto__": {"weight": 5}}]}`,
      `${hostile}.json`,
    );
    expect(set.neurons).toEqual([{ layer: 0, neuron: 3 }]);
    expect(set.name).toBe(hostile);
    expect(({} as { weight?: number }).weight).toBeUndefined();
  });

  test.each([
    [{ a: 1 }, 'This file is not a neuron set: h.json has no list of neurons under a usual name'],
    ['[1, 2', /not valid JSON/],
    ['{"format": "h-neuron-set", "version": "1"}', /not valid at "version"/],
    [{ format: 'h-neurons-run', lanes: [] }, 'This file is not a neuron set'],
    [{ h_neurons: [] }, 'h.json names no neurons'],
    [{ h_neurons: [[0, 3], [1]] }, 'is not valid in entry 2: [1] is not a neuron, which is [layer, neuron]'],
    [[[0, 3, 1, 1]], 'in entry 1: [0,3,1,1] is not a neuron'],
    [[{ layer: 0, neuron: '3x' }], 'in entry 1'],
    [[{ layer: 0, neuron: 3, weight: 'big' }], 'in entry 1'],
    [['here'], 'in entry 1: "here" is not a neuron'],
    [[null], 'in entry 1: null is not a neuron'],
    [{ 0: [3, -1] }, 'in entry 2 of layer 0: -1 is not a neuron'],
    [[15], 'has the flat index 15 in entry 1, but this model has 15 neurons.'],
    [[[0, 5]], 'does not fit this model in entry 1: There is no neuron 0:5'],
    [
      [
        [0, 3],
        [0, 3],
      ],
      'has neuron 0:3 twice, in entry 1 and in entry 2',
    ],
    [[against], 'has no neuron with a positive weight'],
    [
      { model: 'microsoft/phi-2', n_layers: 32, h_neurons: [[0, 3]] },
      'h.json was made for microsoft/phi-2 with 32 layers, but this model has 3 layers of 5 neurons.',
    ],
    [{ model: 'm', intermediate_size: 9, h_neurons: [[0, 3]] }, 'was made for m with 9 neurons a layer, but'],
    [
      { model: 'm', total_neurons: 327680, neurons: [[0, 3]] },
      'was made for m with 327680 neurons, but this model has 15.',
    ],
    [
      [{ ...second, global_idx: 12 }],
      'was made for a model of another shape: in entry 1, neuron 2:1 has the flat index 12, but in this model 11.',
    ],
    [{ coef: [[1, 2]] }, 'h.json has 2 coefficients, but this model has 15 neurons'],
    [{ coef: [[1, null]] }, 'has null among its coefficients, at index 1.'],
  ])('%j is refused with the reason', (data, message) => {
    refused(data, message, 'h.json');
  });
});
