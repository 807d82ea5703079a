import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { READ_STAGES } from '../../../src/graph/onnx/stages.ts';
import { continuationScorer } from '../../../src/inference/continuations.ts';
import { logSoftmaxStats } from '../../../src/inference/sampling.ts';
import { readSequence } from '../../../src/inference/teacher-force.ts';
import { nativeRuntime } from '../../../src/model/runtime/native.ts';
import { nodeWasmRuntime } from '../../../src/model/runtime/wasm-node.ts';
import type { ScaledNeuron } from '../../../src/neurons/types.ts';
import { counted, type Opened, openTiny } from '../../support/models.ts';
import { openFamily } from '../../support/tiny-families.ts';

describe('continuations', () => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await openTiny(nativeRuntime(1));
  });
  afterAll(() => opened.model.session.release());

  const lanes: readonly (readonly ScaledNeuron[])[] = [
    [{ layer: 0, neuron: 3, factor: 0 }],
    [{ layer: 0, neuron: 3, factor: 1 }],
    [],
    [{ layer: 1, neuron: 5, factor: 3 }],
  ];
  const start = [1, 9, 7, 5, 11, 4];
  const requests = [
    {
      promptIds: [...start, 20, 21],
      continuations: [
        [30, 31, 32],
        [30, 33],
      ],
    },
    { promptIds: [...start, 22], continuations: [[34], [35, 36, 37, 38]] },
    {
      promptIds: [...start, 22, 23, 24],
      continuations: [
        [40, 41, 42],
        [40, 41],
      ],
    },
    { promptIds: [2, 3], continuations: [[4, 5]] },
    {
      promptIds: [6, 8],
      continuations: [
        [40, 41, 42],
        [43, 44, 45, 46],
        [43, 47],
      ],
    },
    {
      promptIds: [...start, 20, 21],
      continuations: [
        [30, 31, 32],
        [30, 33],
      ],
    },
  ];

  /** By reading prompt and continuation from the start, each by itself. */
  async function alone(
    { model }: Opened,
    { promptIds, continuations }: (typeof requests)[number],
    neurons: readonly ScaledNeuron[],
  ) {
    const found: number[][] = [];
    for (const ids of continuations) {
      const logprobs: number[] = [];
      const logits = ids.map((_, i) => promptIds.length - 1 + i);
      await readSequence(
        model,
        {
          promptIds,
          answerIds: ids.slice(0, -1),
          lanes: [{ neurons, scope: 'everywhere' }],
          capture: [],
          logits,
        },
        {
          logits: (_lane, position, values) =>
            logprobs.push(values[ids[position - promptIds.length + 1]!]! - logSoftmaxStats(values).logZ),
        },
      );
      found.push(logprobs);
    }
    return found;
  }

  /** Scores all requests, one after another, and compares with what each gives by itself. */
  async function expectAsAlone(on: Opened) {
    const scorer = continuationScorer(on.model, lanes, start);
    for (const request of requests) {
      const scores = await scorer.score(request);
      for (const [lane, neurons] of lanes.entries()) {
        const expected = await alone(on, request, neurons);
        expect(scores[lane]).toHaveLength(expected.length);
        for (const [c, logprobs] of expected.entries()) {
          expect(scores[lane]![c]).toHaveLength(logprobs.length);
          for (const [i, value] of logprobs.entries())
            expect(scores[lane]![c]![i]! / value).toBeCloseTo(1, 5);
        }
      }
      expect(scores[1]).toEqual(scores[2]);
    }
    scorer.dispose();
  }

  it.each(['in one run', 'one by one'])('are scored as each is when read by itself: %s', async (way) => {
    expect(opened.io.branches).toBe('behind a cache');
    const io = way === 'in one run' ? opened.io : { ...opened.io, branches: undefined };
    await expectAsAlone({ model: { ...opened.model, io }, io });
  });

  it.each(['tiny-llama', 'gemma3'] as const)('are scored so in WebAssembly: %s', async (name) => {
    const runtime = nodeWasmRuntime(1);
    const on = await (name === 'gemma3' ? openFamily(name, runtime) : openTiny(runtime));
    expect(on.io.branches).toBe('anywhere');
    await expectAsAlone(on);
    await on.model.session.release();
  });

  it('cost nothing twice: a shared start, a prompt, words that all begin with, lanes that scale alike', async () => {
    const { model, io } = counted(opened);
    const read: number[] = [];
    const session = {
      ...model.session,
      run: (...[feeds, ...rest]: Parameters<typeof model.session.run>) => {
        read.push(feeds[io.tokens]!.dims[1]!);
        return model.session.run(feeds, ...rest);
      },
    };
    const scorer = continuationScorer({ ...model, session }, [[], []], start);
    const apart = continuationScorer({ ...model, session, io: { ...io, branches: undefined } }, [[]], start);
    const reads = async (request: (typeof requests)[number]) => {
      await scorer.score(request);
      const together = read.splice(0);
      await apart.score(request);
      return [together, read.splice(0)];
    };
    // What does not begin with the start: the prompt, the word in common, of the first what its last token is told by.
    expect(await reads(requests[4]!)).toEqual([
      [2, 6],
      [2, 2, 3, 1],
    ]);
    // The start, once; then of each prompt what stands behind it.
    expect(await reads(requests[0]!)).toEqual([
      [6, 4],
      [6, 4],
    ]);
    expect(await reads(requests[1]!)).toEqual([[4], [4]]);
    const two = {
      promptIds: [...start, 22, 23, 25],
      continuations: [
        [50, 51, 52],
        [53, 54],
      ],
    };
    // Behind the start: the rest and both continuations at once, or one by one.
    expect(await reads(two)).toEqual([[6], [3, 2, 1]]);
    scorer.dispose();
    apart.dispose();
  });

  it('give the same bits whatever was scored before, also behind a reading of the start that was cancelled', async () => {
    const scored = async (order: readonly number[], cancelled = false) => {
      const scorer = continuationScorer(opened.model, lanes, start);
      const signal = AbortSignal.abort();
      if (cancelled) await expect(scorer.score({ ...requests[0]!, signal })).rejects.toThrow(/cancelled/);
      const found = new Map<number, unknown>();
      for (const at of order) found.set(at, await scorer.score(requests[at]!));
      scorer.dispose();
      return requests.map((_, at) => found.get(at));
    };
    const whole = await scored([0, 1, 2, 3, 4, 5]);
    expect(whole[5]).toEqual(whole[0]);
    expect(await scored([5, 4, 3, 2, 1, 0], true)).toEqual(whole);
    for (const [at, expected] of whole.entries()) expect((await scored([at]))[at]).toEqual(expected);
  });

  it('read the layers below the first that a lane scales once for all', async () => {
    const { model } = opened;
    const read: string[] = [];
    const session = {
      ...model.session,
      run: (...[feeds, ...rest]: Parameters<typeof model.session.run>) => {
        read.push((feeds[READ_STAGES]!.data as Uint8Array).join(''));
        return model.session.run(feeds, ...rest);
      },
    };
    const reads = async (factors: readonly (readonly ScaledNeuron[])[]) => {
      const scorer = continuationScorer({ ...model, session }, factors);
      await scorer.score(requests[0]!);
      scorer.dispose();
      return read.splice(0);
    };
    const [low, , untouched, high] = lanes;
    expect(await reads([low!, high!, untouched!])).toEqual(['10', '01', '01', '11']);
    expect(await reads([low!, untouched!])).toEqual(['11', '11']);
    expect(await reads([low!, high!])).toEqual(['11', '11']);
  });

  it('are refused where there is nothing to score or no room, and can be cancelled', async () => {
    const scorer = continuationScorer(opened.model, [[]]);
    await expect(scorer.score({ promptIds: [], continuations: [[1]] })).rejects.toThrow(/prompt is empty/);
    await expect(scorer.score({ promptIds: [1], continuations: [[1], []] })).rejects.toThrow(/no tokens/);
    const long = Array.from({ length: opened.model.contextLength }, () => 1);
    await expect(scorer.score({ promptIds: long, continuations: [[1]] })).rejects.toMatchObject({
      code: 'context-full',
    });
    const signal = AbortSignal.abort();
    await expect(scorer.score({ ...requests[0]!, signal })).rejects.toMatchObject({ code: 'cancelled' });
    scorer.dispose();
  });
});
