import { beforeEach, describe, expect, it, vi } from 'vitest';
import { estimateText, estimateTime, rememberPace } from '../../../app/studies/estimate.ts';

const model = {
  fingerprint: 'f1',
  precision: 'float32',
  device: { kind: 'wasm', threads: 2, why: '' },
} as const;

describe('how long work will take', () => {
  beforeEach(() => {
    const kept = new Map<string, string>();
    vi.stubGlobal('localStorage', {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    });
  });

  it('is not told before anything was measured', () => {
    expect(estimateTime('question', 200, model, undefined)).toBeUndefined();
  });

  it('is judged by the last answer at first, then by earlier work on the same machine', () => {
    const guess = estimateTime('question', 200, model, 28.1)!;
    expect(guess.isMeasured).toBe(false);
    expect(guess.seconds).toBeCloseTo(680, -1);
    expect(estimateText(guess)).toBe('about 11 minutes on this machine, judged by its last answer');
    rememberPace('question', model, 2);
    const known = estimateTime('question', 200, model, 28.1)!;
    expect(known).toEqual({ seconds: 400, isMeasured: true });
    expect(estimateText(known)).toBe('about 7 minutes on this machine');
    expect(estimateTime('item', 200, model, 28.1)!.isMeasured, 'other work').toBe(false);
    const other = { ...model, device: { ...model.device, threads: 1 } };
    expect(estimateTime('question', 200, other, undefined), 'another device').toBeUndefined();
  });

  it('takes no pace that is none, and reads no damaged store', () => {
    rememberPace('item', model, Number.POSITIVE_INFINITY);
    rememberPace('item', model, 0);
    expect(estimateTime('item', 1, model, undefined)).toBeUndefined();
    localStorage.setItem('h-neurons.pace', '{"a": "b"');
    expect(estimateTime('item', 1, model, undefined)).toBeUndefined();
  });

  it.each([
    [20, 'about a minute'],
    [360, 'about 6 minutes'],
    [9000, 'about 2.5 hours'],
  ])('of %d seconds is "%s"', (seconds, text) => {
    expect(estimateText({ seconds, isMeasured: true })).toBe(`${text} on this machine`);
  });
});
