import { createRandom, deriveSeed } from '../../../src/lib/math/random.ts';

/** Seeded choices. */
export interface Dice {
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
  chance(share: number): boolean;
  pick<T>(list: readonly T[]): T;
}

/** Dice of one input of one reader; inputs do not depend on each other. */
export function diceOf(reader: string, seed: number, index: number): Dice {
  const random = createRandom(deriveSeed(seed, index, ...Buffer.from(reader)));
  const below = (limit: number) => Math.floor(random() * limit);
  return {
    below,
    chance: (share) => random() < share,
    pick: (list) => list[below(list.length)]!,
  };
}

/** One of several ways, each as likely as its weight says. */
export function oneOf<T>(dice: Dice, ways: readonly (readonly [weight: number, way: () => T])[]): T {
  let left = dice.below(ways.reduce((sum, [weight]) => sum + weight, 0));
  for (const [weight, way] of ways) {
    if (left < weight) return way();
    left -= weight;
  }
  throw new Error('There is no way to choose.');
}

/** Does something one to `most` times, few times more often than many. */
export function someTimes<T>(dice: Dice, most: number, value: T, change: (value: T) => T): T {
  let changed = change(value);
  for (let i = 1; i < most && dice.chance(0.4); i++) changed = change(changed);
  return changed;
}
