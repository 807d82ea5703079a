import { describe, expect, it, vi } from 'vitest';
import { createSession } from '../../../app/explore/state/session.ts';
import { EngineError } from '../../../src/lib/errors.ts';
import type { NeuronSet } from '../../../src/neurons/set-file.ts';
import { fakeEngine, neurons, readySession as ready, tinyModel } from '../../support/fake-engine.ts';

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

  it('starts with the first set that was found in the weights of the model', async () => {
    const { client, asked } = fakeEngine();
    const own = (name: string, fingerprint: string): NeuronSet => ({
      format: 'h-neuron-set',
      version: 2,
      name,
      model: { name: 'tiny', architecture: 'llama', fingerprint, layers: 1, widths: [16] },
      neurons: [{ layer: 0, neuron: 9, weight: 3 }],
      intercept: -1,
      feature: { aggregation: 'mean', position: 'read' },
      provenance: { created: '2025-01-31', command: 'test', questions: 'test' },
      metrics: {},
    });
    const { fingerprint } = tinyModel;
    const sets = [own('Other weights', 'other'), own('H-Neurons', fingerprint), own('Later', fingerprint)];
    const session = createSession(
      client,
      (flush) => flush(),
      async () => sets,
    );
    await session.load({ kind: 'url', url: 'http://localhost/m.gguf', name: 'tiny' });
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    expect(session.stores.steering.getState().groups).toMatchObject([
      { name: 'H-Neurons', kind: 'set', members: [{ layer: 0, neuron: 9, weight: 3 }], set: sets[1] },
    ]);
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

  it('answers a lane anew whose last tokens came when another move had taken their place', async () => {
    const { session, asked } = await ready({ hearsLate: true });
    asked[0]!.finish(['Paris .', 'Paris .', 'Paris .']);
    await vi.waitFor(() => expect(session.stores.run.getState().status).toBe('done'));
    session.setFactor(2);
    await vi.waitFor(() => expect(asked).toHaveLength(2));
    session.setFactor(3);
    // The worker was done before it heard of the newer move.
    asked[1]!.finish(['Rome .', 'Rome .']);
    session.setFactor(2);
    await vi.waitFor(() => expect(asked).toHaveLength(3));
    expect(asked[2]!.input.lanes).toHaveLength(2);
    asked[2]!.finish(['Rome .', 'Rome .']);
    await vi.waitFor(() => expect(session.stores.run.getState().status).toBe('done'));
    expect(
      session.record
        .lane(1)
        .current.tokens.map(({ token }) => token.text)
        .join(''),
    ).toBe('Rome .');
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
