import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GenerateRequest, generate } from '../../../src/inference/generate.ts';
import { promptCache } from '../../../src/inference/prompt-cache.ts';
import { nativeRuntime } from '../../../src/model/runtime/native.ts';
import { counted, lane, type Opened, openLongTiny, recorder } from '../../support/models.ts';

const runtime = nativeRuntime(1);
const steered = [{ layer: 0, neuron: 22, factor: 3 }];
const tokens = (count: number) => Array.from({ length: count }, (_, i) => 3 + ((i * 7) % 200));
let opened: Opened;

beforeAll(async () => {
  opened = await openLongTiny(runtime, 2048);
});
afterAll(() => opened.model.session.release());

/** Answers, and tells how the reading of the prompt went on. */
async function read(request: Omit<GenerateRequest, 'maxTokens'>, change: Parameters<typeof counted>[1] = {}) {
  const { model, runs } = counted(opened, change);
  const { listener, cett } = recorder(request.lanes.length);
  const told: (readonly [number, number])[] = [];
  const reading = (done: number, total: number) => void told.push([done, total]);
  const done = generate(model, { maxTokens: 1, ...request }, { ...listener, reading });
  return { result: await done, told, runs: runs(), cett };
}

describe('the reading of a prompt', () => {
  it('is told from none to all of its tokens, in steps of 128', async () => {
    const { told } = await read({ promptIds: tokens(700), lanes: [lane()] });
    expect(told).toEqual([0, 128, 256, 384, 512, 640, 700].map((done) => [done, 700]));
  });

  it('counts the lanes that are read apart as one prompt', async () => {
    const { told } = await read({ promptIds: tokens(600), lanes: [lane(), lane(steered), lane()] });
    expect(told.at(0)).toEqual([0, 600]);
    expect(told.at(-1)).toEqual([600, 600]);
    expect(told.map(([done]) => done)).toEqual([0, 64, 128, 192, 256, 300, 364, 428, 492, 556, 600]);
  });

  it('begins with what the prompt shares with one that was read before', async () => {
    const kept = promptCache(runtime, 2 ** 26);
    const promptIds = tokens(600);
    await read({ promptIds, lanes: [lane()], promptCache: kept });
    const { told } = await read({
      promptIds: [...promptIds, ...tokens(100)],
      lanes: [lane()],
      promptCache: kept,
    });
    expect(told).toEqual([600, 700].map((done) => [done, 700]));
  });

  it('of a prompt that one run takes is not told', async () => {
    expect((await read({ promptIds: tokens(512), lanes: [lane()] })).told).toEqual([]);
  });

  it('stays in runs of 512 tokens where values hang on all tokens of a run', async () => {
    const { told } = await read({ promptIds: tokens(700), lanes: [lane()] }, { lanesApart: true });
    expect(told.map(([done]) => done)).toEqual([0, 512, 700]);
  });

  it('gives the same bits in pieces of any length', async () => {
    const whole = await read({ promptIds: tokens(700), lanes: [lane(steered)] }, { lanesApart: true });
    const pieces = await read({ promptIds: tokens(700), lanes: [lane(steered)] });
    expect(pieces.runs).toBeGreaterThan(whole.runs);
    expect(pieces.result.lanes).toEqual(whole.result.lanes);
    expect(pieces.cett).toEqual(whole.cett);
  });

  it('ends between two pieces where it is stopped', async () => {
    const { model, runs } = counted(opened);
    const { listener } = recorder(1);
    const stop = new AbortController();
    const request = { promptIds: tokens(1500), lanes: [lane()], maxTokens: 1, signal: stop.signal };
    const reading = (done: number) => {
      if (done >= 256) stop.abort();
    };
    await expect(generate(model, request, { ...listener, reading })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(runs()).toBe(2);
  });
});
