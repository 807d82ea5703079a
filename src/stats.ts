/** Statistics that the studies rest on: pure functions on typed arrays. */
export { accuracy, auroc, bestThreshold, type RocPoint, rocCurve } from './lib/stats/auroc.ts';
export {
  type Bootstrap,
  bootstrap,
  type Interval,
  percentileInterval,
  quantile,
} from './lib/stats/bootstrap.ts';
export { type Calibration, calibrate } from './lib/stats/calibration.ts';
export { chooseC, type PathChoice, type PathPoint } from './lib/stats/choose-c.ts';
export type { Estimate } from './lib/stats/estimate.ts';
export type { DenseFeatures, Features, SparseFeatures } from './lib/stats/features.ts';
export {
  type FitOptions,
  fitL1,
  fitPath,
  geometricPath,
  type L1Fit,
  minimumC,
} from './lib/stats/logistic.ts';
export { type DenseModel, denseScores, fitL2, type L2Fit } from './lib/stats/logistic-l2.ts';
export { type SparseModel, sparseScores } from './lib/stats/passes.ts';
export type { Problem } from './lib/stats/problem.ts';
export { balanceWithin, groupedFolds, groupedSplit, type Split } from './lib/stats/splits.ts';
export { type Stability, stabilitySelection } from './lib/stats/stability.ts';
export { type Alternative, permutationP, type TTest, tTest } from './lib/stats/tests.ts';
