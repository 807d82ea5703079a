import { EngineError } from '../errors.ts';

interface CalibrationBin {
  /** The bin holds probabilities above `low`, up to and with `high`; the first bin also holds 0. */
  readonly low: number;
  readonly high: number;
  readonly count: number;
  readonly meanProbability: number;
  readonly shareOfPositives: number;
}

export interface Calibration {
  /** Bins that hold a row. */
  readonly bins: readonly CalibrationBin[];
  /** Mean over rows of |mean probability - share of positives| of the row's bin (expected calibration error). */
  readonly error: number;
  /** Mean squared difference of probability and label (Brier score). */
  readonly brier: number;
}

/**
 * How probabilities agree with what happened, in `bins` bins of equal width.
 * @throws EngineError 'bad-input' where there are no rows, numbers do not agree or a probability is not in [0, 1]
 */
export function calibrate(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  bins = 10,
): Calibration {
  const rows = probabilities.length;
  if (rows === 0 || rows !== labels.length) {
    throw new EngineError(
      'bad-input',
      `Calibration needs a label for every probability; there are ${rows} probabilities and ${labels.length} labels.`,
    );
  }
  const counts = new Int32Array(bins);
  const sums = new Float64Array(bins);
  const positives = new Int32Array(bins);
  let brier = 0;
  for (let row = 0; row < rows; row++) {
    const probability = probabilities[row];
    if (!(probability >= 0 && probability <= 1)) {
      throw new EngineError(
        'bad-input',
        `The probability of row ${row} is ${probability}; it must lie in 0 to 1.`,
      );
    }
    let bin = 0;
    while (bin < bins - 1 && probability > (bin + 1) / bins) bin++;
    counts[bin]++;
    sums[bin] += probability;
    positives[bin] += labels[row];
    brier += (probability - labels[row]) ** 2;
  }
  const filled: CalibrationBin[] = [];
  let error = 0;
  counts.forEach((count, bin) => {
    if (count === 0) return;
    filled.push({
      low: bin / bins,
      high: (bin + 1) / bins,
      count,
      meanProbability: sums[bin] / count,
      shareOfPositives: positives[bin] / count,
    });
    error += Math.abs(sums[bin] - positives[bin]) / rows;
  });
  return { bins: filled, error, brier: brier / rows };
}
