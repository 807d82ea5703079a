import { withoutArticles, wordsOf } from '../../datasets/normalise.ts';
import type { OnProgress } from '../../lib/bytes/progress.ts';
import { EngineError } from '../../lib/errors.ts';
import { createRandom, deriveSeed } from '../../lib/math/random.ts';
import type { DenseFeatures, SparseFeatures } from '../../lib/stats/features.ts';
import { fitL1, type L1Fit } from '../../lib/stats/logistic.ts';
import { denseScores, fitL2 } from '../../lib/stats/logistic-l2.ts';
import { type SparseModel, sparseScores } from '../../lib/stats/passes.ts';
import { shuffle } from '../../lib/stats/splits.ts';
import { columnMoments, standardise } from '../../lib/stats/standardise.ts';
import { layerMatchedRandom } from '../../neurons/controls.ts';
import { flatIndex, neuronAt } from '../../neurons/layout.ts';
import type { NeuronLayout } from '../../neurons/types.ts';
import type { Answer } from './answers.ts';

/** Answers, their features [rows, neurons] and which of them a detector may learn from. */
export interface Learning {
  readonly answers: readonly Answer[];
  /** [rows] 1 where the row's tokens are a made-up answer. */
  readonly labels: Uint8Array;
  /**
   * The first rows are answers. Rows behind them are the other tokens of an answer's reply, which the neurons learn from
   * as not made up; what else is known of a reply says nothing about them.
   */
  readonly answerRows: number;
  readonly features: DenseFeatures;
  readonly layout: NeuronLayout;
  /** [rows]: 1 where a detector learns, 0 where it is tested. */
  readonly train: Uint8Array;
  readonly signal?: AbortSignal;
}

export const CLASS_NAMES = ['right', 'made up'] as const;
/** Of fits on few columns, which do not choose among them. */
const LOOSE_C = 10;

/** Some columns of a matrix, in the order given. */
function selectColumns(features: DenseFeatures, columns: readonly number[]): DenseFeatures {
  const { rows } = features;
  const values = new Float32Array(rows * columns.length);
  columns.forEach((column, k) => {
    values.set(features.values.subarray(column * rows, (column + 1) * rows), k * rows);
  });
  return { kind: 'dense', rows, columns: columns.length, values };
}

/** The matrix with one more column. */
function withColumn(features: DenseFeatures, column: Float32Array): DenseFeatures {
  const values = new Float32Array(features.values.length + features.rows);
  values.set(features.values);
  values.set(column, features.values.length);
  return { ...features, columns: features.columns + 1, values };
}

/** L1 logistic regression on the rows that may be learnt from. */
function fitTrained(
  learning: Learning,
  features: DenseFeatures | SparseFeatures,
  C: number,
  labels: Uint8Array = learning.labels,
) {
  const { train, signal } = learning;
  return fitL1({ features, labels, rowWeights: train, classNames: CLASS_NAMES }, { C, signal });
}

/** H-Neurons and their classifier. */
export interface HNeurons {
  /** Flat indices, ascending, with weights above 0, and the intercept. */
  readonly model: SparseModel;
  /** Neurons with a negative weight in the fit over all neurons: these speak for a right answer. */
  readonly negative: number;
  /** The fit over all neurons that it comes from. */
  readonly fit: L1Fit;
}

/**
 * Finds the neurons that an L1 logistic regression over all neurons gives a positive weight, then fits the weights of
 * these alone, so that the set that is kept is itself a classifier. A neuron whose weight is not positive then is
 * dropped, and the others are fitted again.
 */
export async function findHNeurons(learning: Learning, C: number): Promise<HNeurons> {
  const all = await fitAllNeurons(learning, C);
  let indices = [...all.indices].filter((_, k) => all.values[k] > 0);
  const negative = all.indices.length - indices.length;
  while (indices.length > 0) {
    const few = selectColumns(learning.features, indices);
    const model = await fitTrained(learning, few, C);
    const kept = [...model.indices].filter((_, k) => model.values[k] > 0);
    if (kept.length === indices.length) {
      const values = model.values.filter((value) => value > 0);
      return {
        model: { indices: Int32Array.from(kept, (k) => indices[k]), values, intercept: model.intercept },
        negative,
        fit: all,
      };
    }
    indices = kept.map((k) => indices[k]);
  }
  throw new EngineError(
    'bad-input',
    `No neuron speaks for a made-up answer at C = ${C}; choose a larger C, or collect more answers.`,
  );
}

/** The L1 regression over all neurons that H-Neurons come from, with its negative weights. */
export function fitAllNeurons(learning: Learning, C: number): Promise<L1Fit> {
  return fitTrained(learning, learning.features, C);
}

interface Draws {
  readonly C: number;
  readonly draws: number;
  readonly seed: number;
  readonly onProgress?: OnProgress;
}

