import { EngineError } from '../../lib/errors.ts';

/** Steps of a rendering: a long conversation takes some ten thousand, and part of a second is enough for all of them. */
const MOST_STEPS = 1_000_000;
/** Characters of any text that a template makes, and of all that it writes. */
const MOST_CHARACTERS = 4_000_000;
/** Items of any list. */
const MOST_ITEMS = 100_000;
/** Expressions and calls within each other. */
const DEEPEST = 400;
const CHARACTERS_A_STEP = 128;

/** What a template does that cannot be meant: it never ends, or takes all memory. */
export class TooMuchWork extends EngineError {
  constructor(what: string) {
    super(
      'bad-input',
      `The chat template ${what}, so it was stopped; use raw text, or a model with another template.`,
    );
  }
}

/** Counts what a rendering does and ends one that does too much. */
export interface Budget {
  /** @throws TooMuchWork once the steps are used up */
  spend(steps: number): void;
  /** Counts the making of a text. @throws TooMuchWork for one that is too long */
  text(characters: number): void;
  /** Counts what is written, all of it together. @throws TooMuchWork for a text without end */
  write(characters: number): void;
  /** Counts the making of a list. @throws TooMuchWork for one that is too long */
  items(count: number): void;
  /** Counts work on values of a weight. */
  weigh(weight: number): void;
  /** Counts a search, which takes at most the product of both lengths. */
  search(hay: number, needle: number): void;
  /** Runs something one level deeper. @throws TooMuchWork where the levels are too many */
  deeper<T>(work: () => T): T;
}

export function createBudget(): Budget {
  let left = MOST_STEPS;
  let depth = 0;
  let written = 0;
  const spend = (steps: number) => {
    left -= steps;
    if (left < 0) throw new TooMuchWork('does not come to an end');
  };
  const text = (characters: number) => {
    if (characters > MOST_CHARACTERS) throw new TooMuchWork('makes a text without end');
    spend(characters / CHARACTERS_A_STEP);
  };
  return {
    spend,
    text,
    write(characters) {
      written += characters;
      text(Math.max(characters, written > MOST_CHARACTERS ? written : 0));
    },
    items(count) {
      if (count > MOST_ITEMS) throw new TooMuchWork('makes a list without end');
      spend(count / 4);
    },
    weigh: (weight) => spend(weight / CHARACTERS_A_STEP),
    search(hay, needle) {
      spend((hay * Math.min(needle, hay)) / (8 * CHARACTERS_A_STEP));
    },
    deeper(work) {
      if (depth >= DEEPEST) throw new TooMuchWork('calls itself without end');
      depth++;
      try {
        return work();
      } finally {
        depth--;
      }
    },
  };
}
