/** Items below which nothing is said of an effect or a detector: intervals over so few say more than they know. */
export const FEWEST_ITEMS = 20;

/** Answers of each kind, right and made up, below which nothing is said of a detector. */
export const FEWEST_OF_A_KIND = 5;
