import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { EngineError } from '../../../src/lib/errors.ts';
import { neuronLayout } from '../../../src/neurons/layout.ts';
import { createScorer, logistic } from '../../../src/neurons/score.ts';
import { formatNeuronSet, type NeuronSet, parseNeuronSet } from '../../../src/neurons/set-file.ts';
import { DETECTORS, detectorOf } from '../../../src/studies/identify/detectors/registry.ts';

const layout = neuronLayout([4, 4]);
const set: NeuronSet = {
  format: 'h-neuron-set',
  version: 2,
  name: 'H-Neurons "><img src=x onerror=alert(1)>',
  model: { name: 'tiny', architecture: 'llama', fingerprint: 'abc', layers: 2, widths: [4, 4] },
  neurons: [
    { layer: 0, neuron: 3, weight: 1.5 },
    { layer: 1, neuron: 0, weight: -0.25 },
  ],
  intercept: -1,
  feature: { aggregation: 'mean', position: 'read' },
  provenance: {
    created: '2025-01-31T12:00:00Z',
    command: 'identify',
    questions: 'capitals',
    licence: 'CC0-1.0',
  },
  metrics: { auroc: { value: 0.8, low: 0.7, high: 0.9 }, answers: 204 },
  detectors: {
    'h-neurons': {
      auroc: { value: 0.8, low: 0.7, high: 0.9 },
      accuracy: { value: 0.7, low: 0.6, high: 0.8 },
    },
    'random-neurons': { auroc: { value: 0.6, low: 0.5, high: 0.7 }, draws: 200 },
  },
};
const changed = (change: object) => JSON.stringify({ ...set, ...change });

