import { describe, expect, it } from 'vitest';
import {
  type ModelIdentity,
  otherThanBegun,
  shortDifference,
  shortIdentity,
} from '../../../src/neurons/identity.ts';
import { formatNeuronSet, parseNeuronSet } from '../../../src/neurons/set-file.ts';
import { areComparable, checkSetModel, matchModels, type SetModel } from '../../../src/neurons/set-model.ts';
import { evaluateSet } from '../../../src/studies/identify/evaluate.ts';
import type { RunData } from '../../../src/studies/identify/material.ts';
import { mergeRuns, type ShardRun } from '../../../src/studies/identify/merge.ts';
import { differenceOf, parseManifest, type RunManifest } from '../../../src/studies/identify/records.ts';
import { type RunProgress, runIdentification } from '../../../src/studies/identify/run.ts';
import { SAMPLE_DEFAULTS } from '../../../src/studies/identify/sample.ts';
import { makeTinyQuestions } from '../../support/study-runs.ts';

const hash = (digit: string) => digit.repeat(32);
const identity: ModelIdentity = {
  weights: hash('1'),
  computation: hash('2'),
  tokenizer: hash('3'),
  template: hash('4'),
};
const withOther = (...parts: (keyof ModelIdentity)[]): ModelIdentity => ({
  ...identity,
  ...Object.fromEntries(parts.map((part) => [part, hash('f')])),
});

const set = makeTinyQuestions(3, () => false);
const settings = { ...SAMPLE_DEFAULTS, samples: 4, agree: 3 };
const model: RunManifest['model'] = {
  name: 'tiny',
  architecture: 'llama',
  fingerprint: 'before',
  identity,
  widths: [2, 2],
  precision: 'float32',
  device: 'native',
};

/** What a run says that goes on where one of another model stopped. */
async function goOn(begun: RunManifest['model'], now: RunManifest['model']) {
  let manifest: RunManifest | undefined;
  const reports: RunProgress[] = [];
  const start = (each: RunManifest['model'], records = 0) =>
    runIdentification(
      {
        model: each,
        ahead: 1,
        ask: async (item) => ({ record: { ...item, status: 'mixed', replies: [] }, features: undefined }),
      },
      set,
      {
        settings,
        shard: { index: 0, count: 1 },
        store: {
          load: async () => manifest && { manifest, records: [] },
          begin: async (made) => {
            manifest = made;
          },
          append: async () => {},
        },
        onProgress: (progress) => records > 0 && reports.push(progress),
      },
    );
  await start(begun);
  await start(now, 1);
  return reports.map(({ notice }) => notice);
}

