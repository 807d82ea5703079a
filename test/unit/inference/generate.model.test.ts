import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batchScales, forward } from '../../../src/inference/forward.ts';
import {
  type GenerateListener,
  type GenerateRequest,
  generate,
  MAX_LANES,
} from '../../../src/inference/generate.ts';
import { emptyCache } from '../../../src/inference/kv-cache.ts';
import { promptCache } from '../../../src/inference/prompt-cache.ts';
import { logSoftmaxStats } from '../../../src/inference/sampling.ts';
import type { Lane } from '../../../src/inference/types.ts';
import { nativeRuntime } from '../../../src/model/runtime/native.ts';
import { largestDifference } from '../../support/differences.ts';
import {
  counted,
  greedy,
  lane,
  type Opened,
  openLongTiny,
  openTiny,
  recorder,
  tinyReference,
} from '../../support/models.ts';

const runtime = nativeRuntime(1);
const promptIds = tinyReference.input_ids;
const steered = [
  { layer: 0, neuron: 22, factor: 3 },
  { layer: 1, neuron: 9, factor: -1 },
];
const random = { ...greedy, temperature: 1, seed: 5 };
let opened: Opened;

beforeAll(async () => {
  opened = await openTiny(runtime);
});
afterAll(() => opened.model.session.release());

/** Answers with the tiny model, without stop tokens unless they are given. */
async function answer(
  lanes: readonly Lane[],
  request: Partial<GenerateRequest> = {},
  change: Parameters<typeof counted>[1] = {},
) {
  const { model, runs } = counted(opened, { eosIds: new Set(), ...change });
  const { tokens, cett, listener } = recorder(lanes.length);
  const result = await generate(model, { promptIds, lanes, maxTokens: 8, ...request }, listener);
  return { result, tokens, cett, runs: runs() };
}

const idsOf = ({ result }: Awaited<ReturnType<typeof answer>>) => result.lanes.map(({ ids }) => ids);

function expectSameCett(a: readonly Float32Array[], b: readonly Float32Array[], tolerance: number): void {
  expect(a.length).toBe(b.length);
  a.forEach((values, at) => {
    expect(largestDifference(values, b[at]!)).toBeLessThanOrEqual(tolerance);
  });
}

