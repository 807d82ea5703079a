import { denseScores, fitL2 } from '../../../lib/stats/logistic-l2.ts';
import { columnMoments, standardise } from '../../../lib/stats/standardise.ts';
import { CLASS_NAMES, type Learning, trainRows } from './learning.ts';

/** The C of the regression over all neurons: standardised columns are many, so little of each is enough. */
const ALL_NEURONS_C = 1e-3;

/** Scores of an L2 logistic regression over all neurons, standardised, none left out. */
export async function allNeuronScores(learning: Learning): Promise<Float64Array> {
  const { labels, train, signal } = learning;
  const features = standardise(learning.features, columnMoments(learning.features, trainRows(train)));
  const problem = { features, labels, rowWeights: train, classNames: CLASS_NAMES };
  return denseScores(features, await fitL2(problem, { C: ALL_NEURONS_C, tolerance: 1e-4, signal }));
}
