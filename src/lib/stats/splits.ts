import { EngineError } from '../errors.ts';
import { createRandom, randomInt } from '../math/random.ts';
import { allRows } from './auroc.ts';

/** Rows by class and by group: no group is ever cut. */
export interface GroupedRows {
  /** [rows] 0 or 1. */
  readonly labels: ArrayLike<number>;
  /** [rows] group numbers, as `groupRows` gives them. */
  readonly groups: ArrayLike<number>;
  readonly seed: number;
}

/** Puts values into a random order, in place (Fisher and Yates). */
export function shuffle<T>(values: T[], random: () => number): T[] {
  for (let k = values.length - 1; k > 0; k--) {
    const other = randomInt(random, k + 1);
    [values[k], values[other]] = [values[other], values[k]];
  }
  return values;
}

/**
 * Deals groups out to parts of the given shares (sum 1), large groups first, each to where both classes' counts then
 * come closest to their shares. Returns the part of every row.
 */
function dealGroups({ labels, groups, seed }: GroupedRows, shares: readonly number[]): Int32Array {
  const rows = labels.length;
  const counts = new Map<number, [number, number]>();
  const totals = [0, 0];
  for (let row = 0; row < rows; row++) {
    const count = counts.get(groups[row]) ?? [0, 0];
    count[labels[row]]++;
    totals[labels[row]]++;
    counts.set(groups[row], count);
  }
  if (counts.size < shares.length) {
    throw new EngineError(
      'bad-input',
      `The rows hang together in ${counts.size} groups, which cannot be dealt out to ${shares.length} parts; group by fewer keys or ask for fewer parts.`,
    );
  }
  const dealt = shuffle([...counts.entries()], createRandom(seed));
  dealt.sort(([, a], [, b]) => b[0] + b[1] - (a[0] + a[1]));
  const filled = shares.map(() => [0, 0]);
  const sizes = shares.map(() => 0);
  const partOf = new Map<number, number>();
  dealt.forEach(([group, count], index) => {
    const left = dealt.length - index;
    const empty = sizes.filter((size) => size === 0).length;
    let best = -1;
    let least = Number.POSITIVE_INFINITY;
    shares.forEach((share, part) => {
      if (left <= empty && sizes[part] > 0) return;
      let change = 0;
      for (const label of [0, 1]) {
        const goal = share * totals[label];
        if (goal === 0) continue;
        const now = filled[part][label] / goal - 1;
        const then = (filled[part][label] + count[label]) / goal - 1;
        change += share * (then * then - now * now);
      }
      if (change < least) {
        least = change;
        best = part;
      }
    });
    partOf.set(group, best);
    sizes[best]++;
    for (const label of [0, 1]) filled[best][label] += count[label];
  });
  return Int32Array.from({ length: rows }, (_, row) => partOf.get(groups[row])!);
}

/**
 * The fold of every row, 0 to `folds` - 1: no group in two folds, both classes spread as evenly as the groups allow.
 * @throws EngineError 'bad-input' where there are fewer groups than folds
 */
export function groupedFolds(options: GroupedRows & { readonly folds: number }): Int32Array {
  return dealGroups(options, new Array<number>(options.folds).fill(1 / options.folds));
}

export interface Split {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/**
 * Rows to train and to test on, ascending: no group on both sides, the test side with about `testShare` of each class.
 * @throws EngineError 'bad-input' where all rows are one group
 */
export function groupedSplit(options: GroupedRows & { readonly testShare: number }): Split {
  const { testShare, labels } = options;
  const part = dealGroups(options, [1 - testShare, testShare]);
  const rowsOf = (side: number) => allRows(labels.length).filter((row) => part[row] === side);
  return { train: rowsOf(0), test: rowsOf(1) };
}

/**
 * Rows, ascending, in which both classes are equally frequent within each stratum (relation): of the more frequent class
 * a random part is kept. A stratum of one class drops out.
 */
export function balanceWithin(
  labels: ArrayLike<number>,
  strata: ArrayLike<number | string>,
  seed: number,
): Int32Array {
  const byStratum = new Map<number | string, [number[], number[]]>();
  for (let row = 0; row < labels.length; row++) {
    const lists = byStratum.get(strata[row]) ?? [[], []];
    lists[labels[row]].push(row);
    byStratum.set(strata[row], lists);
  }
  const random = createRandom(seed);
  const kept = [];
  for (const lists of byStratum.values()) {
    const size = Math.min(lists[0].length, lists[1].length);
    for (const list of lists) kept.push(...shuffle(list, random).slice(0, size));
  }
  return Int32Array.from(kept).sort();
}
