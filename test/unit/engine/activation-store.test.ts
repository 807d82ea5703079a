import { expect, it } from 'vitest';
import { activationStore } from '../../../src/engine/activation-store.ts';

const values = (start: number) => Float32Array.from({ length: 8 }, (_, at) => start + at / 4);
const bytesEach = 16;

it('gives ranges of what was put, by run, lane and position', () => {
  const store = activationStore(10 * bytesEach);
  store.put(1, 0, 5, values(1));
  store.put(1, 1, 5, values(2));
  store.put(2, 0, 5, values(3));
  expect(store.get(1, 0, 5, 0, 8)).toEqual(values(1));
  expect(store.get(1, 1, 5, 2, 4)).toEqual(values(2).slice(2, 4));
  expect(store.get(2, 0, 5, 7, 8)).toEqual(values(3).slice(7));
});

it('gives nothing for what was never kept', () => {
  const store = activationStore(10 * bytesEach);
  store.put(1, 0, 5, values(1));
  for (const [run, lane, position] of [
    [2, 0, 5],
    [1, 1, 5],
    [1, 0, 4],
  ] as const) {
    expect(store.get(run, lane, position, 0, 8)).toHaveLength(0);
  }
});

it('drops the oldest beyond its bytes', () => {
  const store = activationStore(3 * bytesEach);
  for (let position = 0; position < 5; position++) store.put(1, 0, position, values(position));
  const kept = [0, 1, 2, 3, 4].filter((position) => store.get(1, 0, position, 0, 8).length > 0);
  expect(kept).toEqual([2, 3, 4]);
});

it('counts a position that is put again once, as the newest', () => {
  const store = activationStore(3 * bytesEach);
  for (const position of [0, 1, 2, 0, 0]) store.put(1, 0, position, values(position));
  store.put(1, 0, 3, values(3));
  const kept = [0, 1, 2, 3].filter((position) => store.get(1, 0, position, 0, 8).length > 0);
  expect(kept).toEqual([0, 2, 3]);
});

it('holds nothing that is larger than all of its bytes, and is empty once cleared', () => {
  const small = activationStore(bytesEach - 1);
  small.put(1, 0, 0, values(0));
  expect(small.get(1, 0, 0, 0, 8)).toHaveLength(0);
  const store = activationStore(2 * bytesEach);
  store.put(1, 0, 0, values(0));
  store.clear();
  expect(store.get(1, 0, 0, 0, 8)).toHaveLength(0);
  store.put(1, 0, 1, values(1));
  store.put(1, 0, 2, values(2));
  expect(store.get(1, 0, 1, 0, 8)).toHaveLength(8);
});

it('does not follow later changes of the array', () => {
  const store = activationStore(bytesEach);
  const array = values(1);
  store.put(1, 0, 0, array);
  array.fill(0);
  expect(store.get(1, 0, 0, 0, 8)).toEqual(values(1));
});
