import { beforeAll, describe, expect, it } from 'vitest';
import { prefill } from '../../../src/inference/prefill.ts';
import { promptCache } from '../../../src/inference/prompt-cache.ts';
import { nativeRuntime } from '../../../src/model/runtime/native.ts';
import { counted, type Opened, openTiny } from '../../support/models.ts';

const first = [5, 9, 12, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50];
const second = [...first.slice(0, 12), 60, 61, 62, 63];
const scaled = [{ layer: 0, neuron: 3, factor: 2 }];
const LIMIT = 2 ** 24;

let tiny: Opened;
beforeAll(async () => {
  tiny = await openTiny(nativeRuntime(1));
});

const farthest = (a: Float32Array, b: Float32Array) =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);

describe('a prompt that shares its start with one that was read', () => {
  it('reads only the rest and computes what a fresh reading computes', async () => {
    const { model, runs } = counted(tiny);
    const kept = promptCache(model.runtime, LIMIT);
    await prefill(model, first, [[], scaled], kept, undefined);
    expect(runs()).toBe(1);
    const reused = await prefill(model, second, [[], scaled], kept, undefined);
    expect(runs()).toBe(3);
    const fresh = await prefill(model, second, [[], scaled], undefined, undefined);
    expect(reused.cache.length).toBe(second.length);
    for (const row of [0, 1]) {
      expect(farthest(reused.logits[row], fresh.logits[row])).toBeLessThan(1e-4);
      expect(reused.cett[row]).toHaveLength(second.length);
      for (let i = 0; i < second.length; i++) {
        expect(farthest(reused.cett[row][i], fresh.cett[row][i])).toBeLessThan(1e-4);
      }
    }
    expect(farthest(fresh.logits[0], fresh.logits[1])).toBeGreaterThan(1e-3);
  });

  it('does not take over what was read under other factors', async () => {
    const { model, runs } = counted(tiny);
    const kept = promptCache(model.runtime, LIMIT);
    await prefill(model, first, [[]], kept, undefined);
    const other = await prefill(model, second, [scaled], kept, undefined);
    expect(runs()).toBe(2);
    const fresh = await prefill(model, second, [scaled], undefined, undefined);
    expect(farthest(other.logits[0], fresh.logits[0])).toBe(0);
  });

  it('reads the same prompt not at all', async () => {
    const { model, runs } = counted(tiny);
    const kept = promptCache(model.runtime, LIMIT);
    const before = await prefill(model, first, [[]], kept, undefined);
    const again = await prefill(model, first, [[]], kept, undefined);
    expect(runs()).toBe(1);
    expect(farthest(again.logits[0], before.logits[0])).toBe(0);
  });

  it('forgets the oldest beyond its limit', async () => {
    const { model, runs } = counted(tiny);
    const kept = promptCache(model.runtime, 1);
    await prefill(model, first, [[]], kept, undefined);
    await prefill(model, first, [[]], kept, undefined);
    expect(runs()).toBe(2);
  });
});