describe('neuron-set file', () => {
  test('what is written is read again, with and without classifier', () => {
    expect(parseNeuronSet(formatNeuronSet(set))).toEqual(set);
    const { intercept: _, ...rest } = set;
    const plain = { ...rest, neurons: [{ layer: 1, neuron: 3 }] };
    expect(parseNeuronSet(formatNeuronSet(plain))).toEqual(plain);
    const ranked = { ...rest, neurons: set.neurons };
    expect(parseNeuronSet(formatNeuronSet(ranked))).toEqual(ranked);
    expect(parseNeuronSet(`\uFEFF${formatNeuronSet(set)}`)).toEqual(set);
  });

  test('__proto__ and unknown keys are dropped, at every depth', () => {
    const text = formatNeuronSet(set)
      .replace('"metrics": {', '"metrics": {"__proto__": {"value": 1, "low": 1, "high": 1},')
      .replace(
        '"model": {',
        '"extra": [1], "__proto__": {"polluted": true}, "model": {"__proto__": {"polluted": true},',
      );
    const parsed = parseNeuronSet(text);
    expect(parsed).toEqual(set);
    expect(Object.getPrototypeOf(parsed.metrics)).toBe(Object.prototype);
    expect('polluted' in parsed || 'polluted' in parsed.model || 'value' in parsed.metrics).toBe(false);
  });

  test.each([
    ['{"format": "h-neuron-set",\n\n oops}', /^The neuron set cannot be read: it is not valid JSON.*\.$/],
    ['', /not valid JSON/],
    ['[1, 2]', 'This file is not a neuron set: its "format" is not "h-neuron-set".'],
    ['null', /is not a neuron set/],
    ['{"version": 1}', /is not a neuron set/],
    [
      changed({ version: 3 }),
      /has version 3, which is newer than this program reads \(2\); update the program\.$/,
    ],
    [changed({ version: '1' }), /not valid at "version"/],
    [changed({ name: ' ' }), /not valid at "name"/],
    [
      changed({ neurons: [{ layer: 0, neuron: 'x' }] }),
      'not valid at "neurons[0].neuron": expected number, received string.',
    ],
    [
      changed({ neurons: [set.neurons[0], { layer: 0, neuron: 1.5, weight: 1 }] }),
      /at "neurons\[1\]\.neuron"/,
    ],
    [
      changed({ neurons: [...set.neurons, set.neurons[0]] }),
      /at "neurons\[2\]": neuron 0:3 is there already, at neurons\[0\]/,
    ],
    [
      changed({ neurons: [{ layer: 0, neuron: 4, weight: 1 }] }),
      /at "neurons\[0\]": There is no neuron 0:4: the neurons/,
    ],
    [
      changed({ neurons: [{ layer: 2, neuron: 0, weight: 1 }] }),
      /There is no neuron 2:0: the model's layers are 0 to 1/,
    ],
    [
      changed({ neurons: [{ layer: 0, neuron: 0 }] }),
      /neuron 0:0 has no weight, but the set has an intercept/,
    ],
    [
      changed({ intercept: undefined, neurons: [set.neurons[0], { layer: 1, neuron: 1 }] }),
      /at "neurons\[1\]": neuron 1:1 has no weight, but others have one/,
    ],
    [
      changed({ intercept: undefined, neurons: [{ layer: 1, neuron: 1 }, set.neurons[0]] }),
      /neuron 0:3 has a weight, but others have none/,
    ],
    [changed({ intercept: null }), /at "intercept"/],
    [changed({ model: { ...set.model, layers: 3 } }), /at "model.widths": it has 2 widths for 3 layers/],
    [changed({ model: { ...set.model, widths: [4, 0] } }), /at "model\.widths\[1\]"/],
    [changed({ feature: { aggregation: 'median', position: 'read' } }), /at "feature\.aggregation"/],
    [
      changed({ provenance: { ...set.provenance, created: 'yesterday' } }),
      /at "provenance\.created": expected a date/,
    ],
    [
      changed({ detectors: { 'H-Neurons': set.detectors!['h-neurons'] } }),
      /at "detectors\.H-Neurons": expected an id of small letters, digits and hyphens\.$/,
    ],
    [changed({ detectors: { 'h-neurons': { auroc: 0.8 } } }), /at "detectors\.h-neurons\.auroc"/],
    [
      changed({ metrics: { auroc: 'good' } }),
      /at "metrics\.auroc": expected a number, or value, low and high\.$/,
    ],
  ])('%s is refused in one sentence that says where', (text, message) => {
    expect(() => parseNeuronSet(text)).toThrow(message);
    expect(() => parseNeuronSet(text)).toThrow(EngineError);
    expect(() => parseNeuronSet(text)).toThrow(/^[^\n]*\.$/);
  });

  test('a signature is kept, and refused where it is none', () => {
    const signature = { columnNorms: '1.25 0.5', hidden: 8, error: 0.09 };
    const signed = { ...set, model: { ...set.model, signature } };
    expect(parseNeuronSet(formatNeuronSet(signed))).toEqual(signed);
    const broken = { ...set.model, signature: { ...signature, columnNorms: 'a b' } };
    expect(() => parseNeuronSet(changed({ model: broken }))).toThrow(/at "model\.signature\.columnNorms"/);
  });

  test('a file over 16 MB is refused before it is parsed', () => {
    expect(() => parseNeuronSet('x'.repeat(17 * 2 ** 20))).toThrow('over the limit of 16 MB (17.0 MB)');
  });

  test('a set that could not be read again is not written', () => {
    expect(() => formatNeuronSet({ ...set, intercept: Number.NaN })).toThrow(/at "intercept"/);
    expect(() => formatNeuronSet({ ...set, metrics: { auroc: Number.POSITIVE_INFINITY } })).toThrow(
      /at "metrics/,
    );
  });
});

/** A set as the terminal wrote it when detectors were known by their labels. */
const former = readFileSync(new URL('../../fixtures/neuron-sets/format-1.json', import.meta.url), 'utf8');

