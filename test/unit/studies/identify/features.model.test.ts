import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nativeRuntime } from '../../../../src/model/runtime/native.ts';
import {
  FEATURE_VECTORS,
  type FeatureVector,
  readFeatures,
} from '../../../../src/studies/identify/features.ts';
import { type Opened, openDefault } from '../../../support/models.ts';

interface Pair {
  readonly question: string;
  readonly prompt_ids: readonly number[];
  readonly reply_ids: readonly number[];
  readonly answer_tokens: readonly number[];
}

type Values = {
  readonly sum: number;
  readonly neurons: readonly number[];
  readonly values: readonly number[];
};

const readJson = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../../../fixtures/identify/${name}`, import.meta.url), 'utf8')) as T;

const pairs = readJson<readonly Pair[]>('pairs.json');
const expected = readJson<{ readonly pairs: readonly Record<string, Values>[] }>('features.json').pairs;

let opened: Opened;

beforeAll(async () => {
  opened = await openDefault(nativeRuntime(2));
});
afterAll(() => opened.model.session.release());

describe('features of the default model', () => {
  it('are those of an independent implementation for 20 questions and answers', async () => {
    expect(pairs).toHaveLength(20);
    for (const [i, pair] of pairs.entries()) {
      const features = await readFeatures(opened.model, {
        promptIds: pair.prompt_ids,
        replyIds: pair.reply_ids,
        tokens: pair.answer_tokens,
      });
      const names = Object.keys(expected[i]!) as FeatureVector[];
      expect(names).toEqual(FEATURE_VECTORS.filter((name) => name.startsWith('answer')));
      for (const name of names) {
        const { sum, neurons, values } = expected[i]![name]!;
        const found = features[name];
        const total = found.reduce((a, b) => a + b, 0);
        expect(Math.abs(total / sum - 1), `${pair.question} ${name}, sum`).toBeLessThan(1e-4);
        neurons.forEach((neuron, k) => {
          const difference = Math.abs(found[neuron]! - values[k]!);
          expect(difference, `${pair.question} ${name}, neuron ${neuron}`).toBeLessThan(1e-4);
        });
      }
    }
  });
});
