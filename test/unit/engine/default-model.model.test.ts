import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ActivationStatistics,
  activationStatistics,
} from '../../../src/engine/activation-statistics.ts';
import { knownModels } from '../../../src/engine/known-models.ts';
import { selfTest } from '../../../src/engine/self-test.ts';
import { readGguf } from '../../../src/graph/gguf/file.ts';
import { llamaConfig } from '../../../src/graph/gguf/llama-config.ts';
import { buildLlama } from '../../../src/graph/gguf/llama-graph.ts';
import { encodeModel } from '../../../src/graph/onnx/model.ts';
import { batchScales, forward } from '../../../src/inference/forward.ts';
import { generate } from '../../../src/inference/generate.ts';
import { emptyCache } from '../../../src/inference/kv-cache.ts';
import { logSoftmaxStats, topCandidates } from '../../../src/inference/sampling.ts';
import { preparePrompt } from '../../../src/model/prompt.ts';
import { nativeRuntime } from '../../../src/model/runtime/native.ts';
import type { Feeds } from '../../../src/model/runtime/types.ts';
import { largestDifference, relativeDifference } from '../../support/differences.ts';
import {
  answerOf,
  defaultSource,
  greedy,
  lane,
  listedCett,
  type Opened,
  openDefault,
  recorder,
  smolReference,
} from '../../support/models.ts';

const runtime = nativeRuntime(2);
let opened: Opened;
let calibration: ActivationStatistics;

beforeAll(async () => {
  opened = await openDefault(runtime);
  calibration = await activationStatistics(opened.model);
});
afterAll(() => opened.model.session.release());

describe.each(smolReference.prompts)('"$prompt"', ({ prompt, input_ids, plain, scaled }) => {
  it('gives the reference token ids', () => {
    const { ids } = preparePrompt(opened.model, {
      kind: 'chat',
      system: '',
      turns: [{ role: 'user', content: prompt }],
    });
    expect(ids).toEqual(input_ids);
  });

  it.each([
    ['as trained', plain, []],
    ['with the scaled neurons', scaled, smolReference.scale],
  ] as const)('gives the reference values %s', async (_, expected, neurons) => {
    const { model } = opened;
    const { tokens, cett, listener } = recorder(1);
    const result = await generate(
      model,
      { promptIds: input_ids, lanes: [lane(neurons)], maxTokens: expected.greedy_ids.length },
      listener,
    );
    expect(result.lanes[0]!.ids).toEqual(answerOf(expected.greedy_ids, model.eosIds));
    expect(result.lanes[0]!.finish).toBe(expected.greedy_ids.at(-1) === 2 ? 'stop' : 'length');
    const top = tokens[0]![0]!.top.slice(0, 5);
    expect(top.map(({ id }) => id)).toEqual(expected.top5.map(({ id }) => id));
    expect(
      largestDifference(
        top.map(({ logprob }) => logprob),
        expected.top5.map(({ logprob }) => logprob),
      ),
    ).toBeLessThan(1e-3);
    const pairs = listedCett(model.layout, cett[0]![input_ids.length - 1]!, expected.layers);
    expect(pairs).toHaveLength(40);
    expect(relativeDifference(pairs)).toBeLessThan(1e-3);
  });
});

