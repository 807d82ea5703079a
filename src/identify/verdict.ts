import type { OnProgress } from '../bytes/progress.ts';
import { allRows, auroc, resampledAuroc } from '../stats/auroc.ts';
import { bootstrap, differenceOf, quantile } from '../stats/bootstrap.ts';
import { type SparseModel, sparseScores } from '../stats/passes.ts';
import { labelsOf, PLAIN_DETECTORS } from './answers.ts';
import {
  allNeuronScores,
  bothSignScores,
  type Learning,
  questionWordScores,
  randomNeuronScores,
  shuffledScores,
  togetherScores,
} from './detectors.ts';

export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** How well a detector tells made-up answers from right ones that it has not seen. */
export interface VerdictRow {
  readonly name: string;
  /** With a 95 % bootstrap interval over groups; of several draws the mean and the middle 95 % of the draws. */
  readonly auroc: Estimate;
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
  /** What was and was not shown, in plain words. */
  readonly sentence: string;
}

export interface VerdictOptions {
  readonly model: SparseModel;
  /** Of the regression that the set comes from; undefined where there is nothing to learn other detectors from. */
  readonly C: number | undefined;
  /** [rows] answers that a resample draws together. */
  readonly groups: Int32Array;
  readonly seed: number;
  /** Sets of random neurons, and shuffles of the labels. */
  readonly draws: number;
  readonly shuffles: number;
  readonly onProgress?: OnProgress;
}

const H_NEURONS = 'H-Neurons';
const BASELINE = PLAIN_DETECTORS[0];
const RESAMPLES = 2000;

/** The detectors with one score an answer, [rows] each. */
async function singleScores(
  learning: Learning,
  { model, C }: VerdictOptions,
): Promise<Map<string, Float64Array>> {
  const { answers, features } = learning;
  const scores = new Map([[H_NEURONS, sparseScores(features, model)]]);
  for (const { name, score } of PLAIN_DETECTORS) scores.set(name, Float64Array.from(answers, score));
  if (C !== undefined) {
    const measure = BASELINE.score;
    scores.set(`${H_NEURONS} and ${BASELINE.name}`, await togetherScores(learning, { model, C, measure }));
    scores.set('neurons of both signs (L1)', await bothSignScores(learning, C));
    scores.set('all neurons (L2)', await allNeuronScores(learning));
    scores.set('words of the question', await questionWordScores(learning));
  }
  return scores;
}

/** AUROC of the test rows over draws. */
function overDraws(name: string, aurocs: readonly number[]): VerdictRow {
  const sorted = Float64Array.from(aurocs).sort();
  const value = sorted.reduce((sum, each) => sum + each, 0) / sorted.length;
  return {
    name,
    auroc: { value, low: quantile(sorted, 0.025), high: quantile(sorted, 0.975) },
    draws: sorted.length,
  };
}

const two = (value: number) => value.toFixed(2);

/** Says what the table shows. */
export function verdictSentence(rows: readonly VerdictRow[], randomAtLeast: number | undefined): string {
  const [own, baseline] = [H_NEURONS, BASELINE.name].map((name) => rows.find((row) => row.name === name));
  if (!own?.gain || !baseline) return '';
  const better =
    own.gain.low > 0
      ? 'better than'
      : own.gain.high < 0
        ? 'worse than'
        : 'not distinguishably better or worse than';
  const first = `On answers that it has not seen the set reaches an AUROC of ${two(own.auroc.value)} (${two(own.auroc.low)} to ${two(own.auroc.high)}), ${better} the mean log-probability of the answer (${two(baseline.auroc.value)})`;
  if (own.auroc.low <= 0.5) return `${first}; that is not shown to be better than guessing.`;
  if (randomAtLeast === undefined) return `${first}.`;
  const share = `${(100 * randomAtLeast).toFixed(0)} % of the sets of random neurons of the same layers do as well`;
  return `${first}; ${share}.`;
}

/**
 * Compares the set with other detectors on the answers that are not learnt from. Random neurons and shuffled labels are
 * drawn again and again.
 * @throws EngineError `bad-input` where the answers to test on, or those to learn from, lack a class
 */
export async function verdictOf(learning: Learning, options: VerdictOptions): Promise<Verdict> {
  const { model, C, groups, seed, draws, shuffles, onProgress } = options;
  const { answers, train, signal } = learning;
  const test = allRows(answers.length).filter((row) => train[row] === 0);
  const labels = labelsOf(answers.filter((_, row) => train[row] === 0));
  const held = (scores: Float64Array) => Float64Array.from(test, (row) => scores[row]);

  onProgress?.({ stage: 'Fitting the detectors', done: 0, unit: 'items' });
  const single = await singleScores(learning, options);
  const names = [...single.keys()];
  const statistics = names.map((name) => resampledAuroc(held(single.get(name) as Float64Array), labels));
  const baseline = statistics[names.indexOf(BASELINE.name)];
  const intervals = await bootstrap(
    [...statistics, ...statistics.map((each) => differenceOf(each, baseline))],
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
  const rows: VerdictRow[] = names.map((name, i) => ({
    name,
    auroc: estimate(intervals[i]),
    ...(name === BASELINE.name ? {} : { gain: estimate(intervals[names.length + i]) }),
  }));

  let randomAtLeast: number | undefined;
  if (C !== undefined) {
    onProgress?.({ stage: 'Drawing random neurons', done: 0, unit: 'items' });
    const areas = async (scores: Promise<readonly Float64Array[]>) =>
      (await scores).map((each) => auroc(held(each), labels));
    const random = await areas(randomNeuronScores(learning, { model, C, draws, seed }));
    rows.push(overDraws('random neurons of the same layers', random));
    randomAtLeast = random.filter((area) => area >= rows[0].auroc.value).length / random.length;
    onProgress?.({ stage: 'Shuffling labels', done: 0, unit: 'items' });
    const shuffled = await areas(shuffledScores(learning, { C, draws: shuffles, seed }));
    rows.push(overDraws('shuffled labels', shuffled));
  }
  const madeUp = labels.reduce((sum, label) => sum + label, 0);
  return {
    rows,
    right: labels.length - madeUp,
    madeUp,
    randomAtLeast,
    sentence: verdictSentence(rows, randomAtLeast),
  };
}
