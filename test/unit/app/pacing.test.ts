import { describe, expect, it } from 'vitest';
import { everyOtherFrame } from '../../../app/explore/state/pacing.ts';

/** Frames that the test lets pass by hand. */
function frames() {
  let callbacks: (() => void)[] = [];
  return {
    request: (callback: () => void) => void callbacks.push(callback),
    next() {
      const due = callbacks;
      callbacks = [];
      for (const callback of due) callback();
    },
  };
}

describe('everyOtherFrame', () => {
  it('calls back in the next frame, and leaves the one after it free', () => {
    const { request, next } = frames();
    const schedule = everyOtherFrame(request);
    const seen: string[] = [];
    schedule(() => {
      seen.push('first');
      schedule(() => void seen.push('second'));
    });
    expect(seen).toEqual([]);
    next();
    expect(seen).toEqual(['first']);
    next();
    expect(seen).toEqual(['first']);
    next();
    expect(seen).toEqual(['first', 'second']);
  });

  it('calls back in the next frame again after a rest', () => {
    const { request, next } = frames();
    const schedule = everyOtherFrame(request);
    const seen: number[] = [];
    schedule(() => void seen.push(1));
    next();
    next();
    next();
    schedule(() => void seen.push(2));
    next();
    expect(seen).toEqual([1, 2]);
  });
});