it('computes at scale 1 what the graph computed before editing', async () => {
  const { model, io } = opened;
  const { input_ids, plain } = smolReference.prompts[2]!;
  const ids = [...input_ids, ...plain.greedy_ids.slice(0, -1)];
  const all = ids.map((_, at) => at);

  const file = await readGguf(await defaultSource());
  const config = { ...llamaConfig(file), contextLength: model.contextLength };
  const built = await buildLlama(file, config, 'float32');
  const session = await runtime.createSession({
    proto: encodeModel(built.model),
    externalData: built.externalData,
  });
  const int64 = (values: readonly number[]) => BigInt64Array.from(values, BigInt);
  const feeds: Feeds = {
    input_ids: runtime.tensor('int64', int64(ids), [1, ids.length]),
    attention_mask: runtime.tensor('int64', int64(ids.map(() => 1)), [1, ids.length]),
    ...Object.fromEntries(emptyCache(io, runtime, 1).tensors),
  };
  const [before] = await runtime.read([(await session.run(feeds, ['logits'])).logits!]);
  await session.release();

  const scales = batchScales(model, [[]]);
  const after = await forward(model, {
    ids: [ids],
    cache: emptyCache(io, runtime, 1),
    scales,
    capture: [],
    logits: all,
  });
  const size = model.vocabulary;
  expect(before).toHaveLength(ids.length * size);
  const rows = all.map((at) => before!.subarray(at * size, (at + 1) * size));
  expect(Math.max(...rows.map((row, at) => largestDifference(row, after.logits(0, at))))).toBeLessThan(1e-5);
  const greedyIds = rows.slice(input_ids.length - 1).map((row) => topCandidates(row, 1, 0)[0]!.id);
  expect(greedyIds).toEqual(plain.greedy_ids);
});

it('answers three lanes of one batch as it answers each alone', async () => {
  const { model } = opened;
  const { input_ids } = smolReference.prompts[1]!;
  const lanes = [
    lane(),
    lane(smolReference.scale, { scope: 'answer', sampling: { ...greedy, temperature: 0.8, seed: 7 } }),
    lane([{ layer: 5, neuron: 12, factor: 0 }, ...smolReference.scale]),
  ];
  const request = { promptIds: input_ids, maxTokens: 10 };
  const together = recorder(3);
  const batch = await generate(model, { ...request, lanes }, together.listener);
  for (const [row, one] of lanes.entries()) {
    const alone = recorder(1);
    const single = await generate(model, { ...request, lanes: [one] }, alone.listener);
    expect(batch.lanes[row]!.ids).toEqual(single.lanes[0]!.ids);
    expect(largestDifference(batch.lanes[row]!.logprobs, single.lanes[0]!.logprobs)).toBeLessThan(1e-4);
    expect(together.cett[row]).toHaveLength(alone.cett[0]!.length);
    for (const [position, values] of alone.cett[0]!.entries()) {
      expect(largestDifference(together.cett[row]![position]!, values)).toBeLessThan(1e-4);
    }
  }
});

describe('the self-test', () => {
  it('has the values that float32 gives recorded', () => {
    const { logits } = calibration;
    const { logZ } = logSoftmaxStats(logits);
    const top = topCandidates(logits, 5, logZ).map(({ id, logprob }) => ({
      id,
      logprob: Number(logprob.toFixed(4)),
    }));
    const known = knownModels.find(({ fingerprint }) => fingerprint === opened.model.fingerprint);
    expect(
      known?.top.map(({ id }) => id),
      JSON.stringify(top),
    ).toEqual(top.map(({ id }) => id));
    top.forEach(({ logprob }, at) => {
      expect(known?.top[at]?.logprob, JSON.stringify(top)).toBeCloseTo(logprob, 2);
    });
    expect(top[0]!.logprob - top[1]!.logprob).toBeGreaterThan(0.5);
  });

  it('passes on this device', () => {
    expect(selfTest(opened.model, calibration.logits)).toBeUndefined();
  });

  it('tells another top token, a log-probability that is off, and values that are none', () => {
    const known = knownModels[0]!;
    const changed = (id: number, by: number) => {
      const logits = calibration.logits.slice();
      logits[id]! += by;
      return selfTest(known, logits);
    };
    expect(changed(17, 100)).toContain('the likeliest token is 17');
    expect(changed(known.top[4]!.id, -0.5)).toContain(`the log-probability of token ${known.top[4]!.id}`);
    expect(changed(known.top[4]!.id, -0.05)).toBeUndefined();
    expect(selfTest({ fingerprint: 'another model' }, calibration.logits.slice().fill(0))).toBeUndefined();
  });

  it('reads neurons that differ in how active they are', () => {
    const { meanCett } = calibration;
    expect(meanCett).toHaveLength(46080);
    expect(meanCett.every((value) => value >= 0)).toBe(true);
    expect(Math.max(...meanCett)).toBeGreaterThan(0.1);
  });
});
