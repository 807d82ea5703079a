/** The repetition that a list of tokens ends in. */
export interface Loop {
  /** Index of its first token. */
  readonly start: number;
  /** Tokens that repeat. */
  readonly period: number;
  /** How often they stand there in full. */
  readonly repeats: number;
}

const longestPeriod = 16;
const fewestRepeats = 4;
/** Shorter repetitions are ordinary text: "ha ha ha ha", a row of zeros. */
const fewestTokens = 8;

/**
 * The shortest period, of at most 16 tokens, that the ids end in at least 4 times over at least 8 tokens; the last
 * round may be unfinished. Undefined where there is none.
 */
export function findLoop(ids: readonly number[]): Loop | undefined {
  for (let period = 1; period <= longestPeriod; period++) {
    let start = ids.length;
    while (start - 1 >= period && ids[start - 1] === ids[start - 1 - period]) {
      start--;
    }
    start -= period;
    const covered = ids.length - start;
    if (start >= 0 && covered >= fewestTokens && covered >= fewestRepeats * period) {
      return { start, period, repeats: Math.floor(covered / period) };
    }
  }
  return undefined;
}

/** What is wrong with an answer that fell apart. Shares are in (0, 1]. */
export type Breakdown =
  | ({ readonly kind: 'loop' } & Loop)
  | { readonly kind: 'one-token'; readonly id: number; readonly share: number }
  | { readonly kind: 'unreadable'; readonly share: number };

const recent = 20;
const mostOfOneToken = 0.6;
const mostUnreadable = 0.2;

/** Characters that stand for no text: the replacement character, controls, unassigned and private ones. */
const unreadable = /[\uFFFD\p{Cn}\p{Co}]|(?![\t\n\r])\p{Cc}/gu;

/**
 * Whether an answer is visibly broken, and how: it ends in a loop; one token makes up more than 60 % of its last 20
 * (of at least 20); more than a fifth of its characters (of at least 8) are unreadable. Fluent nonsense is not seen.
 * @param ids tokens of the answer
 * @param text the answer
 */
export function looksBroken(ids: readonly number[], text: string): Breakdown | undefined {
  const loop = findLoop(ids);
  if (loop) {
    return { kind: 'loop', ...loop };
  }
  if (ids.length >= recent) {
    const counts = new Map<number, number>();
    for (const id of ids.slice(-recent)) {
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    for (const [id, count] of counts) {
      if (count > mostOfOneToken * recent) {
        return { kind: 'one-token', id, share: count / recent };
      }
    }
  }
  const length = [...text].length;
  const share = (text.match(unreadable)?.length ?? 0) / length;
  return length >= 8 && share > mostUnreadable ? { kind: 'unreadable', share } : undefined;
}
