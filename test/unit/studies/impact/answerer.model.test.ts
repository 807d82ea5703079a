import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isCompliance } from '../../../../src/datasets/suites/suite.ts';
import { generate, MAX_LANES } from '../../../../src/inference/generate.ts';
import { nodeWasmRuntime } from '../../../../src/model/runtime/wasm-node.ts';
import { answerFreely, comparedPlan, freeAnswerer } from '../../../../src/studies/impact/free.ts';
import { FREE_TOKENS } from '../../../../src/studies/impact/score-item.ts';
import { type SweepPlan, sweepLanes } from '../../../../src/studies/impact/sweep.ts';
import { impactTexts } from '../../../../src/studies/impact/sweeper.ts';
import { counted, lane, type Opened, openTiny, recorder } from '../../../support/models.ts';
import { tinySuites } from '../../../support/tiny-suites.ts';

const alphas = [0, 0.5, 1, 2, 3];
/** Enough of the tiny model for its answer to change. */
const setOf = (first: number) =>
  Array.from({ length: 32 }, (_, i) => ({ layer: i % 2, neuron: first + (i >> 1) }));
const plan: SweepPlan = {
  alphas,
  sets: [
    { name: 'set', kind: 'set', members: setOf(3) },
    ...Array.from({ length: 4 }, (_, i) => ({
      name: `control ${i + 1}`,
      kind: 'control' as const,
      members: setOf(6 + 3 * i),
    })),
    { name: 'alone', kind: 'alone', members: [{ layer: 0, neuron: 3 }], neuron: { layer: 0, neuron: 3 } },
  ],
};
const suite = tinySuites(1).find(isCompliance)!;
const item = suite.items[0]!;

let opened: Opened;
beforeAll(async () => {
  opened = await openTiny(nodeWasmRuntime(1));
});
afterAll(() => opened.model.session.release());

describe('answering an item freely', () => {
  it('gives what each set and factor gives by itself, in more lanes than run together', async () => {
    const { model } = opened;
    const texts = impactTexts(model);
    const compared = sweepLanes(comparedPlan(plan));
    expect(compared.length).toBeGreaterThan(MAX_LANES);
    const answerer = freeAnswerer(model, compared);
    const input = { suite: suite.name, kind: suite.kind, item };
    const { answers } = await answerFreely(answerer, texts, plan, input);
    expect(answers.map((row) => row.length)).toEqual([5, 5, 5, 5, 5]);
    const promptIds = texts.prompt(item.turns);
    const request = { promptIds, maxTokens: FREE_TOKENS, captures: 'none' as const };
    const alone = await Promise.all(
      compared.map(async (neurons) => {
        const { lanes } = await generate(model, { ...request, lanes: [lane(neurons)] }, recorder(1).listener);
        return { text: lanes[0]!.text, tokens: lanes[0]!.ids.length };
      }),
    );
    expect(answers.flat().map(({ text, tokens }) => ({ text, tokens }))).toEqual(alone);
    expect(new Set(alone.map(({ text }) => text)).size).toBeGreaterThan(1);
  });

  it('answers once what is scaled alike', async () => {
    const promptIds = impactTexts(opened.model).prompt(item.turns);
    const runsFor = async (lanes: Parameters<typeof freeAnswerer>[1]) => {
      const { model, runs } = counted(opened);
      const found = await freeAnswerer(model, lanes).answer(promptIds);
      return { runs: runs(), texts: found.map(({ text }) => text) };
    };
    const untouched = Array.from({ length: MAX_LANES + 1 }, (_, i) => [{ layer: 0, neuron: i, factor: 1 }]);
    const many = await runsFor(untouched);
    const one = await runsFor([[]]);
    expect(many.runs).toBe(one.runs);
    expect(many.texts).toEqual(untouched.map(() => one.texts[0]));
  });
});
