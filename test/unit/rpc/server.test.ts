import { describe, expect, it } from 'vitest';
import type { GenerateIn } from '../../../src/engine/answer-events.ts';
import { EngineError } from '../../../src/lib/errors.ts';
import type { CallName, LoadIn } from '../../../src/worker/engine-calls.ts';
import type { EngineClient } from '../../../src/worker/engine-client.ts';
import { type Handlers, serveEngine } from '../../../src/worker/serve-engine.ts';
import { connect } from '../../support/port.ts';

const load: LoadIn = { source: { kind: 'url', url: 'http://localhost/m', name: 'm' }, device: 'auto' };
const generate: GenerateIn = {
  prompt: { kind: 'ids', ids: [1] },
  lanes: [],
  maxTokens: 1,
  watched: [],
  bins: 1,
};

/** Handlers that note start and end, and wait to be released or cancelled. */
function handlers() {
  const log: string[] = [];
  const waiting: { readonly type: CallName; release(): void }[] = [];
  const hold = (type: CallName, id: number, signal: AbortSignal) =>
    new Promise<never>((resolve, reject) => {
      log.push(`${type} ${id} starts`);
      const end = (how: string) => {
        log.push(`${type} ${id} ${how}`);
        waiting.splice(waiting.indexOf(entry), 1);
      };
      const entry = {
        type,
        release() {
          end('ends');
          resolve({} as never);
        },
      };
      waiting.push(entry);
      signal.addEventListener('abort', () => {
        end('cancelled');
        reject(new Error('stopped in the middle'));
      });
    });
  const all: Handlers = {
    load: (_, { id, signal }) => hold('load', id, signal),
    generate: (_, { id, signal }) => hold('generate', id, signal),
    control: async ({ seed }) => {
      if (seed === 0) throw new EngineError('bad-input', 'The seed is 0.', { cause: new Error('deeper') });
      if (seed === 1) throw new TypeError('a bug');
      return { members: [] };
    },
    dose: (_, { id, signal }) => hold('dose', id, signal),
    reread: (_, { id, signal }) => hold('reread', id, signal),
    identify: (_, { id, signal }) => hold('identify', id, signal),
    impact: (_, { id, signal }) => hold('impact', id, signal),
    neuron: async () => ({ columnNorm: 1, normRank: 1, neurons: 1, meanCett: 1 }),
    detail: async () => ({ cett: new Float32Array([1]) }),
    free: (_, { id, signal }) => hold('free', id, signal),
    survey: (_, { id, signal }) => hold('survey', id, signal),
    kept: async () => ({ models: [] }),
    forget: async () => ({}),
  };
  return { log, waiting, all };
}

