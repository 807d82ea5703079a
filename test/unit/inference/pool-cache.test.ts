import { expect, it } from 'vitest';
import { cacheOf } from '../../../src/inference/kv-cache.ts';
import { poolCache } from '../../../src/inference/pool-cache.ts';
import type { GraphIo } from '../../../src/model/graph-io.ts';
import type { Runtime, Tensor, TensorData } from '../../../src/model/runtime/types.ts';
import type { LanguageModel } from '../../../src/model/types.ts';

const HEADS = 2;
const SIZE = 3;
const runtime = {
  tensor: (_type: string, data: TensorData, dims: readonly number[]) => ({ data, dims }),
} as unknown as Runtime;
const io = {
  cache: ['key', 'value'].map((kind) => ({
    input: `past.${kind}`,
    output: `present.${kind}`,
    type: 'float32',
    shape: (rows: number, length: number) => [rows, HEADS, length, SIZE],
  })),
} as unknown as GraphIo;

/** A prompt's cache in which every number says whose it is and where it stands. */
function promptOf(id: number, length: number) {
  const data = Float32Array.from({ length: HEADS * length * SIZE }, (_, i) => 10_000 * id + i);
  const tensor = runtime.tensor('float32', data, [1, HEADS, length, SIZE]);
  return cacheOf(1, length, new Map<string, Tensor>(io.cache.map(({ input }) => [input, tensor])));
}

/** The first positions of a row, in the order of a prompt's cache. */
function rowOf({ data, dims }: Tensor, row: number, length: number): number[] {
  const room = dims[2]!;
  const heads = Array.from({ length: HEADS }, (_, head) => {
    const start = (row * HEADS + head) * room * SIZE;
    return Array.from((data as Float32Array).subarray(start, start + length * SIZE));
  });
  return heads.flat();
}

it('keeps every row while the room grows and shrinks with the longest one, up to the limit', () => {
  const pool = poolCache({ runtime, io } as LanguageModel, 3, 50);
  const prompts = [promptOf(1, 5), promptOf(2, 9), promptOf(3, 14)];
  const check = (used: number, room: number, rows: readonly (typeof prompts)[number][]) => {
    const { inputs, outputs } = pool.feeds(used);
    for (const { input, output } of io.cache) {
      expect(outputs[output]).toBe(inputs[input]);
      expect(inputs[input]!.dims).toEqual([used, HEADS, room, SIZE]);
      rows.forEach((prompt, row) => {
        const given = Array.from(prompt.tensors.get(input)!.data as Float32Array);
        expect(rowOf(inputs[input]!, row, prompt.length)).toEqual(given);
      });
    }
  };
  prompts.forEach((prompt, row) => {
    pool.fit(15, row);
    pool.put(row, prompt);
  });
  check(3, 16, prompts);
  pool.fit(33, 3);
  check(3, 48, prompts);
  pool.fit(49, 3);
  check(3, 50, prompts);
  pool.copy(2, 0);
  pool.fit(40, 2);
  check(2, 50, [prompts[2]!, prompts[1]!]);
  pool.fit(15, 2);
  check(2, 16, [prompts[2]!, prompts[1]!]);
});
