import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  compare,
  generate,
  identify,
  type Model,
  memoryRun,
  memorySweep,
  openModel,
  type QuestionSet,
  readActivations,
  sweep,
} from '../../src/node.ts';
import { tinySuites } from '../support/tiny-suites.ts';

const tiny = fileURLToPath(new URL('../fixtures/gguf/tiny-llama.gguf', import.meta.url));
const prompt = { kind: 'raw', text: 'The capital of France is' } as const;
const neurons = [{ layer: 0, neuron: 3 }];

let model: Model;
beforeAll(async () => {
  model = await openModel(tiny, { threads: 1 });
});
afterAll(() => model.close());

/** Everything that a loop hears. */
async function heard<T>(events: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const event of events) all.push(event);
  return all;
}

describe('answers', () => {
  it('tell their tokens as they come, and are the whole in the end', async () => {
    const answer = generate(model, { prompt, maxTokens: 6 });
    const tokens = (await heard(answer)).flatMap((event) => (event.type === 'token' ? [event.token.id] : []));
    expect(tokens.length).toBeGreaterThan(0);
    expect((await answer.result).ids).toEqual(tokens);
  });

  it('of three arms begin as one model: the unsteered one is what generate gives', async () => {
    const { unsteered } = await compare(model, { prompt, neurons, scale: 3, maxTokens: 6 }).result;
    expect(unsteered.ids).toEqual((await generate(model, { prompt, maxTokens: 6 }).result).ids);
  });

  it('end when the loop is left, or their signal fires', async () => {
    const left = generate(model, { prompt, maxTokens: 500 });
    for await (const event of left) if (event.type === 'token') break;
    await expect(left.result).rejects.toMatchObject({ code: 'cancelled' });
    const signal = AbortSignal.abort();
    await expect(generate(model, { prompt, signal }).result).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('are read like any text', async () => {
    const { positions, logits, ids } = await readActivations(model, prompt, { answer: ' Paris' });
    expect(positions.map(({ position }) => position)).toEqual([ids.length - 1]);
    expect(positions[0]!.cett).toHaveLength(model.layout.total);
    expect(logits).toHaveLength(model.vocabulary);
  });
});

describe('studies', () => {
  const questions: QuestionSet = {
    header: {
      format: 'h-neuron-questions',
      version: 1,
      name: 'Three',
      description: '',
      sources: {},
      relations: { a: 3 },
    },
    questions: [1, 2, 3].map((i) => ({
      id: `q${i}`,
      fact: `fact ${i}`,
      question: `Question ${i}?`,
      answers: ['one'],
      relation: 'a',
      source: 's',
    })),
  };
  const settings = { samples: 2, maxTokens: 4, form: 'plain', instruction: '' } as const;

  it('go on where their loop was left, to the same end', async () => {
    const whole = memoryRun();
    await identify(model, questions, { store: whole, settings }).result;
    const parts = memoryRun();
    const first = identify(model, questions, { store: parts, settings });
    for await (const { done } of first) if (done > 0) break;
    await expect(first.result).rejects.toMatchObject({ code: 'cancelled' });
    const { done, total } = await identify(model, questions, { store: parts, settings }).result;
    expect([done, total]).toEqual([3, 3]);
    expect(parts.data().records).toEqual(whole.data().records);
  });

  it('sweep sets, and keep what is done', async () => {
    const options = {
      sets: [{ name: 'set', members: neurons }],
      controls: 1,
      suites: tinySuites(2),
      alphas: [0, 1, 3],
    };
    const whole = memorySweep();
    await sweep(model, { ...options, store: whole }).result;
    const parts = memorySweep();
    const first = sweep(model, { ...options, store: parts });
    for await (const { done } of first) if (done > 0) break;
    await first.result.catch(() => undefined);
    await sweep(model, { ...options, store: parts }).result;
    expect(parts.records).toEqual(whole.records);
    expect(whole.records.length).toBeGreaterThan(2);
  });
});
