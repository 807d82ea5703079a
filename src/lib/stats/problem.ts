import { EngineError } from '../errors.ts';
import { type Columns, type Features, openColumns } from './features.ts';

/** Rows of two classes to tell apart by their features. */
export interface Problem {
  readonly features: Features;
  /** [rows]: 1 for the positive class, 0 for the negative one. */
  readonly labels: ArrayLike<number>;
  /** [rows], 0 or more: a row counts that often; one of weight 0 takes no part in the fit. All 1 where left out. */
  readonly rowWeights?: ArrayLike<number>;
  /** What the classes are called in messages. */
  readonly classNames?: readonly [negative: string, positive: string];
}

/** Columns that take no part in a fit: their weight is 0. */
export interface FlaggedColumns {
  /** The same value in all rows of the fit. */
  readonly constant: Int32Array;
  /** A NaN or an infinite value in some row, of the fit or not. */
  readonly notFinite: Int32Array;
}

/** A problem whose labels, weights and columns have been looked at. */
export interface PreparedProblem {
  readonly columns: Columns;
  /** The rows of positive weight, ascending; `signs` and `weights` are of these. */
  readonly rows: Int32Array;
  /** 1 or -1. */
  readonly signs: Float64Array;
  readonly weights: Float64Array;
  /** [columns]: 1 where the column takes part. */
  readonly usable: Uint8Array;
  readonly flagged: FlaggedColumns;
  /** Some column alone separates the classes: all its values in one class lie above all those in the other. */
  readonly columnSeparates: boolean;
}

/** Rows of each class that a fit needs at least. */
export const minimumRowsPerClass = 5;

function checkRows(problem: Problem, rows: Int32Array): void {
  const { labels, classNames = ['negative (0)', 'positive (1)'] } = problem;
  const counts: [number, number] = [0, 0];
  for (const row of rows) {
    const label = labels[row];
    if (label !== 0 && label !== 1) {
      throw new EngineError('bad-input', `The label of row ${row} is ${label}; it must be 0 or 1.`);
    }
    counts[label]++;
  }
  if (rows.length === 0) {
    throw new EngineError('bad-input', 'There are no rows to fit a classifier to; collect answers first.');
  }
  for (const label of [0, 1] as const) {
    if (counts[label] === 0) {
      throw new EngineError(
        'bad-input',
        `All ${rows.length} rows are of one class: there is none of the class "${classNames[label]}"; add rows of it.`,
      );
    }
  }
  for (const label of [0, 1] as const) {
    if (counts[label] < minimumRowsPerClass) {
      throw new EngineError(
        'bad-input',
        `There are too few rows of the class "${classNames[label]}": ${counts[label]}, where at least ${minimumRowsPerClass} are needed; add rows of it.`,
      );
    }
  }
}

/** Whether all values of one class lie above all of the other. Ends early where the classes are seen to overlap. */
function separates(values: Float32Array, rows: Int32Array, signs: Float64Array): boolean {
  let lowPositive = Number.POSITIVE_INFINITY;
  let highPositive = Number.NEGATIVE_INFINITY;
  let lowNegative = Number.POSITIVE_INFINITY;
  let highNegative = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < rows.length; i++) {
    const value = values[rows[i]];
    if (signs[i] > 0) {
      lowPositive = Math.min(lowPositive, value);
      highPositive = Math.max(highPositive, value);
    } else {
      lowNegative = Math.min(lowNegative, value);
      highNegative = Math.max(highNegative, value);
    }
    if (lowPositive <= highNegative && lowNegative <= highPositive) return false;
  }
  return true;
}

/**
 * Checks a problem's rows and finds the columns that cannot take part.
 * @throws EngineError 'bad-input' where sizes do not agree, a label is not 0 or 1, a weight is negative or not finite,
 * a class has no rows (the message names it) or fewer than `minimumRowsPerClass`
 */
export function prepareProblem(problem: Problem): PreparedProblem {
  const { labels, rowWeights } = problem;
  const columns = openColumns(problem.features);
  if (labels.length !== columns.rows || (rowWeights && rowWeights.length !== columns.rows)) {
    throw new EngineError(
      'bad-input',
      `There are ${columns.rows} rows of features, ${labels.length} labels and ${rowWeights?.length ?? labels.length} row weights; their numbers must agree.`,
    );
  }
  const kept = [];
  for (let row = 0; row < columns.rows; row++) {
    const weight = rowWeights ? rowWeights[row] : 1;
    if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY)) {
      throw new EngineError('bad-input', `The weight of row ${row} is ${weight}; it must be 0 or more.`);
    }
    if (weight > 0) kept.push(row);
  }
  const rows = Int32Array.from(kept);
  checkRows(problem, rows);
  const signs = Float64Array.from(rows, (row) => (labels[row] === 1 ? 1 : -1));
  const weights = Float64Array.from(rows, (row) => (rowWeights ? rowWeights[row] : 1));

  const sums = new Float64Array(columns.columns);
  columns.correlate(new Float64Array(columns.rows).fill(1), sums, 0, columns.columns);
  const usable = new Uint8Array(columns.columns);
  const constant = [];
  const notFinite = [];
  let columnSeparates = false;
  const scratch = new Float32Array(columns.rows);
  for (let column = 0; column < columns.columns; column++) {
    if (!Number.isFinite(sums[column])) {
      notFinite.push(column);
      continue;
    }
    const values = columns.read(column, scratch);
    const first = values[rows[0]];
    if (rows.every((row) => values[row] === first)) {
      constant.push(column);
      continue;
    }
    usable[column] = 1;
    columnSeparates ||= separates(values, rows, signs);
  }
  return {
    columns,
    rows,
    signs,
    weights,
    usable,
    flagged: { constant: Int32Array.from(constant), notFinite: Int32Array.from(notFinite) },
    columnSeparates,
  };
}

/**
 * Row weights under which both classes count the same, as scikit-learn's class_weight='balanced': a row's weight times
 * (weight of all rows) / (2 * weight of its class).
 */
export function balancedWeights(problem: Pick<Problem, 'labels' | 'rowWeights'>): Float64Array {
  const { labels } = problem;
  const weights = rowWeightsOf(problem);
  const totals = [0, 0];
  for (let row = 0; row < labels.length; row++) totals[labels[row]] += weights[row];
  const all = totals[0] + totals[1];
  return weights.map((weight, row) =>
    totals[labels[row]] === 0 ? 0 : (weight * all) / (2 * totals[labels[row]]),
  );
}

/** Row weights of a problem as an array, 1 where left out. */
export function rowWeightsOf({ labels, rowWeights }: Pick<Problem, 'labels' | 'rowWeights'>): Float64Array {
  return Float64Array.from({ length: labels.length }, (_, row) => (rowWeights ? rowWeights[row] : 1));
}
