import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AnswerPool,
  canPool,
  createAnswerPool,
  type PoolRequest,
} from '../../../src/inference/answer-pool.ts';
import { generate } from '../../../src/inference/generate.ts';
import type { GraphIo } from '../../../src/model/graph-io.ts';
import type { LanguageModel } from '../../../src/model/types.ts';
import { DEFAULT_MODEL, openLanguageModel } from '../../../src/node/open-model.ts';

const sampling = (seed: number) => ({ temperature: 1, topK: 50, topP: 0.9, repetitionPenalty: 1, seed });
const request = (promptIds: readonly number[], seeds: readonly number[], maxTokens: number): PoolRequest => ({
  promptIds,
  samplings: seeds.map(sampling),
  maxTokens,
});

describe('answer pool on the default model', () => {
  let model: LanguageModel;
  let io: GraphIo;
  let pool: AnswerPool;
  beforeAll(async () => {
    model = await openLanguageModel(DEFAULT_MODEL, 'native');
    io = model.io;
    pool = createAnswerPool(model, { rows: 7, positions: 40 });
  }, 120_000);
  afterAll(() => model.session.release());

  const ids = (text: string) => model.codec.encode(text, { addBos: true });
  const alone = async ({ promptIds, samplings, maxTokens }: PoolRequest) => {
    const lanes = samplings.map((each) => ({ neurons: [], scope: 'everywhere' as const, sampling: each }));
    const { lanes: results } = await generate(
      model,
      { promptIds, lanes, maxTokens, captures: 'none' },
      { position() {}, token() {} },
    );
    return results;
  };

  it('answers prompts of different lengths together exactly as each alone', async () => {
    expect(canPool(model)).toBe(true);
    const requests = [
      request(ids('The capital of France is'), [1, 2, 3], 12),
      request(ids('Once upon a time, in a house at the edge of a wood, there was a'), [4, 5, 6, 7], 5),
      request(ids('2 + 2 ='), [8, 9], 20),
      request(ids('Yes'), [10], 1),
      request(ids('The opposite of hot is'), [11, 12, 13, 14, 15, 16, 17], 9),
    ];
    const together = await Promise.all(requests.map((each) => pool.answer(each)));
    for (const [i, each] of requests.entries()) expect(together[i].answers).toEqual(await alone(each));
  }, 240_000);

  it('reads answers once until they draw different tokens', async () => {
    const rows: number[] = [];
    const session: LanguageModel['session'] = {
      ...model.session,
      run(feeds, ...rest) {
        rows.push(feeds[io.tokens]?.dims[0] ?? 0);
        return model.session.run(feeds, ...rest);
      },
    };
    const watched = createAnswerPool({ ...model, session }, { rows: 6, positions: 40 });
    const seeds = [21, 22, 23, 24, 25, 26];
    const { answers } = await watched.answer(request(ids('The capital of France is'), seeds, 6));
    expect(answers).toEqual(await alone(request(ids('The capital of France is'), seeds, 6)));
    const different = (tokens: number) =>
      new Set(answers.map((answer) => answer.ids.slice(0, tokens).join())).size;
    expect(new Set(answers.map(({ ids: found }) => found.length))).toEqual(new Set([6]));
    expect(different(1)).toBeLessThan(different(5));
    expect(rows).toEqual([1, ...[1, 2, 3, 4, 5].map(different)]);
  }, 240_000);

  it('ends a request that is cancelled and goes on with the others', async () => {
    const stop = new AbortController();
    const stopped = pool.answer({ ...request(ids('Tell me a story.'), [1, 2], 30), signal: stop.signal });
    const other = pool.answer(request(ids('The sky is'), [3, 4], 8));
    stop.abort();
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
    expect((await other).answers).toEqual(await alone(request(ids('The sky is'), [3, 4], 8)));
  }, 240_000);

  it('refuses what has no room, naming both sizes', async () => {
    const long = request(ids('word '.repeat(40)), [1], 20);
    expect(pool.fits(long)).toBe(false);
    await expect(pool.answer(long)).rejects.toThrow(/no room in a pool of 7 rows of 40 positions/);
    expect(pool.fits(request(ids('a'), [1, 2, 3, 4, 5, 6, 7, 8], 4))).toBe(false);
  });
});
