import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { GenerateEvent, GenerateIn } from '../../../src/engine/answer-events.ts';
import { klDivergence } from '../../../src/engine/distribution-store.ts';
import type { DoseEvent } from '../../../src/engine/dose.ts';
import { readSequence } from '../../../src/inference/teacher-force.ts';
import type { Lane } from '../../../src/inference/types.ts';
import type { Progress } from '../../../src/lib/bytes/progress.ts';
import type { RuntimeMakers } from '../../../src/model/runtime/choose.ts';
import { nativeRuntime } from '../../../src/model/runtime/native.ts';
import type { Runtime } from '../../../src/model/runtime/types.ts';
import { createEngine } from '../../../src/worker/engine.ts';
import type { LoadIn } from '../../../src/worker/engine-calls.ts';
import type { EngineClient } from '../../../src/worker/engine-client.ts';
import { greedy, lane, openTiny, tinyReference } from '../../support/models.ts';
import { connect } from '../../support/port.ts';

const bytes = new Uint8Array(readFileSync(new URL('../../fixtures/gguf/tiny-llama.gguf', import.meta.url)));
const tiny = new File([bytes], 'tiny-llama.gguf');
const garbage = new File([new Uint8Array(5000).fill(7)], 'garbage.gguf');
const cut = new File([bytes.subarray(0, 60_000)], 'cut.gguf');

/** The native build in place of a browser's; `made` tells the devices, `released` those that were given back. */
function makers(change: Partial<RuntimeMakers> = {}) {
  const made: string[] = [];
  const released: string[] = [];
  const runtime = (kind: Runtime['kind']): Runtime => {
    made.push(kind);
    return { ...nativeRuntime(1), kind, release: () => void released.push(kind) };
  };
  const all: RuntimeMakers = {
    wasm: async () => runtime('wasm'),
    webgpu: async () => runtime('webgpu'),
    webgpuObstacle: async () => undefined,
    ...change,
  };
  return { all, made, released, runtime };
}

const open: EngineClient[] = [];
function engine(runtimes: RuntimeMakers = makers().all): EngineClient {
  const client = connect(createEngine(runtimes));
  open.push(client);
  return client;
}
afterEach(async () => {
  for (const client of open.splice(0)) await client.call('free', {});
});

const loadIn = (file: File, device: LoadIn['device'] = 'wasm'): LoadIn => ({
  source: { kind: 'files', files: [{ path: file.name, file }] },
  device,
});

function generateIn(change: Partial<GenerateIn> = {}): GenerateIn {
  const prompt = { kind: 'ids', ids: tinyReference.input_ids } as const;
  return { prompt, lanes: [lane()], maxTokens: 4, watched: [], bins: 8, ...change };
}

describe('load', () => {
  it('tells how far it is and what was loaded', async () => {
    const told: Progress[] = [];
    const model = await engine().call('load', loadIn(tiny), { onEvent: (p) => told.push(p) });
    expect(model).toMatchObject({
      name: 'tiny-llama',
      architecture: 'llama',
      layout: { widths: [96, 96], offsets: [0, 96], total: 192 },
      contextLength: 256,
      hasChatTemplate: true,
      device: { kind: 'wasm', threads: 1, why: 'WebAssembly with one thread: chosen by hand.' },
      precision: 'float32',
      fromCache: false,
    });
    expect(model.fingerprint).toMatch(/^[0-9a-f]{16}$/);
    const { meanCett, mostActive } = model;
    expect(mostActive).toHaveLength(5);
    const means = mostActive.map(({ layer, neuron }) => meanCett[model.layout.offsets[layer]! + neuron]!);
    expect(means).toEqual([...means].sort((a, b) => b - a));
    expect(means[0]).toBe(Math.max(...meanCett));
    expect(new Set(told.map(({ stage }) => stage))).toEqual(
      new Set(['Preparing weights', 'Starting the model', 'Testing the device']),
    );
  });

  it.each([
    ['garbage', garbage, 'unsupported-model'],
    ['a file that was cut', cut, 'load-failed'],
    ['an empty file', new File([], 'empty.gguf'), 'load-failed'],
  ])('of %s fails with a sentence; a good one after it works', async (_, file, code) => {
    const { all, made, released } = makers();
    const client = engine(all);
    const failed = client.call('load', loadIn(file));
    await expect(failed).rejects.toMatchObject({ code, message: expect.stringContaining(file.name) });
    expect(released).toEqual(made);
    await expect(client.call('generate', generateIn())).rejects.toMatchObject({ code: 'no-model' });
    await client.call('load', loadIn(tiny));
    expect((await client.call('generate', generateIn())).lanes[0]!.ids).toHaveLength(4);
  });

  it('gives a model back before the next one is made', async () => {
    const { all, made, released } = makers();
    const client = engine(all);
    await client.call('load', loadIn(tiny));
    await client.call('load', loadIn(tiny, 'webgpu'));
    expect(made).toEqual(['wasm', 'webgpu']);
    expect(released).toEqual(['wasm']);
    await client.call('free', {});
    expect(released).toEqual(['wasm', 'webgpu']);
    await expect(client.call('generate', generateIn())).rejects.toMatchObject({ code: 'no-model' });
  });

  it('that is cancelled leaves the engine able to load', async () => {
    const controller = new AbortController();
    const client = engine();
    const cancelled = client.call('load', loadIn(tiny), {
      signal: controller.signal,
      onEvent: () => controller.abort(),
    });
    const next = client.call('load', loadIn(tiny));
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    expect(await next).toMatchObject({ name: 'tiny-llama' });
  });
});