describe('a run that is gone on with', () => {
  it.each([
    ['other weights', withOther('weights')],
    ['another computation', withOther('computation')],
    ['another tokenizer', withOther('tokenizer')],
    ['another chat template', withOther('template')],
    ['another tokenizer and another chat template', withOther('tokenizer', 'template')],
    [
      'other weights, another computation and another chat template',
      withOther('weights', 'computation', 'template'),
    ],
  ])('is refused a model that has %s', async (what, other) => {
    await expect(goOn(model, { ...model, identity: other })).rejects.toThrow(
      `is stored there has ${what}; resume`,
    );
  });

  it('is refused other weights that only their fingerprint tells of', async () => {
    const { identity: _, ...former } = model;
    await expect(goOn(former, { ...model, fingerprint: 'other' })).rejects.toThrow('has other weights;');
  });

  it('says once that it was begun before there were identities', async () => {
    const { identity: _, ...former } = model;
    const [first, ...rest] = await goOn(former, model);
    expect(first).toMatch(/^The run carries the identity of before, /);
    expect(rest.some((notice) => notice !== undefined)).toBe(false);
    expect(await goOn(model, model)).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('is refused another precision and another device by name', async () => {
    await expect(goOn(model, { ...model, precision: 'q8' })).rejects.toThrow(
      'has another precision of the weights',
    );
    await expect(goOn(model, { ...model, device: 'wasm' })).rejects.toThrow('has another device');
  });
});

const manifestOf = (of: RunManifest['model'], index = 0): RunManifest => ({
  format: 'h-neuron-run',
  version: 1,
  model: of,
  questions: { name: 'x', count: 3, hash: 'h', licences: [] },
  settings,
  shard: { index, count: 2 },
  vectors: ['answer-read-mean'],
});

describe('runs side by side', () => {
  const run = (of: RunManifest['model'], index: number): ShardRun => ({
    name: `run ${index}`,
    manifest: manifestOf(of, index),
    records: [],
    corrections: [],
  });

  it('are not merged where their models differ', () => {
    const other = { ...model, identity: withOther('template') };
    expect(() => mergeRuns([run(model, 0), run(other, 1)])).toThrow(
      'run 1 was run with another chat template than run 0',
    );
    expect(mergeRuns([run(model, 0), run(model, 1)]).manifest.model.identity).toEqual(identity);
  });

  it('keep their identity in their description, which refuses one that is none', () => {
    expect(parseManifest(JSON.stringify(manifestOf(model))).model.identity).toEqual(identity);
    const damaged = { ...model, identity: { ...identity, weights: 'x' } };
    expect(() => parseManifest(JSON.stringify(manifestOf(damaged)))).toThrow('run.json does not describe');
    const { identity: _, ...former } = model;
    expect(differenceOf(manifestOf(former), manifestOf(model))).toBeUndefined();
  });

  it('are not learnt from and tested on where the texts differ', async () => {
    const data = (of: RunManifest['model']): RunData => ({
      manifest: manifestOf(of),
      records: [],
      features: () => Promise.reject(new Error('not asked for')),
    });
    const trained = { ...setOf(model), intercept: 0, neurons: [{ layer: 0, neuron: 0, weight: 1 }] };
    const trainRun = data({ ...model, identity: withOther('tokenizer') });
    await expect(evaluateSet(trained, data(model), { seed: 1, draws: 1, trainRun })).rejects.toThrow(
      'The run to learn from was made with another tokenizer than the run to test on',
    );
  });
});

const setOf = (of: SetModel) => ({
  format: 'h-neuron-set' as const,
  version: 2 as const,
  name: 'a set',
  model: { ...of, layers: 2 },
  neurons: [],
  feature: { aggregation: 'mean' as const, position: 'read' as const },
  provenance: { created: '2025-01-31', command: 'c', questions: 'q' },
  metrics: {},
});

describe('a set', () => {
  const signature = { columnNorms: '1 2 3', gains: '1 1', hidden: 4, error: 0.01 };
  const found: SetModel = { ...model, signature };

  it('keeps the identity of its model in its file', () => {
    const { model: read } = parseNeuronSet(formatNeuronSet(setOf({ ...found, architecture: 'llama' })));
    expect(read.identity).toEqual(identity);
  });

  it('is used without a word in the very same model, whatever its name', () => {
    expect(checkSetModel(setOf(found), { ...found, name: 'other', fingerprint: 'other' })).toBeUndefined();
  });

  it('says what differs where the weights are the same', () => {
    const other = { ...found, name: 'other', identity: withOther('template') };
    expect(checkSetModel(setOf(found), other)).toBe(
      'The neurons were found in tiny; other has the same weights and another chat template.',
    );
    expect(areComparable(found, other)).toBe(true);
  });

  it('is told from a model of which some weights were changed, and is not compared with it', () => {
    const other = { ...found, identity: withOther('weights') };
    expect(checkSetModel(setOf(found), other)).toMatch(/of which some weights were changed/);
    expect(areComparable(found, other)).toBe(false);
  });

  it('is used in another precision as before', () => {
    const other = { ...found, fingerprint: 'other', identity: withOther('weights'), signature };
    expect(matchModels(found, other)).toMatchObject({ match: 'alike' });
    expect(areComparable(found, other)).toBe(true);
  });

  it('says that it was written before there were identities', () => {
    const { identity: _, ...former } = found;
    expect(checkSetModel(setOf(former), found)).toMatch(/^The neuron set carries the identity of before, /);
    expect(checkSetModel(setOf(former), former)).toBeUndefined();
  });
});

describe('what a model has that a run was not begun with', () => {
  it('is nothing where all is the same', () => {
    expect(otherThanBegun(model, { ...model })).toBeUndefined();
    expect(otherThanBegun(model, { ...model, identity: withOther('tokenizer') })).toBe('another tokenizer');
  });
});

describe('a short identity', () => {
  it('tells the same parts apart in 32 digits', () => {
    const short = shortIdentity(identity);
    expect(short).toMatch(/^[0-9a-f]{32}$/);
    expect(shortDifference(short, identity)).toBe('');
    expect(shortDifference(short, withOther('tokenizer', 'template'))).toBe(
      'another tokenizer and another chat template',
    );
  });
});
