import { describe, expect, it } from 'vitest';
import { spin, usefulThreads } from '../../../src/model/runtime/parallelism.ts';

/** Spinners of a machine with so many cores: at once they share them, alone each has one. */
function machine(cores: number) {
  let busy = 0;
  let ended = 0;
  const start = () => {
    const worker = {
      onmessage: null as ((event: MessageEvent<number>) => void) | null,
      onerror: null,
      postMessage() {
        busy += 1;
        queueMicrotask(() => {
          const share = Math.min(1, cores / busy);
          queueMicrotask(() => {
            busy -= 1;
            worker.onmessage?.({ data: 1000 * share } as MessageEvent<number>);
          });
        });
      },
      terminate() {
        ended += 1;
      },
    };
    return worker as unknown as Worker;
  };
  return { start, ended: () => ended };
}

describe('threads that help', () => {
  it.each([
    [2, 2],
    [3, 3],
    [4, 4],
    [8, 8],
    [1, 2],
  ])('%i real cores of 8 reported ones give %i threads', async (cores, threads) => {
    const { start, ended } = machine(cores);
    expect(await usefulThreads(8, start)).toBe(threads);
    expect(ended()).toBe(8);
  });

  it('believes a browser that reports two cores, without starting a worker', async () => {
    expect(await usefulThreads(2, () => expect.unreachable())).toBe(2);
  });

  it('believes the browser where workers cannot be started', async () => {
    const broken = () => {
      const worker = {
        onerror: null as (() => void) | null,
        postMessage: () => queueMicrotask(() => worker.onerror?.()),
        terminate: () => {},
      };
      return worker as unknown as Worker;
    };
    expect(await usefulThreads(4, broken)).toBe(4);
  });

  it('counts work within a span only', () => {
    const now = Date.now();
    expect(spin({ from: now, until: now + 40 })).toBeGreaterThan(0);
    expect(spin({ from: now - 40, until: now })).toBe(0);
  });
});
