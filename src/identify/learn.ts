import type { OnProgress } from '../bytes/progress.ts';
import { EngineError } from '../errors.ts';
import { neuronAt, neuronLayout } from '../neurons/layout.ts';
import type { NeuronSet } from '../neurons/set-file.ts';
import { chooseC, type PathPoint } from '../stats/choose-c.ts';
import { geometricPath, minimumC } from '../stats/logistic.ts';
import { groupedFolds, groupedSplit } from '../stats/splits.ts';
import {
  type Answer,
  answersOf,
  balancedAnswers,
  featureMatrix,
  groupsOf,
  labelsOf,
  type SplitBy,
} from './answers.ts';
import { findHNeurons, type HNeurons, type Learning } from './detectors.ts';
import type { FeatureVector } from './features.ts';
import type { QuestionRecord, RunManifest } from './records.ts';
import { type Verdict, verdictOf } from './verdict.ts';

/** A run as it is learnt from. */
export interface RunData {
  readonly manifest: RunManifest;
  readonly records: readonly QuestionRecord[];
  /** Features of a row, float16 bits, [vectors][neurons]. */
  features(row: number): Promise<Uint16Array>;
}

/** How a set is learnt; nothing in it belongs to one process. */
export interface LearnSettings {
  readonly name: string;
  readonly feature: NeuronSet['feature'];
  /**
   * '1-vs-1': the answer tokens of made-up answers against those of right ones. '3-vs-1': against these and the other
   * tokens of all replies.
   */
  readonly labels: '1-vs-1' | '3-vs-1';
  /** 'auto': the C with the smallest loss on held-out folds; their AUROC is too flat along C to choose by. */
  readonly C: number | 'auto';
  readonly splitBy: SplitBy;
  /** Of the drawing of answers, splits, folds, resamples and random neurons. */
  readonly seed: number;
  /** Sets of random neurons in the verdict. */
  readonly draws: number;
}

export interface LearnOptions extends LearnSettings {
  readonly created: string;
  readonly command: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

export interface Learnt {
  readonly set: NeuronSet;
  readonly verdict: Verdict;
  /** The C path by cross-validation; empty where C was given. */
  readonly path: readonly PathPoint[];
  readonly C: number;
  readonly trained: number;
}

const TEST_SHARE = 0.3;
const FOLDS = 5;
/** C from where the first neuron appears to this many times that. */
const PATH_REACH = 1000;
const PATH_LENGTH = 12;
export const SHUFFLES = 20;

/** The feature vector that a set's feature stands for. */
export function vectorOf({ position, aggregation }: NeuronSet['feature']): FeatureVector {
  return `answer-${position}-${aggregation}`;
}

function checkClasses(answers: readonly Answer[]): void {
  if (answers.length > 0) return;
  throw new EngineError(
    'bad-input',
    'No relation of the run has both right and made-up answers with features; ask more questions, or questions of which the model knows some.',
  );
}

/** The answers of a run to learn from and to test on, balanced within relation, none of one group on both sides. */
async function learningOf(
  run: RunData,
  options: LearnOptions,
): Promise<Learning & { readonly groups: Int32Array }> {
  const { seed, splitBy, feature, signal } = options;
  const answers = balancedAnswers(answersOf(run.records), seed);
  checkClasses(answers);
  const groups = groupsOf(answers, splitBy);
  const split = groupedSplit({ labels: labelsOf(answers), groups, seed, testShare: TEST_SHARE });
  const train = new Uint8Array(answers.length);
  for (const row of split.train) train[row] = 1;
  const features = await featureMatrix(run.manifest, answers, [vectorOf(feature)], ({ record }) =>
    run.features(record.row),
  );
  return { answers, features, layout: neuronLayout(run.manifest.model.widths), train, groups, signal };
}

/** Cross-validates the C path on the answers to learn from. */
async function crossValidate(
  learning: Learning & { readonly groups: Int32Array },
  options: LearnOptions,
): Promise<readonly PathPoint[]> {
  const { answers, features, train, groups, signal } = learning;
  const labels = labelsOf(answers);
  const problem = { features, labels, rowWeights: train };
  const rows = Array.from(train.keys()).filter((row) => train[row] > 0);
  const foldsOfTrain = groupedFolds({
    labels: rows.map((row) => labels[row]),
    groups: rows.map((row) => groups[row]),
    seed: options.seed,
    folds: FOLDS,
  });
  const folds = new Int32Array(answers.length);
  rows.forEach((row, k) => {
    folds[row] = foldsOfTrain[k];
  });
  const least = await minimumC(problem, signal);
  const Cs = geometricPath(least * 1.5, least * PATH_REACH, PATH_LENGTH);
  const { points } = await chooseC(problem, folds, Cs, { signal, onProgress: options.onProgress });
  return points;
}

/** The C of the lowest loss among those at which some neuron speaks for a made-up answer. */
function lowestLoss(path: readonly PathPoint[]): number {
  const usable = path.filter(({ positiveNeurons }) => positiveNeurons >= 1);
  return (usable.length > 0 ? usable : path).reduce((best, point) =>
    point.logLoss < best.logLoss ? point : best,
  ).C;
}

function metricsOf(verdict: Verdict, C: number, found: HNeurons, trained: number): NeuronSet['metrics'] {
  const rows = verdict.rows.map(({ name, auroc }) => [`AUROC, ${name}`, auroc] as const);
  return {
    C,
    'answers trained on': trained,
    'right answers tested on': verdict.right,
    'made-up answers tested on': verdict.madeUp,
    'neurons against': found.negative,
    ...Object.fromEntries(rows),
  };
}

/**
 * Finds the H-Neurons of a run and compares them with other detectors on answers held out.
 * @throws EngineError `bad-input` where there are too few answers of a class
 */
export async function learnSet(run: RunData, options: LearnOptions): Promise<Learnt> {
  const { seed, draws, onProgress } = options;
  const learning = await learningOf(run, options);
  const { answers, train, layout, groups } = learning;
  const path = options.C === 'auto' ? await crossValidate(learning, options) : [];
  const C = options.C === 'auto' ? lowestLoss(path) : options.C;
  const found = await findHNeurons(learning, C);
  const { model } = found;
  const verdict = await verdictOf(learning, {
    model,
    C,
    groups,
    seed,
    draws,
    shuffles: SHUFFLES,
    onProgress,
  });
  const trained = train.reduce((sum, each) => sum + each, 0);
  const { manifest } = run;
  const { name, architecture, fingerprint, widths } = manifest.model;
  const { samples, agree } = manifest.settings;
  const set: NeuronSet = {
    format: 'h-neuron-set',
    version: 1,
    name: options.name,
    model: { name, architecture, fingerprint, layers: widths.length, widths },
    neurons: Array.from(model.indices, (index, k) => ({
      ...neuronAt(layout, index),
      weight: model.values[k],
    })),
    intercept: model.intercept,
    feature: options.feature,
    provenance: {
      created: options.created,
      command: options.command,
      questions: `${manifest.questions.name}: ${manifest.questions.count} questions (${manifest.questions.hash}), ${agree} of ${samples} replies agreeing, balanced within relation, split by ${options.splitBy}`,
      heldOut: answers.filter((_, row) => train[row] === 0).map(({ record }) => record.question.id),
      licence: manifest.questions.licences.join(', '),
      notes: verdict.sentence,
    },
    metrics: metricsOf(verdict, C, found, trained),
  };
  return { set, verdict, path, C, trained };
}
