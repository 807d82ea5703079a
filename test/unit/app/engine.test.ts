import { describe, expect, it, vi } from 'vitest';
import { createEngine } from '../../../app/shell/engine.ts';
import type { LoadedModel } from '../../../src/engine/model-info.ts';
import { CACHED_STAGE, DOWNLOAD_STAGE } from '../../../src/lib/bytes/progress.ts';
import type { EngineErrorCode } from '../../../src/lib/errors.ts';
import type { Request } from '../../../src/worker/engine-calls.ts';
import { tinyModel } from '../../support/fake-engine.ts';
import { fakePort } from '../../support/port.ts';

const source = { source: { kind: 'url', url: 'http://localhost/m', name: 'm' }, device: 'auto' } as const;
const control = { members: [], seed: 1 };

/** An engine whose workers are ports that a test answers for. */
function workers() {
  const made: ReturnType<typeof fakePort>[] = [];
  const engine = createEngine(() => {
    const port = fakePort();
    made.push(port);
    return port.port;
  });
  const last = (worker: number): Request => made[worker]!.sent.at(-1)!;
  return {
    engine,
    made,
    alive: () => made.filter(({ ended }) => !ended()).length,
    last,
    progress: (worker: number, stage: string) =>
      made[worker]!.answer({
        type: 'load',
        id: last(worker).id,
        event: { stage, done: 1, unit: 'bytes' },
      }),
    loaded: (worker: number, model: LoadedModel = tinyModel) =>
      made[worker]!.answer({ type: 'load', id: last(worker).id, out: model }),
    failed: (worker: number, code: EngineErrorCode, message: string) =>
      made[worker]!.answer({ type: 'error', id: last(worker).id, error: { code, message } }),
  };
}

/** With a model in the first worker. */
async function withModel() {
  const all = workers();
  const done = all.engine.call('load', source);
  all.loaded(0);
  await done;
  return all;
}

describe('the engine', () => {
  it('takes the worker that is there for the first model, and a new one for each other', async () => {
    const all = await withModel();
    expect(all.made).toHaveLength(1);
    for (const worker of [1, 2, 3, 4, 5]) {
      const done = all.engine.call('load', source);
      all.loaded(worker);
      await done;
      expect(all.alive()).toBe(1);
    }
    expect(all.engine.holdsModel()).toBe(true);
    void all.engine.call('control', control);
    expect(all.last(5)).toMatchObject({ type: 'control' });
  });

  it('never gives two calls of different workers one id', async () => {
    const { engine, made, loaded } = await withModel();
    const done = engine.call('load', source);
    loaded(1);
    await done;
    void engine.call('control', control);
    const ids = made.flatMap(({ sent }) => sent.map(({ id }) => id));
    expect(new Set(ids).size).toBe(3);
  });

  it('keeps the old model while the files of a new one come, and gives it up before they are read', async () => {
    const { engine, made, progress, loaded, alive } = await withModel();
    const done = engine.call('load', source);
    progress(1, DOWNLOAD_STAGE);
    progress(1, CACHED_STAGE);
    expect(made[0]!.ended()).toBe(false);
    const old = engine.call('control', control);
    progress(1, 'Preparing the weights');
    expect(made[0]!.ended()).toBe(true);
    await expect(old).rejects.toMatchObject({ code: 'cancelled' });
    expect(engine.holdsModel()).toBe(false);
    loaded(1);
    await done;
    expect(alive()).toBe(1);
  });

  it('answers with the old model where a new one cannot be had', async () => {
    const { engine, made, failed, last, alive } = await withModel();
    const done = engine.call('load', source);
    failed(1, 'load-failed', 'The host could not be reached.');
    await expect(done).rejects.toThrow('could not be reached');
    expect(made[1]!.ended()).toBe(true);
    expect(alive()).toBe(1);
    expect(engine.holdsModel()).toBe(true);
    void engine.call('control', control);
    expect(last(0)).toMatchObject({ type: 'control' });
  });

  it('has a fresh worker behind a model that failed, which the next one takes', async () => {
    const { engine, made, failed, progress, loaded, alive } = await withModel();
    const first = engine.call('load', source);
    progress(1, 'Preparing the weights');
    failed(1, 'out-of-memory', 'Too large.');
    await expect(first).rejects.toThrow('Too large');
    expect(engine.holdsModel()).toBe(false);
    const second = engine.call('load', source);
    expect(made).toHaveLength(3);
    loaded(2);
    await second;
    expect(alive()).toBe(1);
  });

  it('ends the worker of a load that is stopped', async () => {
    const { engine, made } = await withModel();
    const stop = new AbortController();
    const done = engine.call('load', source, { signal: stop.signal });
    stop.abort();
    await expect(done).rejects.toMatchObject({ code: 'cancelled' });
    expect(made.map(({ ended }) => ended())).toEqual([false, true]);
    expect(engine.holdsModel()).toBe(true);
  });

  it.each(['device-lost', 'out-of-memory'] as const)('tells of a model that is gone: %s', async (code) => {
    const { engine, made, failed } = await withModel();
    const lost = vi.fn();
    engine.onLost(lost);
    const done = engine.call('control', control);
    failed(0, code, 'Gone.');
    await expect(done).rejects.toThrow('Gone.');
    expect(lost).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code }));
    expect(made[0]!.ended()).toBe(true);
    expect(engine.holdsModel()).toBe(false);
  });

  it('tells of a worker that stopped, and has another', async () => {
    const { engine, made, loaded } = await withModel();
    const lost = vi.fn();
    engine.onLost(lost);
    made[0]!.fail('RangeError');
    expect(lost.mock.calls[0]![0].message).toBe(
      'The model’s worker stopped (RangeError); load the model again.',
    );
    const done = engine.call('load', source);
    loaded(1);
    await done;
    expect(engine.holdsModel()).toBe(true);
  });

  it('goes on after an error that leaves the model as it is', async () => {
    const { engine, failed } = await withModel();
    const lost = vi.fn();
    engine.onLost(lost);
    const done = engine.call('control', control);
    failed(0, 'bad-input', 'No such neuron.');
    await expect(done).rejects.toThrow('No such neuron.');
    expect(lost).not.toHaveBeenCalled();
    expect(engine.holdsModel()).toBe(true);
  });
});