describe('the device', () => {
  it('is WebGPU where nothing stands against it, with weights in blocks', async () => {
    const model = await engine().call('load', loadIn(tiny, 'auto'));
    expect(model).toMatchObject({
      device: { kind: 'webgpu', why: 'WebGPU: a graphics card is there.' },
      precision: '8-bit blocks of 32',
    });
  });

  it('is WebAssembly where something does, and the reason is told', async () => {
    const { all, made } = makers({ webgpuObstacle: async () => 'this browser has no WebGPU' });
    const model = await engine(all).call('load', loadIn(tiny, 'auto'));
    expect(model.device).toMatchObject({
      kind: 'wasm',
      why: 'WebAssembly with one thread: this browser has no WebGPU.',
    });
    expect(made).toEqual(['wasm']);
  });

  it.each([
    [
      'cannot be started',
      (): Promise<Runtime> => Promise.reject(new Error('no device')),
      /WebGPU could not be started \(no device\)/,
    ],
    [
      'refuses the graph',
      async (): Promise<Runtime> => ({
        ...nativeRuntime(1),
        kind: 'webgpu',
        createSession: () => Promise.reject(new Error('Too many storage buffers.')),
      }),
      /WebGPU was tried and left \(Too many storage buffers\)/,
    ],
    [
      'computes values that are not finite',
      async (): Promise<Runtime> => ({
        ...nativeRuntime(1),
        kind: 'webgpu',
        read: async (tensors) => tensors.map(({ size }) => new Float32Array(size).fill(Number.NaN)),
      }),
      /WebGPU was tried and left \(.*not finite/,
    ],
  ])('is WebAssembly where WebGPU %s', async (_, webgpu, why) => {
    const { all } = makers({ webgpu });
    const client = engine(all);
    const model = await client.call('load', loadIn(tiny, 'webgpu'));
    expect(model.device).toMatchObject({ kind: 'wasm', why: expect.stringMatching(why) });
    expect((await client.call('generate', generateIn())).steps).toBe(4);
  });
});

describe('generate', () => {
  it('tells the prompt, then positions and tokens, and keeps all activations for detail', async () => {
    const client = engine();
    const model = await client.call('load', loadIn(tiny));
    const events: GenerateEvent[] = [];
    const watched = [
      { layer: 1, neuron: 9 },
      { layer: 0, neuron: 22 },
    ];
    const steered = lane([{ layer: 0, neuron: 22, factor: 3 }]);
    const { id, done } = client.start('generate', generateIn({ lanes: [lane(), steered], watched }), {
      onEvent: (event) => events.push(event),
    });
    const out = await done;
    const length = tinyReference.input_ids.length;
    expect(out).toMatchObject({ promptLength: length, steps: 4 });

    const [prompt] = events;
    expect(prompt).toMatchObject({ type: 'prompt', notice: '' });
    if (prompt?.type !== 'prompt') throw new TypeError('the prompt comes first');
    expect(prompt.tokens.map((token) => token.id)).toEqual(tinyReference.input_ids);
    expect(events.filter(({ type }) => type === 'token')).toHaveLength(8);
    const positions = events.filter((event) => event.type === 'position');
    expect(positions).toHaveLength(2 * (length + 4));

    for (const { lane: row, position, overview, profile, watched: values } of positions) {
      const at = { run: id, lane: row, position };
      const { cett } = await client.call('detail', { ...at, start: 0, end: 192 });
      expect(cett).toHaveLength(192);
      expect(overview).toHaveLength(16);
      expect(profile).toHaveLength(2);
      expect(values[0]).toBeCloseTo(cett[96 + 9]!, 3);
      expect(values[1]).toBeCloseTo(cett[22]!, 3);
      expect(Math.max(...overview.subarray(0, 8))).toBeCloseTo(Math.max(...cett.subarray(0, 96)), 3);
      expect(profile[1]! / cett.subarray(96).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 2);
      const part = await client.call('detail', { ...at, start: 90, end: 100 });
      expect(part.cett).toEqual(cett.slice(90, 100));
    }
    const texts = events.flatMap((event) =>
      event.type === 'token' && event.lane === 0 ? [event.token] : [],
    );
    expect(texts.map((token) => token.id)).toEqual(out.lanes[0]!.ids);
    expect(texts.map(({ text }) => text).join('')).toBe(out.lanes[0]!.text);
    expect(model.layout.total).toBe(192);
  });

  it('detail of an unknown run, lane or position is empty', async () => {
    const client = engine();
    await client.call('load', loadIn(tiny));
    const { id, done } = client.start('generate', generateIn());
    await done;
    for (const at of [
      { run: id + 1, lane: 0, position: 0 },
      { run: id, lane: 1, position: 0 },
      { run: id, lane: 0, position: 99 },
    ]) {
      expect(await client.call('detail', { ...at, start: 0, end: 192 })).toEqual({
        cett: new Float32Array(),
      });
    }
  });

  it('of many in a row only the newest answers', async () => {
    const client = engine();
    await client.call('load', loadIn(tiny));
    const input = (seed: number) =>
      generateIn({ maxTokens: 100, lanes: [lane([], { sampling: { ...greedy, temperature: 1, seed } })] });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, seed) => client.call('generate', input(seed))),
    );
    for (const outcome of outcomes.slice(0, -1)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'cancelled' } });
    }
    expect(outcomes.at(-1)).toMatchObject({ status: 'fulfilled' });
    const alone = await client.call('generate', input(19));
    expect(outcomes.at(-1)).toMatchObject({ value: { lanes: alone.lanes } });
  });

  it('cancelled in its midst ends, and the next answers', async () => {
    const client = engine();
    await client.call('load', loadIn(tiny));
    const controller = new AbortController();
    let tokens = 0;
    const outcome = client.call('generate', generateIn({ maxTokens: 200 }), {
      signal: controller.signal,
      onEvent(event) {
        if (event.type !== 'token') return;
        tokens++;
        if (tokens === 3) controller.abort();
      },
    });
    await expect(outcome).rejects.toMatchObject({ code: 'cancelled' });
    expect(tokens).toBeLessThan(200);
    expect((await client.call('generate', generateIn())).lanes[0]!.finish).toBe('length');
  });

  it('refuses what it cannot answer, with code and sentence', async () => {
    const client = engine();
    await expect(client.call('generate', generateIn())).rejects.toMatchObject({ code: 'no-model' });
    await client.call('load', loadIn(tiny));
    const blank = { kind: 'chat', system: '', turns: [{ role: 'user', content: ' ' }] } as const;
    for (const change of [
      { prompt: blank },
      { watched: [{ layer: 9, neuron: 0 }] },
      { lanes: [] },
      { lanes: [lane([{ layer: 0, neuron: 0, factor: 100 }])] },
    ]) {
      await expect(client.call('generate', generateIn(change))).rejects.toMatchObject({ code: 'bad-input' });
    }
  });
});

