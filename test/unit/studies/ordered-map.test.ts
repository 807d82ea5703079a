import { describe, expect, it } from 'vitest';
import { inOrder } from '../../../src/studies/shared/ordered-map.ts';

/** Work that ends when it is told to, in any order. */
function heldWork() {
  const ends = new Map<number, () => void>();
  const started: number[] = [];
  return {
    started,
    end: (item: number) => ends.get(item)?.(),
    work: (item: number) => {
      started.push(item);
      return new Promise<string>((resolve) => ends.set(item, () => resolve(`result ${item}`)));
    },
  };
}

describe('inOrder', () => {
  it('works on a few at a time and gives results in order', async () => {
    const { started, end, work } = heldWork();
    const results = inOrder([0, 1, 2, 3], 2, work);
    const first = results.next();
    await Promise.resolve();
    expect(started).toEqual([0, 1]);
    end(1);
    end(0);
    expect((await first).value).toBe('result 0');
    const second = await results.next();
    expect(second.value).toBe('result 1');
    expect(started).toEqual([0, 1, 2]);
    const third = results.next();
    await Promise.resolve();
    expect(started).toEqual([0, 1, 2, 3]);
    end(2);
    end(3);
    expect((await third).value).toBe('result 2');
    expect((await results.next()).value).toBe('result 3');
    expect((await results.next()).done).toBe(true);
  });

  it('throws where the failed result stands and starts nothing behind it', async () => {
    const started: number[] = [];
    const work = async (item: number) => {
      started.push(item);
      if (item === 1) throw new Error('no 1');
      return item;
    };
    const taken: number[] = [];
    const take = async () => {
      for await (const result of inOrder([0, 1, 2, 3, 4], 2, work)) taken.push(result);
    };
    await expect(take()).rejects.toThrow('no 1');
    expect(taken).toEqual([0]);
    expect(started).toEqual([0, 1, 2]);
  });

  it('waits for what was started once no more is wanted', async () => {
    const { end, work } = heldWork();
    const results = inOrder([0, 1, 2], 2, work);
    const first = results.next();
    end(0);
    await first;
    let isOver = false;
    const over = results.return().then(() => {
      isOver = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(isOver).toBe(false);
    end(1);
    end(2);
    await over;
    expect(isOver).toBe(true);
  });
});
