import { FEWEST_ITEMS, FEWEST_OF_A_KIND } from '../../lib/stats/fewest.ts';

/**
 * Why nothing can be said of so many items; undefined where there are enough.
 * @param what the items in the plural: "items", "answers"
 */
export function tooFewItems(count: number, what: string): string | undefined {
  if (count >= FEWEST_ITEMS) return undefined;
  const counted = count === 1 ? `One ${what.replace(/s$/, '')} is` : `${count} ${what} are`;
  return `${counted} too few to say; at least ${FEWEST_ITEMS} are needed.`;
}

/** Why nothing can be said of a detector that was tested on so many answers; undefined where there are enough. */
export function tooFewAnswers({
  right,
  madeUp,
}: {
  readonly right: number;
  readonly madeUp: number;
}): string | undefined {
  const few = tooFewItems(right + madeUp, 'answers');
  if (few) return few;
  if (right >= FEWEST_OF_A_KIND && madeUp >= FEWEST_OF_A_KIND) return undefined;
  return `${right} right and ${madeUp} made-up answers are too few to say; at least ${FEWEST_OF_A_KIND} of each kind are needed.`;
}