describe('comparison with the model as trained', () => {
  const strong = lane([
    { layer: 0, neuron: 22, factor: -3 },
    { layer: 1, neuron: 9, factor: 3 },
  ]);
  const soft = lane([{ layer: 1, neuron: 9, factor: 1.05 }]);
  const length = tinyReference.input_ids.length;

  /** Logits of the tiny model behind every token of a text, from the prompt's last on, by teacher forcing. */
  async function forced(answer: readonly number[], lanes: readonly Lane[]): Promise<Float32Array[][]> {
    const { model } = await openTiny(nativeRuntime(1));
    const positions = Array.from({ length: answer.length }, (_, i) => length - 1 + i);
    const found: Float32Array[][] = lanes.map(() => []);
    await readSequence(
      model,
      { promptIds: tinyReference.input_ids, answerIds: answer, lanes, capture: [], logits: positions },
      { logits: (row, _, logits) => void found[row]!.push(logits.slice()) },
    );
    return found;
  }

  const logZ = (logits: Float32Array) => Math.log(logits.reduce((sum, each) => sum + Math.exp(each), 0));
  const logprob = (logits: Float32Array, id: number) => logits[id]! - logZ(logits);
  const divergence = (p: Float32Array, q: Float32Array) =>
    klDivergence(
      p,
      logZ(p),
      q.map((logit) => logit - logZ(q)),
    );

  async function compared(maxTokens: number) {
    const client = engine();
    await client.call('load', loadIn(tiny));
    const tokens: Extract<GenerateEvent, { type: 'token' }>[][] = [[], [], []];
    const lanes = [lane(), strong, soft];
    await client.call('generate', generateIn({ lanes, maxTokens, reference: { lane: 0 } }), {
      onEvent: (event) => event.type === 'token' && tokens[event.lane]!.push(event),
    });
    return { client, tokens, lanes };
  }

  it('goes up to the first token that differs, and no further', async () => {
    const { tokens, lanes } = await compared(12);
    const ids = tokens.map((lane) => lane.map(({ token }) => token.id));
    expect(tokens[0]!.every(({ divergence: own }) => own === undefined)).toBe(true);
    const fork = ids[1]!.findIndex((id, i) => id !== ids[0]![i]);
    expect(fork).toBeGreaterThanOrEqual(0);
    expect(fork).toBeLessThan(11);
    for (const row of [1, 2] as const) {
      const [trained, own] = await forced(ids[row]!, [lanes[0]!, lanes[row]!]);
      tokens[row]!.forEach((token, i) => {
        if (ids[row]!.slice(0, i).some((id, j) => id !== ids[0]![j])) {
          expect(token).not.toHaveProperty('divergence');
          expect(token).not.toHaveProperty('referenceLogprob');
        } else {
          expect(token.divergence).toBeCloseTo(divergence(own![i]!, trained![i]!), 4);
          expect(token.referenceLogprob).toBeCloseTo(logprob(trained![i]!, token.token.id), 4);
        }
      });
    }
  });

  it('of a whole answer is a second reading, as by teacher forcing', async () => {
    const { client, tokens } = await compared(40);
    const answers = tokens.map((lane) => lane.map(({ token }) => token.id));
    const prompt = generateIn().prompt;
    const { logprobs } = await client.call('reread', { prompt, answers: [...answers, []] });
    expect(logprobs.map((each) => each.length)).toEqual([40, 40, 40, 0]);
    for (const [row, answer] of answers.entries()) {
      const [trained] = await forced(answer, [lane()]);
      answer.forEach((id, i) => {
        expect(logprobs[row]![i]).toBeCloseTo(logprob(trained![i]!, id), 4);
      });
    }
    // The unsteered answer's are those that it was drawn with.
    tokens[0]!.forEach(({ logprob: own }, i) => {
      expect(logprobs[0]![i]).toBeCloseTo(own, 4);
    });
  });

  it('of doses is taken on one text, the first lane’s, whatever the lanes answer', async () => {
    const client = engine();
    await client.call('load', loadIn(tiny));
    const lanes = [
      lane(),
      strong,
      soft,
      lane([], { scope: 'answer' }),
      { ...strong, scope: 'answer' as const },
    ];
    const { prompt } = generateIn();
    const events: DoseEvent[] = [];
    const out = await client.call(
      'dose',
      { prompt, lanes, maxTokens: 20 },
      { onEvent: (event) => events.push(event) },
    );
    const text = out.lanes[0]!.ids.slice(0, 15);
    const [trained, ...others] = await forced([...text, 0], lanes);
    const means = others.map(
      (own) => own.reduce((sum, logits, i) => sum + divergence(logits, trained![i]!), 0) / own.length,
    );
    expect(trained).toHaveLength(16);
    expect(out.lanes[0]!.divergence).toBe(0);
    expect(out.lanes[3]!.divergence).toBe(0);
    out.lanes.slice(1).forEach((lane, i) => {
      expect(lane.divergence).toBeCloseTo(means[i]!, 4);
    });
    expect(out.lanes[1]!.divergence).toBeGreaterThan(out.lanes[2]!.divergence);
    expect(out.lanes[1]!.ids).not.toEqual(out.lanes[0]!.ids);

    // A short prompt is read in one run; the longest answer tells how far the answers are.
    const tokens = Math.max(...out.lanes.map(({ ids }) => ids.length));
    expect(events).toEqual([
      ...Array.from({ length: tokens }, (_, i) => ({ stage: 'answering', done: i + 1, total: 20 })),
      ...[0, 1, 2, 3, 4, 5].map((done) => ({ stage: 'comparing', done, total: 5 })),
    ]);
  });
});

describe('control', () => {
  it('draws as many neurons of the same layers, none of the set, the same for the same seed', async () => {
    const client = engine();
    await client.call('load', loadIn(tiny));
    const members = [
      { layer: 0, neuron: 22 },
      { layer: 1, neuron: 9 },
      { layer: 1, neuron: 95 },
    ];
    const { members: drawn } = await client.call('control', { members, seed: 3 });
    expect(drawn.map(({ layer }) => layer)).toEqual([0, 1, 1]);
    expect(drawn).not.toEqual(expect.arrayContaining([expect.objectContaining(members[0]!)]));
    expect(await client.call('control', { members, seed: 3 })).toEqual({ members: drawn });
    expect(await client.call('control', { members, seed: 4 })).not.toEqual({ members: drawn });
  });
});
