import { afterAll, beforeAll, expect, it } from 'vitest';
import { activationStatistics } from '../../../src/engine/activation-statistics.ts';
import { selfTest } from '../../../src/engine/self-test.ts';
import { generate } from '../../../src/inference/generate.ts';
import { nodeWasmRuntime } from '../../../src/model/runtime/wasm-node.ts';
import { largestDifference, relativeDifference } from '../../support/differences.ts';
import {
  answerOf,
  lane,
  listedCett,
  type Opened,
  openDefault,
  recorder,
  smolReference,
} from '../../support/models.ts';

let opened: Opened;

beforeAll(async () => {
  opened = await openDefault(nodeWasmRuntime(2));
});
afterAll(() => opened.model.session.release());

it('has the reference values of the default model in lanes, plain and scaled', async () => {
  const { model } = opened;
  const { input_ids, plain, scaled } = smolReference.prompts[0]!;
  const { tokens, cett, listener } = recorder(2);
  const lanes = [lane(), lane(smolReference.scale)];
  const result = await generate(model, { promptIds: input_ids, lanes, maxTokens: 12 }, listener);
  for (const [row, expected] of [plain, scaled].entries()) {
    expect(result.lanes[row]!.ids).toEqual(answerOf(expected.greedy_ids, model.eosIds));
    const top = tokens[row]![0]!.top.slice(0, 5);
    expect(top.map(({ id }) => id)).toEqual(expected.top5.map(({ id }) => id));
    const logprobs = [top, expected.top5].map((list) => list.map(({ logprob }) => logprob));
    expect(largestDifference(logprobs[0]!, logprobs[1]!)).toBeLessThan(1e-3);
    const pairs = listedCett(model.layout, cett[row]![input_ids.length - 1]!, expected.layers);
    expect(relativeDifference(pairs)).toBeLessThan(1e-3);
  }
});

it('passes the self-test', async () => {
  const { logits } = await activationStatistics(opened.model);
  expect(selfTest(opened.model, logits)).toBeUndefined();
});
