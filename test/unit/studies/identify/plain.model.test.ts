import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAnswerPool } from '../../../../src/inference/answer-pool.ts';
import { nativeRuntime } from '../../../../src/model/runtime/native.ts';
import type { LanguageModel } from '../../../../src/model/types.ts';
import { modelQuestioner } from '../../../../src/studies/identify/ask.ts';
import { differenceOf, type RunManifest } from '../../../../src/studies/identify/records.ts';
import { promptText, SAMPLE_DEFAULTS, sampleReplies } from '../../../../src/studies/identify/sample.ts';
import { type Opened, openLongTiny } from '../../../support/models.ts';
import { learnableManifest } from '../../../support/study-runs.ts';

const chat = {
  ...SAMPLE_DEFAULTS,
  samples: 8,
  temperature: 3,
  topK: 0,
  topP: 1,
  maxTokens: 24,
  instruction: '',
};
const plain = { ...chat, form: 'plain' } as const;
const promptIds = [1, 40, 41, 42];
/** Tokens that are given text before a line break, beside those that are one. */
const isBreak = (id: number) => id % 5 === 3;

let opened: Opened;
let model: LanguageModel;
beforeAll(async () => {
  opened = await openLongTiny(nativeRuntime(1), 128);
  const { codec } = opened.model;
  const decode = (ids: readonly number[]) =>
    ids.map((id) => (isBreak(id) ? '.\n' : codec.decode([id]))).join('');
  model = { ...opened.model, codec: { ...codec, decode } };
});
afterAll(() => opened.model.session.release());

describe('the plain form', () => {
  it('is the question and "Answer:", without an instruction', () => {
    expect(promptText('Who?', { instruction: 'Briefly.', form: 'plain' })).toBe('Question: Who?\nAnswer:');
    expect(promptText('Who?', { instruction: 'Briefly.' })).toBe('Who? Briefly.');
  });

  it.each(['alone', 'in a pool'])('ends a reply before the first line break, %s', async (how) => {
    const sample = (settings: typeof chat) =>
      sampleReplies(model, {
        id: 'q1',
        promptIds,
        settings,
        pool: how === 'alone' ? undefined : createAnswerPool(model, { rows: 8, positions: 64 }),
      });
    const [whole, cut] = [await sample(chat), await sample(plain)];
    const ends = whole.replies.map(({ ids }) =>
      ids.findIndex((id) => /[\n\r]/.test(model.codec.decode([id]))),
    );
    expect(new Set(ends.filter((end) => end >= 0)).size).toBeGreaterThan(2);
    expect(cut.firstEntropy).toBe(whole.firstEntropy);
    cut.replies.forEach((reply, i) => {
      const { ids, logprobs, finish } = whole.replies[i]!;
      const end = ends[i]! < 0 ? ids.length : ends[i];
      expect(reply.ids).toEqual(ids.slice(0, end));
      expect(reply.logprobs).toEqual(logprobs.slice(0, end));
      expect(reply.finish).toBe(ends[i]! < 0 ? finish : 'stop');
      expect(reply.text).not.toMatch(/[\n\r]/);
    });
  });

  it('is told from the other; a run that has none is of the other', () => {
    const run = (form: unknown) =>
      ({ ...learnableManifest, settings: { ...learnableManifest.settings, form } }) as RunManifest;
    expect(differenceOf(learnableManifest, run(undefined))).toBeUndefined();
    expect(differenceOf(learnableManifest, run('plain'))).toBe('other settings');
  });

  it('asks without the chat template', async () => {
    const texts: string[] = [];
    const { codec } = model;
    const encode: typeof codec.encode = (text, options) => {
      texts.push(String(text));
      return codec.encode('q', options);
    };
    const asker = {
      model: { ...model, codec: { ...codec, encode } },
      io: opened.io,
      prompt: () => {
        throw new Error('the chat template was used');
      },
    };
    const question = { id: 'q1', fact: 'f', question: 'Who?', answers: ['x'], relation: 'r', source: 's' };
    const { record } = await modelQuestioner(asker, { ...plain, agree: 8 }).ask({ index: 0, question });
    expect(texts).toEqual(['Question: Who?\nAnswer:']);
    expect(record.replies).toHaveLength(8);
  });
});