/** Scores of as many random neurons in each layer as the set has, their weights fitted, one array a draw. */
export async function randomNeuronScores(
  learning: Learning,
  { model, C, draws, seed, onProgress }: Draws & { readonly model: SparseModel },
): Promise<Float64Array[]> {
  const { layout } = learning;
  const members = Array.from(model.indices, (index) => neuronAt(layout, index));
  const scores: Float64Array[] = [];
  for (let draw = 0; draw < draws; draw++) {
    onProgress?.({ stage: 'Drawing random neurons', done: draw, total: draws, unit: 'items' });
    const refs = layerMatchedRandom({ layout, members, seed: deriveSeed(seed, draw) });
    const few = selectColumns(
      learning.features,
      refs.map((ref) => flatIndex(layout, ref)),
    );
    scores.push(sparseScores(few, await fitTrained(learning, few, C)));
  }
  return scores;
}

/** Labels exchanged at random among the rows of a relation that are learnt from: nothing is left to learn. */
function shuffledLabels({ answers, labels: given, train }: Learning, seed: number): Uint8Array {
  const labels = given.slice();
  const rows = new Map<string, number[]>();
  answers.forEach(({ record }, i) => {
    if (train[i] === 0) return;
    const { relation } = record.question;
    rows.set(relation, [...(rows.get(relation) ?? []), i]);
  });
  const random = createRandom(seed);
  for (const some of rows.values()) {
    const shuffled = shuffle(
      some.map((row) => labels[row]),
      random,
    );
    some.forEach((row, k) => {
      labels[row] = shuffled[k];
    });
  }
  return labels;
}

/** Scores of the same regression over all neurons, learnt from shuffled labels, one array a draw. */
export async function shuffledScores(
  learning: Learning,
  { C, draws, seed, onProgress }: Draws,
): Promise<Float64Array[]> {
  const scores: Float64Array[] = [];
  for (let draw = 0; draw < draws; draw++) {
    onProgress?.({ stage: 'Shuffling labels', done: draw, total: draws, unit: 'items' });
    const labels = shuffledLabels(learning, deriveSeed(seed, draw));
    scores.push(sparseScores(learning.features, await fitTrained(learning, learning.features, C, labels)));
  }
  return scores;
}

/** The same with nothing but answers to learn from. */
function answersOnly(learning: Learning): Learning {
  const train = learning.train.map((weight, row) => (row < learning.answerRows ? weight : 0));
  return { ...learning, train };
}

/** A word counts where this many questions that are learnt from have it. */
const FEWEST_QUESTIONS = 2;

/** Which words each question has: 1 where it has the word of a column. */
function questionWords({ answers, train }: Learning): SparseFeatures {
  const words = answers.map(
    ({ record }) => new Set(withoutArticles(wordsOf(record.question.question)).map((word) => word.text)),
  );
  const times = new Map<string, number>();
  words.forEach((some, i) => {
    if (train[i] > 0) for (const word of some) times.set(word, (times.get(word) ?? 0) + 1);
  });
  const columns = [...times].filter(([, count]) => count >= FEWEST_QUESTIONS).map(([word]) => word);
  const rowIndices: number[] = [];
  const starts = [0];
  for (const word of columns) {
    words.forEach((some, i) => {
      if (some.has(word)) rowIndices.push(i);
    });
    starts.push(rowIndices.length);
  }
  return {
    kind: 'sparse',
    rows: answers.length,
    columns: columns.length,
    values: new Float32Array(rowIndices.length).fill(1),
    rowIndices: Int32Array.from(rowIndices),
    starts: Int32Array.from(starts),
  };
}

/** Scores of a regression that sees the words of the question and nothing of the model. */
export async function questionWordScores(all: Learning): Promise<Float64Array> {
  const learning = answersOnly(all);
  const features = questionWords(learning);
  return sparseScores(features, await fitTrained(learning, features, LOOSE_C));
}

const trainRows = (train: Uint8Array) => Int32Array.from(train.keys()).filter((row) => train[row] > 0);

/** The C of the regression over all neurons: standardised columns are many, so little of each is enough. */
const ALL_NEURONS_C = 1e-3;

/** Scores of an L2 logistic regression over all neurons, standardised, none left out. */
export async function allNeuronScores(learning: Learning): Promise<Float64Array> {
  const { labels, train, signal } = learning;
  const features = standardise(learning.features, columnMoments(learning.features, trainRows(train)));
  const problem = { features, labels, rowWeights: train, classNames: CLASS_NAMES };
  return denseScores(features, await fitL2(problem, { C: ALL_NEURONS_C, tolerance: 1e-4, signal }));
}

/** Scores of a regression over the H-Neurons and another measure of each answer together. */
export async function togetherScores(
  all: Learning,
  {
    model,
    C,
    measure,
  }: { readonly model: SparseModel; readonly C: number; readonly measure: (answer: Answer) => number },
): Promise<Float64Array> {
  const learning = answersOnly(all);
  const few = selectColumns(learning.features, [...model.indices]);
  const values = Float32Array.from(learning.answers, measure);
  const one: DenseFeatures = { kind: 'dense', rows: values.length, columns: 1, values };
  const features = withColumn(few, standardise(one, columnMoments(one, trainRows(learning.train))).values);
  return sparseScores(features, await fitTrained(learning, features, C));
}
