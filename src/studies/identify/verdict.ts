import type { OnProgress } from '../../lib/bytes/progress.ts';
import {
  accuracy,
  allRows,
  auroc,
  bestThreshold,
  resampledAccuracy,
  resampledAuroc,
} from '../../lib/stats/auroc.ts';
import { bootstrap, differenceOf, quantile } from '../../lib/stats/bootstrap.ts';
import type { Estimate } from '../../lib/stats/estimate.ts';
import type { SparseModel } from '../../lib/stats/passes.ts';
import type { Learning } from './detectors/learning.ts';
import { BASELINE, CHANCE, type DetectorId, DRAWN, TRAINED, UNTRAINED } from './detectors/registry.ts';
import { DRAWN_SCORES, TRAINED_SCORES, UNTRAINED_SCORES } from './detectors/scores.ts';

/** How well a detector tells made-up answers from right ones that it has not seen. */
export interface VerdictRow {
  readonly id: DetectorId;
  /** With a 95 % bootstrap interval over groups; of several draws the mean and the middle 95 % of the draws. */
  readonly auroc: Estimate;
  /**
   * Share of answers on the right side of the threshold that was best on the answers learnt from, interval as above;
   * undefined where there were none to choose it on.
   */
  readonly accuracy?: Estimate;
  /** Its AUROC minus that of the mean log-probability, on the same resamples. */
  readonly gain?: Estimate;
  /** Where the row stands for many draws. */
  readonly draws?: number;
}

export interface Verdict {
  readonly rows: readonly VerdictRow[];
  /** Answers tested on. */
  readonly right: number;
  readonly madeUp: number;
  /** Share of the draws of random neurons that do at least as well as the H-Neurons; undefined without draws. */
  readonly randomAtLeast: number | undefined;
}

export interface VerdictOptions {
  readonly model: SparseModel;
  /** Of the regression that the set comes from; undefined where there is nothing to learn other detectors from. */
  readonly C: number | undefined;
  /** That regression over all neurons, where it was fitted before. */
  readonly fit?: SparseModel;
  /** [rows] answers that a resample draws together. */
  readonly groups: Int32Array;
  readonly seed: number;
  /** Sets of random neurons, and shuffles of the labels. */
  readonly draws: number;
  readonly shuffles: number;
  readonly onProgress?: OnProgress;
}

const RESAMPLES = 2000;

/** The detectors with one score an answer, [rows] each. */
async function singleScores(
  learning: Learning,
  { model, C, fit }: VerdictOptions,
): Promise<Map<DetectorId, Float64Array>> {
  const scores = new Map<DetectorId, Float64Array>();
  for (const id of UNTRAINED) scores.set(id, UNTRAINED_SCORES[id]({ learning, model }));
  if (C !== undefined)
    for (const id of TRAINED) scores.set(id, await TRAINED_SCORES[id]({ learning, model, C, fit }));
  return scores;
}

/** Mean and middle 95 % of draws. */
function spread(values: readonly number[]): Estimate {
  const sorted = Float64Array.from(values).sort();
  const value = sorted.reduce((sum, each) => sum + each, 0) / sorted.length;
  return { value, low: quantile(sorted, 0.025), high: quantile(sorted, 0.975) };
}

/** Scores of the answers held out, by detector. */
export interface HeldOutScores {
  readonly labels: Uint8Array;
  /** Undefined where there is no such detector. */
  of(id: DetectorId): Float64Array | undefined;
}

/**
 * Compares the set with other detectors on the answers that are not learnt from. Random neurons and shuffled labels are
 * drawn again and again.
 * @throws EngineError `bad-input` where the answers to test on, or those to learn from, lack a class
 */
export async function verdictOf(
  learning: Learning,
  options: VerdictOptions,
): Promise<{ readonly verdict: Verdict; readonly scores: HeldOutScores }> {
  const { model, C, groups, seed, draws, shuffles, onProgress } = options;
  const { train, answerRows, signal } = learning;
  const rowsWhere = (isTaken: (weight: number) => boolean) =>
    allRows(answerRows).filter((row) => isTaken(train[row]));
  const test = rowsWhere((weight) => weight === 0);
  const learnt = rowsWhere((weight) => weight > 0);
  const pick = (scores: ArrayLike<number>, rows: Int32Array) => Float64Array.from(rows, (row) => scores[row]);
  const labels = Uint8Array.from(test, (row) => learning.labels[row]);
  const learntLabels = Uint8Array.from(learnt, (row) => learning.labels[row]);
  const held = (scores: Float64Array) => pick(scores, test);
  const threshold = (scores: Float64Array) => bestThreshold(pick(scores, learnt), learntLabels);

  onProgress?.({ stage: 'Fitting the detectors', done: 0, unit: 'items' });
  const single = await singleScores(learning, options);
  const ids = [...single.keys()];
  const detectors = [...single.values()];
  const statistics = detectors.map((scores) => resampledAuroc(held(scores), labels));
  const accuracies =
    learnt.length === 0
      ? []
      : detectors.map((scores) => resampledAccuracy(held(scores), labels, threshold(scores)));
  const baseline = statistics[ids.indexOf(BASELINE)];
  const intervals = await bootstrap(
    [...statistics, ...statistics.map((each) => differenceOf(each, baseline)), ...accuracies],
    {
      rows: test.length,
      seed,
      groups: Int32Array.from(test, (row) => groups[row]),
      resamples: RESAMPLES,
      signal,
      onProgress,
    },
  );
  const estimate = ({ estimate: value, low, high }: (typeof intervals)[number]): Estimate => ({
    value,
    low,
    high,
  });
  const rows: VerdictRow[] = ids.map((id, i) => ({
    id,
    auroc: estimate(intervals[i]),
    ...(accuracies.length > 0 ? { accuracy: estimate(intervals[2 * ids.length + i]) } : {}),
    ...(id === BASELINE ? {} : { gain: estimate(intervals[ids.length + i]) }),
  }));

  let randomAtLeast: number | undefined;
  if (C !== undefined) {
    const scoring = { learning, model, C, fit: options.fit, draws, shuffles, seed, onProgress };
    for (const id of DRAWN) {
      const scores = await DRAWN_SCORES[id](scoring);
      const areas = scores.map((each) => auroc(held(each), labels));
      const shares = scores.map((each) => accuracy(held(each), labels, threshold(each)));
      rows.push({ id, auroc: spread(areas), accuracy: spread(shares), draws: scores.length });
      if (id === CHANCE)
        randomAtLeast = areas.filter((area) => area >= rows[0].auroc.value).length / areas.length;
    }
  }
  const madeUp = labels.reduce((sum, label) => sum + label, 0);
  const scoresOf = (id: DetectorId) => {
    const scores = single.get(id);
    return scores && held(scores);
  };
  return {
    verdict: {
      rows,
      right: labels.length - madeUp,
      madeUp,
      randomAtLeast,
    },
    scores: { labels, of: scoresOf },
  };
}
