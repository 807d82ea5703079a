import type { OnProgress } from '../bytes/progress.ts';
import { EngineError } from '../errors.ts';
import { resampledAuroc } from './auroc.ts';
import { fitPath } from './logistic.ts';
import { logisticLoss } from './logistic-loss.ts';
import { sparseScores } from './passes.ts';
import { type Problem, rowWeightsOf } from './problem.ts';

/** What held-out folds say of one C. */
export interface PathPoint {
  readonly C: number;
  /** Mean over folds of the AUROC on the fold's rows; folds of one class are left out. */
  readonly auroc: number;
  /** Standard deviation of the folds' AUROC over the square root of their number. */
  readonly standardError: number;
  /** Mean over all held-out rows of log(1 + exp(-sign * score)). */
  readonly logLoss: number;
  /** Mean over folds of the number of non-zero and of positive weights. */
  readonly neurons: number;
  readonly positiveNeurons: number;
}

export interface PathChoice {
  /** In the order of Cs. */
  readonly points: readonly PathPoint[];
  /** The C of the highest AUROC, of equal ones the smallest. */
  readonly best: number;
  /** The smallest C whose AUROC is within one standard error of the best (Breiman et al., 1984): fewer neurons. */
  readonly sparsest: number;
}

/**
 * Cross-validates a C path. Rows of weight 0 take no part.
 * @param folds [rows] the fold of every row, as `groupedFolds` gives it
 * @throws EngineError 'bad-input' as `fitPath` for the rows outside some fold, and where no fold has both classes
 */
export async function chooseC(
  problem: Problem,
  folds: ArrayLike<number>,
  Cs: readonly number[],
  options: {
    readonly tolerance?: number;
    readonly signal?: AbortSignal;
    readonly onProgress?: OnProgress;
  } = {},
): Promise<PathChoice> {
  const { tolerance = 1e-5, signal, onProgress } = options;
  const { features, labels } = problem;
  const weights = rowWeightsOf(problem);
  const numbers = [...new Set(Array.from(folds))].sort((a, b) => a - b);
  const sums = Cs.map(() => ({ aurocs: [] as number[], loss: 0, neurons: 0, positive: 0 }));
  let heldOut = 0;
  for (const [done, fold] of numbers.entries()) {
    onProgress?.({ stage: 'Cross-validating', done, total: numbers.length, unit: 'items' });
    const rowWeights = weights.map((weight, row) => (folds[row] === fold ? 0 : weight));
    const rows = Int32Array.from(weights.keys()).filter((row) => folds[row] === fold && weights[row] > 0);
    const signs = Float64Array.from(rows, (row) => (labels[row] === 1 ? 1 : -1));
    const ones = new Float64Array(rows.length).fill(1);
    heldOut += rows.length;
    const fits = await fitPath({ ...problem, rowWeights }, Cs, { tolerance, signal });
    fits.forEach((fit, k) => {
      const scores = sparseScores(features, fit);
      const held = Float64Array.from(rows, (row) => scores[row]);
      const area = resampledAuroc(scores, labels)(rows);
      if (!Number.isNaN(area)) sums[k].aurocs.push(area);
      sums[k].loss += logisticLoss(held, signs, ones);
      sums[k].neurons += fit.indices.length / numbers.length;
      sums[k].positive += fit.values.filter((value) => value > 0).length / numbers.length;
    });
  }
  onProgress?.({ stage: 'Cross-validating', done: numbers.length, total: numbers.length, unit: 'items' });
  if (sums.every(({ aurocs }) => aurocs.length === 0)) {
    throw new EngineError(
      'bad-input',
      'No fold has rows of both classes, so C cannot be chosen; group by fewer keys or use fewer folds.',
    );
  }
  const points = sums.map(({ aurocs, loss, neurons, positive }, k): PathPoint => {
    const mean = aurocs.reduce((sum, area) => sum + area, 0) / aurocs.length;
    const squares = aurocs.reduce((sum, area) => sum + (area - mean) ** 2, 0);
    return {
      C: Cs[k],
      auroc: mean,
      standardError: aurocs.length < 2 ? 0 : Math.sqrt(squares / (aurocs.length - 1) / aurocs.length),
      logLoss: loss / heldOut,
      neurons,
      positiveNeurons: positive,
    };
  });
  const rising = [...points].sort((a, b) => a.C - b.C);
  const best = rising.reduce((top, point) => (point.auroc > top.auroc ? point : top));
  const sparsest = rising.find((point) => point.auroc >= best.auroc - best.standardError) ?? best;
  return { points, best: best.C, sparsest: sparsest.C };
}
