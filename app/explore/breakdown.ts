import type { Breakdown } from '../../src/inference/loops.ts';

/** What is wrong with an answer, in a few words. */
export function breakdownText(breakdown: Breakdown): string {
  switch (breakdown.kind) {
    case 'loop':
      return `loops: the same ${breakdown.period === 1 ? 'token' : `${breakdown.period} tokens`} over and over`;
    case 'one-token':
      return 'broken: almost only one token';
    case 'unreadable':
      return 'broken: unreadable characters';
  }
}
