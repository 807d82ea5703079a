import { EngineError } from '../errors.ts';

function checkScores(scores: ArrayLike<number>, labels: ArrayLike<number>): void {
  if (scores.length !== labels.length) {
    throw new EngineError(
      'bad-input',
      `There are ${scores.length} scores and ${labels.length} labels; their numbers must agree.`,
    );
  }
  for (let row = 0; row < scores.length; row++) {
    if (Number.isNaN(scores[row])) {
      throw new EngineError('bad-input', `The score of row ${row} is not a number; leave that row out.`);
    }
    if (labels[row] !== 0 && labels[row] !== 1) {
      throw new EngineError('bad-input', `The label of row ${row} is ${labels[row]}; it must be 0 or 1.`);
    }
  }
}

/** Rows by falling score. */
function byFallingScore(scores: ArrayLike<number>): Int32Array {
  return Int32Array.from({ length: scores.length }, (_, row) => row).sort(
    (a, b) => Number(scores[b] > scores[a]) - Number(scores[b] < scores[a]) || a - b,
  );
}

/**
 * The AUROC of resamples: takes row indices, with repetition, and gives the share of pairs of a positive and a negative
 * row in which the positive one has the higher score, ties counting one half (Mann-Whitney U); NaN where a resample
 * lacks a class. Sorts once, so that a resample costs one pass.
 * @throws EngineError 'bad-input' where numbers do not agree, a score is NaN or a label is not 0 or 1
 */
export function resampledAuroc(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
): (rows: Int32Array) => number {
  checkScores(scores, labels);
  const order = byFallingScore(scores);
  const counts = new Int32Array(scores.length);
  return (rows) => {
    counts.fill(0);
    for (const row of rows) counts[row]++;
    let positives = 0;
    let negatives = 0;
    let above = 0;
    for (let k = 0; k < order.length; ) {
      const score = scores[order[k]];
      let tiedPositives = 0;
      let tiedNegatives = 0;
      for (; k < order.length && scores[order[k]] === score; k++) {
        if (labels[order[k]] === 1) tiedPositives += counts[order[k]];
        else tiedNegatives += counts[order[k]];
      }
      above += tiedNegatives * (positives + tiedPositives / 2);
      positives += tiedPositives;
      negatives += tiedNegatives;
    }
    return above / (positives * negatives);
  };
}

/** All row numbers, 0 to `count` - 1. */
export function allRows(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, row) => row);
}

/**
 * Area under the ROC curve; ties count one half.
 * @throws EngineError 'bad-input' as `resampledAuroc`, and where a class has no rows
 */
export function auroc(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  const area = resampledAuroc(scores, labels)(allRows(scores.length));
  if (Number.isNaN(area)) {
    throw new EngineError(
      'bad-input',
      'The AUROC needs rows of both classes; all rows here are of one. Test on more rows.',
    );
  }
  return area;
}

export interface RocPoint {
  readonly falsePositiveRate: number;
  readonly truePositiveRate: number;
  /** Rows with a score of at least this are called positive. */
  readonly threshold: number;
}

/** The ROC curve, from (0, 0) at threshold Infinity to (1, 1): a point for each distinct score. Errors as `auroc`. */
export function rocCurve(scores: ArrayLike<number>, labels: ArrayLike<number>): RocPoint[] {
  auroc(scores, labels);
  const order = byFallingScore(scores);
  const positives = Array.from(labels).filter((label) => label === 1).length;
  const negatives = labels.length - positives;
  const points = [{ falsePositiveRate: 0, truePositiveRate: 0, threshold: Number.POSITIVE_INFINITY }];
  let hits = 0;
  let falseAlarms = 0;
  order.forEach((row, k) => {
    if (labels[row] === 1) hits++;
    else falseAlarms++;
    if (k + 1 < order.length && scores[order[k + 1]] === scores[row]) return;
    points.push({
      falsePositiveRate: falseAlarms / negatives,
      truePositiveRate: hits / positives,
      threshold: scores[row],
    });
  });
  return points;
}

/** Share of rows on the right side of the threshold: a score above it is called positive. */
export function accuracy(scores: ArrayLike<number>, labels: ArrayLike<number>, threshold = 0): number {
  return resampledAccuracy(scores, labels, threshold)(allRows(scores.length));
}

/** The `accuracy` of resamples: takes row indices, with repetition. Errors as `resampledAuroc`. */
export function resampledAccuracy(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  threshold: number,
): (rows: Int32Array) => number {
  checkScores(scores, labels);
  const isRight = Uint8Array.from(allRows(scores.length), (row) =>
    Number(Number(scores[row] > threshold) === labels[row]),
  );
  return (rows) => {
    let right = 0;
    for (const row of rows) right += isRight[row];
    return right / rows.length;
  };
}

/**
 * The threshold of the highest accuracy, for `accuracy`: halfway between two neighbouring scores, or -Infinity or
 * Infinity where calling all rows the same is best; of equally good ones the highest. To be chosen on training rows.
 */
export function bestThreshold(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  checkScores(scores, labels);
  const order = byFallingScore(scores);
  let right = Array.from(labels).filter((label) => label === 0).length;
  let best = right;
  let threshold = Number.POSITIVE_INFINITY;
  order.forEach((row, k) => {
    right += labels[row] === 1 ? 1 : -1;
    const next = k + 1 < order.length ? scores[order[k + 1]] : Number.NEGATIVE_INFINITY;
    if (next === scores[row] || right <= best) return;
    best = right;
    threshold = next === Number.NEGATIVE_INFINITY ? next : next + (scores[row] - next) / 2;
  });
  return threshold;
}