describe('one run', () => {
  it('tells every position and token, and reads the last token, too', async () => {
    const { result, tokens, cett, runs } = await answer([lane()]);
    expect(result.lanes[0]).toMatchObject({ finish: 'length' });
    expect(tokens[0]!.map(({ id }) => id)).toEqual(result.lanes[0]!.ids);
    expect(tokens[0]!.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(tokens[0]!.map(({ text }) => text).join('')).toBe(result.lanes[0]!.text);
    expect(cett[0]).toHaveLength(promptIds.length + 8);
    expect(cett[0]!.every((values) => values.length === 192)).toBe(true);
    expect(result.steps).toBe(8);
    expect(runs).toBe(9);
    for (const { top, id, logprob, entropy } of tokens[0]!) {
      expect(top).toHaveLength(10);
      expect(top[0]).toEqual({ id, logprob });
      expect(entropy).toBeGreaterThan(0);
    }
  });

  it('draws the same tokens where nothing is captured, and then tells no position and leaves the prompt cache alone', async () => {
    const lanes = [lane([], { sampling: random }), lane(steered, { sampling: { ...random, seed: 6 } })];
    const captured = await answer(lanes);
    const kept = promptCache(runtime, 2 ** 20);
    const bare = await answer(lanes, { captures: 'none', promptCache: kept });
    expect(idsOf(bare)).toEqual(idsOf(captured));
    expect(bare.result.lanes.map(({ logprobs }) => logprobs)).toEqual(
      captured.result.lanes.map(({ logprobs }) => logprobs),
    );
    expect(captured.cett[0]).toHaveLength(promptIds.length + 8);
    expect(bare.cett).toEqual([[], []]);
    expect(kept.findStart(promptIds, '')).toBeUndefined();
  });

  it('gives what reading the answer together with the prompt gives', async () => {
    const stepped = await answer([lane(steered)]);
    const ids = [...promptIds, ...idsOf(stepped)[0]!];
    const whole = await answer([lane(steered)], { promptIds: ids, maxTokens: 1 });
    expectSameCett(stepped.cett[0]!, whole.cett[0]!.slice(0, ids.length), 1e-4);
  });

  it('ends at a stop token, which is not part of the answer', async () => {
    const drawn = lane([], { sampling: random });
    const [ids] = idsOf(await answer([drawn]));
    const at = ids!.findIndex((id) => id !== ids![0]);
    expect(at).toBeGreaterThan(0);
    const stopped = await answer([drawn], {}, { eosIds: new Set([ids![at]!]) });
    expect(stopped.result.lanes[0]).toMatchObject({ ids: ids!.slice(0, at), finish: 'stop' });
    expect(stopped.cett[0]).toHaveLength(promptIds.length + at);
    const atOnce = await answer([drawn], {}, { eosIds: new Set([ids![0]!]) });
    expect(atOnce.result).toMatchObject({ steps: 0, lanes: [{ ids: [], text: '', finish: 'stop' }] });
  });

  it('ends where the context is full', async () => {
    const contextLength = promptIds.length + 3;
    const { result, cett } = await answer([lane()], {}, { contextLength });
    expect(result.lanes[0]).toMatchObject({ finish: 'context' });
    expect(result.lanes[0]!.ids).toHaveLength(3);
    expect(cett[0]).toHaveLength(contextLength);
  });
});

describe('a long prompt', () => {
  const tokens = (count: number) => Array.from({ length: count }, (_, at) => 3 + ((at * 37) % 290));

  it('is read in as many runs as lanes need, with the same values', async () => {
    const long = tokens(250);
    const one = await answer([lane(steered)], { promptIds: long, maxTokens: 2 });
    const lanes = [lane(), lane(steered), lane([{ layer: 0, neuron: 5, factor: 2 }])];
    const three = await answer(lanes, { promptIds: long, maxTokens: 2 });
    expect(one.runs).toBe(3);
    expect(three.runs).toBe(4);
    expect(idsOf(three)[1]).toEqual(idsOf(one)[0]);
    expectSameCett(three.cett[1]!, one.cett[0]!, 1e-4);
  });

  it('is read in pieces as it would be at once; the neurons of its last 256 positions are kept', async () => {
    const { model, io } = await openLongTiny(runtime, 1024);
    const long = tokens(700);
    const { cett, tokens: told, listener } = recorder(1);
    const { model: wrapped, runs } = counted({ model, io });
    const request = { promptIds: long, lanes: [lane(steered)], maxTokens: 1 };
    await generate(wrapped, request, listener);
    // Six pieces of at most 128 tokens, and the token that was drawn.
    expect(runs()).toBe(7);
    const capture = long.map((_, at) => at).slice(-256);
    const whole = await forward(model, {
      ids: [long],
      cache: emptyCache(io, runtime, 1),
      scales: batchScales(model, [steered]),
      capture,
      logits: [699],
    });
    expect(Object.keys(cett[0]!).map(Number)).toEqual([...capture, 700]);
    for (const [i, position] of capture.entries()) {
      expect(largestDifference(cett[0]![position]!, whole.cett(0, i))).toBeLessThan(1e-4);
    }
    const logits = whole.logits(0, 0);
    expect(told[0]![0]!.logprob).toBeCloseTo(Math.max(...logits) - logSoftmaxStats(logits).logZ, 4);
    await model.session.release();
  });
});

describe('lanes', () => {
  it('of different lengths end one by one and stay what they are alone', async () => {
    const drawn = (seed: number) => lane(steered, { sampling: { ...random, seed } });
    const lanes = [drawn(5), lane(), drawn(2)];
    const free = idsOf(await answer(lanes, { maxTokens: 12 }));
    const eosIds = new Set([0, 2].map((row) => free[row]!.find((id) => id !== free[1]![0])!));
    const together = await answer(lanes, { maxTokens: 12 }, { eosIds });
    expect(together.result.lanes.map(({ finish }) => finish)).toEqual(['stop', 'length', 'stop']);
    for (const [row, one] of lanes.entries()) {
      const alone = await answer([one], { maxTokens: 12 }, { eosIds });
      expect(together.result.lanes[row]!.ids).toEqual(alone.result.lanes[0]!.ids);
      expect(together.result.lanes[row]!.finish).toBe(alone.result.lanes[0]!.finish);
      expectSameCett(together.cett[row]!, alone.cett[0]!, 1e-4);
    }
  });

  it('scaled in the answer only leave the prompt as it is and change what follows', async () => {
    const plain = await answer([lane()]);
    const scoped = await answer([lane(steered, { scope: 'answer' })]);
    const everywhere = await answer([lane(steered)]);
    const prompt = (run: typeof plain) => run.cett[0]!.slice(0, promptIds.length);
    expectSameCett(prompt(scoped), prompt(plain), 0);
    expect(largestDifference(prompt(everywhere).at(-1)!, prompt(plain).at(-1)!)).toBeGreaterThan(1e-3);
    expect(scoped.tokens[0]![0]).toEqual(plain.tokens[0]![0]);
    const first = promptIds.length;
    expect(largestDifference(scoped.cett[0]![first]!, plain.cett[0]![first]!)).toBeGreaterThan(1e-3);
  });

  it('with the same seed give the same text, with others another', async () => {
    const sampled = (seed: number) => lane([], { sampling: { ...random, seed } });
    const run = await answer([sampled(1), sampled(1), sampled(2)], { maxTokens: 16 });
    const again = await answer([sampled(2), sampled(1)], { maxTokens: 16 });
    const [a, b, c] = idsOf(run);
    expect(b).toEqual(a);
    expect(c).not.toEqual(a);
    expect(idsOf(again)).toEqual([c, a]);
  });
});

describe('the prompt cache', () => {
  it('answers the same prompt again without reading it, identically', async () => {
    const kept = promptCache(runtime, 2 ** 24);
    const lanes = [lane(), lane(steered)];
    const first = await answer(lanes, { promptCache: kept });
    const second = await answer(lanes, { promptCache: kept });
    expect(first.runs).toBe(9);
    expect(second.runs).toBe(8);
    expect(second.tokens).toEqual(first.tokens);
    expect(idsOf(second)).toEqual(idsOf(first));
    [0, 1].forEach((row) => {
      expectSameCett(second.cett[row]!, first.cett[row]!, 0);
    });
    kept.clear();
    expect((await answer(lanes, { promptCache: kept })).runs).toBe(9);
  });

  it('serves lanes that scale the answer only from the unscaled reading', async () => {
    const kept = promptCache(runtime, 2 ** 24);
    await answer([lane()], { promptCache: kept });
    const scoped = await answer([lane(steered, { scope: 'answer' })], { promptCache: kept });
    expect(scoped.runs).toBe(8);
    const fresh = await answer([lane(steered, { scope: 'answer' })]);
    expect(idsOf(scoped)).toEqual(idsOf(fresh));
    expectSameCett(scoped.cett[0]!, fresh.cett[0]!, 0);
  });

  it('reads anew for another prompt and for other factors on the prompt', async () => {
    const kept = promptCache(runtime, 2 ** 24);
    await answer([lane(steered)], { promptCache: kept });
    expect((await answer([lane()], { promptCache: kept })).runs).toBe(9);
    const factors = steered.map((neuron) => ({ ...neuron, factor: neuron.factor / 2 }));
    expect((await answer([lane(factors)], { promptCache: kept })).runs).toBe(9);
    const other = [...promptIds.slice(0, -1), 9];
    expect((await answer([lane(steered)], { promptCache: kept, promptIds: other })).runs).toBe(9);
    expect((await answer([lane([...steered].reverse())], { promptCache: kept })).runs).toBe(8);
  });

  it('keeps to its bytes: one reading at a time, or none', async () => {
    const one = promptCache(runtime, 20_000);
    await answer([lane()], { promptCache: one });
    expect((await answer([lane()], { promptCache: one })).runs).toBe(8);
    await answer([lane(steered)], { promptCache: one });
    expect((await answer([lane()], { promptCache: one })).runs).toBe(9);
    const none = promptCache(runtime, 100);
    const first = await answer([lane()], { promptCache: none });
    const second = await answer([lane()], { promptCache: none });
    expect(second.runs).toBe(9);
    expect(idsOf(second)).toEqual(idsOf(first));
  });
});

describe('cancelling', () => {
  async function cancelled(listen: (controller: AbortController) => Partial<GenerateListener>) {
    const controller = new AbortController();
    const { model, runs } = counted(opened, { eosIds: new Set() });
    const listener = { position() {}, token() {}, ...listen(controller) };
    const request = { promptIds, lanes: [lane()], maxTokens: 50, signal: controller.signal };
    const outcome = generate(model, request, listener);
    await expect(outcome).rejects.toMatchObject({ name: 'EngineError', code: 'cancelled' });
    return runs();
  }

  it('in a step makes no further run', async () => {
    const stopAt = (controller: AbortController) => ({
      token: ({ index }: { index: number }) => {
        if (index === 2) controller.abort();
      },
    });
    expect(await cancelled(stopAt)).toBe(3);
  });

  it('behind the prompt makes no step', async () => {
    expect(await cancelled((controller) => ({ position: () => controller.abort() }))).toBe(1);
  });

  it('before the start makes no run', async () => {
    expect(
      await cancelled((controller) => {
        controller.abort();
        return {};
      }),
    ).toBe(0);
  });

  it('is seen between two steps when it comes from an event', async () => {
    const later = (controller: AbortController) => ({
      token: ({ index }: { index: number }) => {
        if (index === 2) setImmediate(() => controller.abort());
      },
    });
    expect(await cancelled(later)).toBeLessThanOrEqual(4);
  });
});

describe('bad requests', () => {
  it.each([
    ['an empty prompt', { promptIds: [] }, 'bad-input', 'prompt is empty'],
    [
      'an id that is not in the vocabulary',
      { promptIds: [1, 302] },
      'bad-input',
      '302 is not in the vocabulary',
    ],
    ['no tokens', { maxTokens: 0 }, 'bad-input', '1 or more'],
    ['a prompt as long as the context', { promptIds: new Array<number>(256).fill(5) }, 'context-full', '256'],
  ] as const)('%s', async (_, request, code, message) => {
    const outcome = answer([lane()], request);
    await expect(outcome).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });

  it.each([
    ['no lanes', []],
    ['too many lanes', Array.from({ length: MAX_LANES + 1 }, () => lane())],
    ['a neuron that the model does not have', [lane([{ layer: 2, neuron: 0, factor: 2 }])]],
    ['a factor out of range', [lane([{ layer: 0, neuron: 0, factor: 9 }])]],
    ['a temperature below 0', [lane([], { sampling: { ...greedy, temperature: -1 } })]],
  ])('%s', async (_, lanes) => {
    await expect(answer(lanes)).rejects.toMatchObject({ code: 'bad-input' });
  });

  it('leave the model able to answer', async () => {
    await expect(answer([lane([{ layer: 2, neuron: 0, factor: 2 }])])).rejects.toThrow();
    expect((await answer(Array.from({ length: MAX_LANES }, () => lane()))).result.lanes).toHaveLength(16);
  });
});
