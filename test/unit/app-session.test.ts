import { describe, expect, it, vi } from 'vitest';
import { createSession } from '../../app/state/session.ts';
import { EngineError } from '../../src/errors.ts';
import type { EngineClient } from '../../src/protocol/client.ts';
import type { Calls, GenerateIn, LoadedModel } from '../../src/protocol/messages.ts';

const neurons = [0, 1, 2, 3, 4].map((neuron) => ({ layer: 0, neuron }));
const model = {
  name: 'tiny',
  architecture: 'llama',
  fingerprint: 'f',
  layout: { widths: [8], offsets: [0], total: 8 },
  contextLength: 128,
  hasChatTemplate: true,
  device: { kind: 'wasm', threads: 1, why: 'a test' },
  precision: 'float32',
  fromCache: false,
  meanCett: new Float32Array(8),
  mostActive: neurons,
} as unknown as LoadedModel;

/** A client whose generate calls wait until they are finished or cancelled. */
function fakeEngine(failure: { load?: EngineError } = {}) {
  const asked: { input: GenerateIn; finish: () => void; aborted: () => boolean }[] = [];
  let id = 0;
  const start: EngineClient['start'] = (type, input, options) => {
    id += 1;
    const { signal } = options ?? {};
    const outs: Record<string, () => Promise<unknown>> = {
      load: async () => {
        if (failure.load) throw failure.load;
        return model;
      },
      control: async () => ({ members: neurons.map(({ layer, neuron }) => ({ layer, neuron: neuron + 3 })) }),
      generate: () =>
        new Promise((resolve, reject) => {
          const { lanes } = input as GenerateIn;
          signal?.addEventListener('abort', () =>
            reject(new EngineError('cancelled', 'The request was cancelled.')),
          );
          asked.push({
            input: input as GenerateIn,
            aborted: () => signal?.aborted ?? false,
            finish: () =>
              resolve({
                lanes: lanes.map(() => ({ ids: [], text: '', finish: 'stop' })),
                promptLength: 1,
                prefillMs: 1,
                decodeMs: 1,
                steps: 1,
              }),
          });
        }),
    };
    return { id, done: outs[type]!() as Promise<Calls[typeof type]['out']> };
  };
  const client: EngineClient = {
    start,
    call: (type, input, options) => start(type, input, options).done,
    close() {},
  };
  return { client, asked };
}

async function ready() {
  const engine = fakeEngine();
  const session = createSession(engine.client, (flush) => flush());
  await session.load({ kind: 'url', url: 'http://localhost/m.gguf', name: 'tiny' });
  await vi.waitFor(() => expect(engine.asked).toHaveLength(1));
  return { ...engine, session };
}

describe('a session', () => {
  it('answers in three lanes once the model is there', async () => {
    const { session, asked } = await ready();
    const { lanes, watched, prompt } = asked[0]!.input;
    expect(session.stores.steering.getState().groups).toMatchObject([
      { name: 'five most active neurons', kind: 'active', factor: 1, on: true },
    ]);
    expect(lanes.map((lane) => lane.neurons)).toEqual([[], [], []]);
    expect(watched).toEqual(neurons);
    expect(prompt).toMatchObject({ kind: 'chat', system: '' });
  });

  it('leaves the unsteered lane alone when a slider moves, and keeps only the last of many moves', async () => {
    const { session, asked } = await ready();
    asked[0]!.finish();
    await vi.waitFor(() => expect(session.stores.run.getState().status).toBe('done'));
    for (let i = 0; i < 20; i++) session.setFactor(1 + i / 10);
    await vi.waitFor(() => expect(asked).toHaveLength(2));
    session.setFactor(0.5);
    await vi.waitFor(() => expect(asked).toHaveLength(3));
    expect(asked[1]!.input.lanes[0]!.neurons[0]!.factor).toBeCloseTo(2.9);
    expect(asked[1]!.aborted()).toBe(true);
    const { lanes } = asked[2]!.input;
    expect(lanes).toHaveLength(2);
    expect(lanes[0]!.neurons[0]!.factor).toBe(0.5);
    expect(session.record.lane(0).current.run).not.toBe(session.record.lane(1).current.run);
    asked[2]!.finish();
    await vi.waitFor(() => expect(session.stores.run.getState().status).toBe('done'));
    session.setOwnFactor('0:3', 0);
    await vi.waitFor(() => expect(asked).toHaveLength(4));
    expect(asked[3]!.input.lanes).toHaveLength(2);
    expect(asked[3]!.input.lanes[0]!.neurons.map(({ factor }) => factor)).toEqual([0.5, 0.5, 0.5, 0, 0.5]);
    expect(asked[3]!.input.lanes[1]!.neurons.filter(({ factor }) => factor === 0)).toHaveLength(1);
  });

  it('does not ask the model about a blank question, and keeps what was typed', async () => {
    const { session, asked } = await ready();
    session.stores.prompt.setState({ question: '  \n ', system: 'Be brief.' });
    session.answer();
    expect(session.stores.run.getState().error).toMatch(/Type a question/);
    expect(session.stores.prompt.getState().system).toBe('Be brief.');
    expect(asked).toHaveLength(1);
  });

  it('stops, and answers again when asked', async () => {
    const { session, asked } = await ready();
    session.stop();
    expect(asked[0]!.aborted()).toBe(true);
    expect(session.stores.run.getState()).toMatchObject({ status: 'done', error: undefined });
    session.answer();
    await vi.waitFor(() => expect(asked).toHaveLength(2));
    expect(asked[1]!.input.lanes).toHaveLength(3);
  });

  it('says why a model could not be loaded', async () => {
    const { client } = fakeEngine({
      load: new EngineError('unsupported-model', 'Type Q2_K is not supported; use Q4_1.'),
    });
    const session = createSession(client, (flush) => flush());
    await session.load({ kind: 'url', url: 'http://localhost/m.gguf', name: 'tiny' });
    expect(session.stores.model.getState()).toMatchObject({
      status: 'failed',
      error: 'Type Q2_K is not supported; use Q4_1.',
    });
    session.answer();
    expect(session.stores.run.getState().error).toMatch(/not ready/);
  });
});