/** Waits until a condition holds; events are handled in between. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

const counts = { right: 0, wrong: 0, uncertain: 0, mixed: 0, skipped: 0 };
const cancelled = { name: 'EngineError', code: 'cancelled', message: 'The request was cancelled.' };

describe('calls that use the model', () => {
  it('of one kind: a newer one cancels the older, and starts when that has ended', async () => {
    const { log, waiting, all } = handlers();
    const client = connect(all);
    const settled = Promise.allSettled([1, 2, 3].map(() => client.call('generate', generate)));
    await until(() => log.includes('generate 3 starts'));
    expect(waiting).toHaveLength(1);
    waiting[0]!.release();
    const [first, second, third] = await settled;
    expect(first).toMatchObject({ status: 'rejected', reason: cancelled });
    expect(second).toMatchObject({ status: 'rejected', reason: cancelled });
    expect(third).toMatchObject({ status: 'fulfilled' });
    expect(log.slice(-2)).toEqual(['generate 3 starts', 'generate 3 ends']);
    expect(log.filter((line) => line.endsWith(' ends'))).toHaveLength(1);
  });

  it('one that comes in the moment in which another ends is answered', async () => {
    const { all } = handlers();
    const answered: number[] = [];
    const take = serveEngine({ ...all, dose: async () => ({ lanes: [] }) }, ({ id }) => {
      answered.push(id);
      // Some microtasks later, as in a process of its own without a worker.
      let wait = Promise.resolve();
      for (let i = 0; i < id; i++) wait = wait.then(() => {});
      if (id < 12) void wait.then(() => take({ type: 'dose', id: id + 1, in: dose }));
    });
    const dose = { prompt: generate.prompt, lanes: [], maxTokens: 1 };
    take({ type: 'dose', id: 1, in: dose });
    await new Promise((resolve) => setImmediate(resolve));
    expect(answered).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
  });

  it('a load cancels an answer, an answer waits for the load', async () => {
    const { log, waiting, all } = handlers();
    const client = connect(all);
    const first = client.call('generate', generate);
    await until(() => log.length === 1);
    const loading = client.call('load', load);
    const second = client.call('generate', generate);
    await expect(first).rejects.toMatchObject(cancelled);
    await until(() => log.includes('load 2 starts'));
    expect(log).toEqual(['generate 1 starts', 'generate 1 cancelled', 'load 2 starts']);
    waiting[0]!.release();
    await loading;
    await until(() => log.includes('generate 3 starts'));
    waiting[0]!.release();
    await second;
  });

  it('freeing the model does not wait for the end of an answer', async () => {
    const { log, waiting, all } = handlers();
    const client = connect(all);
    const answer = client.call('generate', generate);
    await until(() => log.length === 1);
    const freed = client.call('free', {});
    await expect(answer).rejects.toMatchObject(cancelled);
    await until(() => log.includes('free 2 starts'));
    waiting[0]!.release();
    await freed;
  });

  it('a cancel reaches the call that runs, and one that waits never starts', async () => {
    const { log, waiting, all } = handlers();
    const client = connect(all);
    const loading = client.call('load', load);
    const controller = new AbortController();
    const answer = client.call('generate', generate, { signal: controller.signal });
    await until(() => log.length === 1);
    controller.abort();
    await new Promise((resolve) => setImmediate(resolve));
    waiting[0]!.release();
    await loading;
    await expect(answer).rejects.toMatchObject(cancelled);
    expect(log).toEqual(['load 1 starts', 'load 1 ends']);
  });
});

describe('a run that asks questions', () => {
  const identify = { run: 'a' };

  it.each([
    ['an answer', (client: EngineClient) => client.call('generate', generate)],
    ['a load', (client: EngineClient) => client.call('load', load)],
  ])('is cancelled by %s', async (_what, call) => {
    const { log, waiting, all } = handlers();
    const client = connect(all);
    const run = client.call('identify', identify);
    await until(() => log.length === 1);
    const other = call(client);
    await expect(run).rejects.toMatchObject(cancelled);
    await until(() => waiting.length === 1);
    waiting[0]!.release();
    await other;
  });

  it('goes on behind doses, which run between its questions', async () => {
    const { log, waiting, all } = handlers();
    const questions: string[] = [];
    const client = connect({
      ...all,
      async identify(_, { giveWay, signal }) {
        for (const question of ['first', 'second', 'third']) {
          await giveWay();
          if (signal.aborted) throw new Error('stopped');
          questions.push(question);
          log.push(question);
          await new Promise((resolve) => setImmediate(resolve));
          if (question === 'first') await until(() => asked);
        }
        return { done: 3, total: 3, counts, questionsAnHour: 0, left: 0, latest: undefined };
      },
    });
    let asked = false;
    const run = client.call('identify', identify);
    await until(() => log.includes('first'));
    const dose = client.call('dose', { prompt: generate.prompt, lanes: [], maxTokens: 1 });
    // Behind the message, which is delivered in a task of its own.
    await new Promise((resolve) => setImmediate(resolve));
    asked = true;
    await until(() => waiting.length === 1);
    expect(questions).toEqual(['first']);
    waiting[0]!.release();
    await dose;
    await run;
    expect(log).toEqual(['first', 'dose 2 starts', 'dose 2 ends', 'second', 'third']);
  });
});

describe('other calls', () => {
  it('are answered while the model is used', async () => {
    const { log, waiting, all } = handlers();
    const client = connect(all);
    const answer = client.call('generate', generate);
    await until(() => log.length === 1);
    expect(await client.call('detail', { run: 1, lane: 0, position: 0, start: 0, end: 1 })).toEqual({
      cett: new Float32Array([1]),
    });
    waiting[0]!.release();
    await answer;
  });

  it('give errors with code, sentence and what lies behind', async () => {
    const client = connect(handlers().all);
    await expect(client.call('control', { members: [], seed: 0 })).rejects.toMatchObject({
      code: 'bad-input',
      message: 'The seed is 0.',
      cause: 'deeper',
    });
    await expect(client.call('control', { members: [], seed: 1 })).rejects.toMatchObject({
      code: 'internal',
      message: 'Something went wrong in the engine: a bug',
    });
    expect(await client.call('control', { members: [], seed: 2 })).toEqual({ members: [] });
  });
});