describe('a file of version 1', () => {
  test('is read with all that was measured, under the ids of the detectors', () => {
    const {
      version: _,
      metrics,
      ...rest
    } = JSON.parse(former) as Record<string, unknown> & {
      readonly metrics: Readonly<Record<string, unknown>>;
    };
    const read = parseNeuronSet(former);
    const { version, metrics: kept, detectors = {}, ...others } = read;
    expect(version).toBe(2);
    expect(others).toEqual(rest);
    const measured = Object.entries(metrics).filter(([key]) => key.startsWith('AUROC, '));
    expect(measured).toHaveLength(DETECTORS.length);
    expect(
      Object.entries(detectors).map(([id, { auroc }]) => [`AUROC, ${detectorOf(id)?.label}`, auroc]),
    ).toEqual(measured);
    expect({ ...kept, ...Object.fromEntries(measured) }).toEqual(metrics);
    expect(parseNeuronSet(formatNeuronSet(read))).toEqual(read);
  });

  test('keeps metrics that are no detector’s, and has no detectors where none was measured', () => {
    const metrics = { C: 1, 'AUROC, my own': { value: 0.8, low: 0.7, high: 0.9 }, 'AUROC, H-Neurons': 0.5 };
    const read = parseNeuronSet(changed({ version: 1, metrics }));
    expect(read.metrics).toEqual(metrics);
    expect(read.detectors).toBeUndefined();
  });

  test('is refused where a metric is none', () => {
    expect(() => parseNeuronSet(changed({ version: 1, metrics: { 'AUROC, H-Neurons': 'good' } }))).toThrow(
      /at "metrics\.AUROC, H-Neurons": expected a number, or value, low and high\.$/,
    );
  });
});

describe('scores', () => {
  const first = Float32Array.of(9, 9, 9, 0.5, 0.2, 9, 9, 9);
  const second = Float32Array.of(9, 9, 9, 0.1, 1, 9, 9, 9);

  test("a token's score is the classifier's probability", () => {
    const scorer = createScorer(set, layout);
    expect(scorer.kind).toBe('probability');
    expect(scorer.token(first)).toBeCloseTo(1 / (1 + Math.exp(1 - 1.5 * 0.5 + 0.25 * 0.2)), 6);
  });

  test("an answer's score takes the mean or the maximum of CETT first", () => {
    const answers = [first, second];
    expect(createScorer(set, layout).answer(answers)).toBeCloseTo(logistic(-1 + 1.5 * 0.3 - 0.25 * 0.6), 6);
    const max = createScorer({ ...set, feature: { ...set.feature, aggregation: 'max' } }, layout);
    expect(max.answer(answers)).toBeCloseTo(logistic(-1 + 1.5 * 0.5 - 0.25 * 1), 6);
    expect(max.answer([second])).toBe(max.token(second));
    expect(() => max.answer([])).toThrow('no tokens to score');
  });

  test('a set without classifier scores the mean CETT of its members', () => {
    const scorer = createScorer(
      {
        ...set,
        neurons: [
          { layer: 0, neuron: 3 },
          { layer: 1, neuron: 0 },
        ],
        intercept: undefined,
      },
      layout,
    );
    expect(scorer.kind).toBe('mean-cett');
    expect(scorer.token(first)).toBeCloseTo(0.35, 6);
    expect(scorer.answer([first, second])).toBeCloseTo(0.45, 6);
  });

  test('NaN shows, extreme sums stay in [0, 1], empty and foreign sets are refused', () => {
    expect(createScorer(set, layout).answer([first, first.map(() => Number.NaN)])).toBeNaN();
    const max = createScorer({ ...set, feature: { ...set.feature, aggregation: 'max' } }, layout);
    expect(max.answer([first.map(() => Number.NaN), first])).toBeNaN();
    expect([logistic(-1e4), logistic(0), logistic(1e4)]).toEqual([0, 0.5, 1]);
    expect(() => createScorer({ ...set, neurons: [] }, layout)).toThrow('has no neurons');
    expect(() => createScorer(set, neuronLayout([2, 2]))).toThrow('There is no neuron 0:3');
  });
});
