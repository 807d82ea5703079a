import { describe, expect, it } from 'vitest';
import type { Progress } from '../../../src/lib/bytes/progress.ts';
import { createEngineClient } from '../../../src/worker/engine-client.ts';
import { fakePort } from '../../support/port.ts';

const control = { members: [], seed: 1 };
const progress: Progress = { stage: 'Testing', done: 1, unit: 'items' };
const source = { source: { kind: 'url', url: 'http://localhost/m', name: 'm' }, device: 'auto' } as const;

describe('a call', () => {
  it('resolves with the answer to its own id', async () => {
    const { port, sent, answer } = fakePort();
    const client = createEngineClient(port);
    const first = client.start('control', control);
    const second = client.start('control', { ...control, seed: 2 });
    expect(sent).toEqual([
      { type: 'control', id: first.id, in: control },
      { type: 'control', id: second.id, in: { ...control, seed: 2 } },
    ]);
    expect(first.id).not.toBe(second.id);
    answer({ type: 'control', id: second.id, out: { members: [{ layer: 1, neuron: 2 }] } });
    answer({ type: 'control', id: first.id, out: { members: [] } });
    answer({ type: 'control', id: 99, out: { members: [] } });
    expect(await second.done).toEqual({ members: [{ layer: 1, neuron: 2 }] });
    expect(await first.done).toEqual({ members: [] });
  });

  it('hands events on while it is open, and none afterwards', async () => {
    const { port, answer } = fakePort();
    const events: Progress[] = [];
    const { id, done } = createEngineClient(port).start('load', source, { onEvent: (e) => events.push(e) });
    answer({ type: 'load', id, event: progress });
    answer({ type: 'error', id, error: { code: 'load-failed', message: 'No such file.', detail: 'why' } });
    answer({ type: 'load', id, event: progress });
    await expect(done).rejects.toMatchObject({
      name: 'EngineError',
      code: 'load-failed',
      message: 'No such file.',
      cause: 'why',
    });
    expect(events).toEqual([progress]);
  });
});

describe('a signal', () => {
  it('asks the worker to cancel once, and only while the call is open', async () => {
    const { port, sent, answer } = fakePort();
    const client = createEngineClient(port);
    const controller = new AbortController();
    const { id, done } = client.start('control', control, { signal: controller.signal });
    controller.abort();
    expect(sent.at(-1)).toEqual({ type: 'cancel', id });
    answer({ type: 'error', id, error: { code: 'cancelled', message: 'The request was cancelled.' } });
    await expect(done).rejects.toMatchObject({ code: 'cancelled' });

    const late = new AbortController();
    const other = client.start('control', control, { signal: late.signal });
    answer({ type: 'control', id: other.id, out: { members: [] } });
    await other.done;
    const count = sent.length;
    late.abort();
    expect(sent).toHaveLength(count);
  });

  it('that fires while the answer is on its way cancels the call all the same', async () => {
    const { port, answer } = fakePort();
    const controller = new AbortController();
    const call = createEngineClient(port).start('control', control, { signal: controller.signal });
    controller.abort();
    answer({ type: 'control', id: call.id, out: { members: [] } });
    await expect(call.done).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('that fired already sends nothing', async () => {
    const { port, sent } = fakePort();
    const outcome = createEngineClient(port).call('control', control, { signal: AbortSignal.abort() });
    await expect(outcome).rejects.toMatchObject({ code: 'cancelled' });
    expect(sent).toEqual([]);
  });
});

describe('the end of the worker', () => {
  it('by an error rejects open and later calls with the reason', async () => {
    const { port, sent, fail } = fakePort();
    const client = createEngineClient(port);
    const open = client.call('control', control);
    fail('script failed');
    const stopped = { code: 'internal', message: expect.stringContaining('stopped: script failed') };
    await expect(open).rejects.toMatchObject(stopped);
    await expect(client.call('control', control)).rejects.toMatchObject(stopped);
    expect(sent).toHaveLength(1);
  });

  it('by close rejects open and later calls', async () => {
    const { port, ended } = fakePort();
    const client = createEngineClient(port);
    const open = client.call('control', control);
    client.close();
    expect(ended()).toBe(true);
    await expect(open).rejects.toMatchObject({ code: 'cancelled' });
    await expect(client.call('control', control)).rejects.toMatchObject({ code: 'cancelled' });
  });
});
