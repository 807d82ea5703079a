import { EngineError } from '../../lib/errors.ts';
import { groupedSplit } from '../../lib/stats/splits.ts';
import { neuronLayout } from '../../neurons/layout.ts';
import type { NeuronSet } from '../../neurons/set-file.ts';
import {
  type Answer,
  answersOf,
  balancedAnswers,
  type FeatureRow,
  featureMatrix,
  groupsOf,
  labelsOf,
  type SplitBy,
} from './answers.ts';
import { type Correction, corrected } from './corrections.ts';
import type { Learning } from './detectors/learning.ts';
import type { FeatureVector } from './features.ts';
import type { QuestionRecord, RunManifest } from './records.ts';

/** A run as it is learnt from. */
export interface RunData {
  readonly manifest: RunManifest;
  readonly records: readonly QuestionRecord[];
  /** A person's labels in place of the judge's. */
  readonly corrections?: readonly Correction[];
  /** What a person should know of the run as it was read: what was left out of it, what cannot be told of it. */
  readonly notes?: readonly string[];
  /** Features of a row, float16 bits, [vectors][neurons]. */
  features(row: number): Promise<Uint16Array>;
}

/** What is learnt from and tested on. */
export interface MaterialSettings {
  readonly feature: NeuronSet['feature'];
  /**
   * '1-vs-1': the answer tokens of made-up answers against those of right ones. '3-vs-1': against these and the mean of
   * the other tokens of all replies.
   */
  readonly labels: '1-vs-1' | '3-vs-1';
  readonly splitBy: SplitBy;
  /** Of the drawing of answers, splits, folds, resamples and random neurons. */
  readonly seed: number;
}

const TEST_SHARE = 0.3;
/** One to test on, and two to choose C on. */
const FEWEST_GROUPS = 3;

/** The feature vector that a set's feature stands for. */
export function vectorOf({ position, aggregation }: NeuronSet['feature']): FeatureVector {
  return `answer-${position}-${aggregation}`;
}

function checkClasses(all: readonly Answer[], balanced: readonly Answer[]): void {
  if (balanced.length > 0) return;
  const labels = new Set(labelsOf(all));
  if (labels.size < 2)
    throw new EngineError(
      'bad-input',
      `The run has no consistently ${labels.has(1) ? 'right answer' : labels.has(0) ? 'made-up answer' : 'right or made-up answer'} with features; ask more questions, of which the model knows some and others not.`,
    );
  throw new EngineError(
    'bad-input',
    'No relation of the run has both right and made-up answers with features; ask more questions, or questions of which the model knows some.',
  );
}

function checkGroups(groups: Int32Array, splitBy: SplitBy): void {
  const { size } = new Set(groups);
  if (size >= FEWEST_GROUPS) return;
  throw new EngineError(
    'bad-input',
    splitBy === 'relation'
      ? `The answers to learn from come from too few relations that share no fact (${size}) to keep relations apart; split by answer, or ask questions of more relations.`
      : `The answers to learn from have too few different questions and answers (${size}); ask more questions.`,
  );
}

/** The run keeps of a reply's other tokens the mean where they are read. */
function checkLabels({ labels, feature }: MaterialSettings): void {
  if (labels === '1-vs-1' || feature.aggregation === 'mean') return;
  throw new EngineError(
    'bad-input',
    'Labels 3-vs-1 compare answers with the mean over the other tokens, which a maximum over the answer would always exceed; choose the mean, or labels 1-vs-1.',
  );
}

/** What a run is learnt from. */
export interface Material extends Learning {
  /** [rows] answers that a split, a fold or a resample keeps together. */
  readonly groups: Int32Array;
}

/** An answer's reply has tokens that are not its answer. */
function hasRest({ record }: Answer): boolean {
  return (record.answer?.tokens.length ?? 0) < record.replies[record.representative].ids.length;
}

/**
 * The answers of a run to learn from and to test on, balanced within relation, none of one group on both sides; for
 * labels 3-vs-1 the other tokens of the replies that are learnt from behind them.
 * @throws EngineError `bad-input` where too few answers or groups are there, or the settings do not go together
 */
export async function materialOf(
  run: RunData,
  options: MaterialSettings & { readonly signal?: AbortSignal },
): Promise<Material> {
  const { seed, splitBy, feature, signal } = options;
  checkLabels(options);
  const all = answersOf(corrected(run.records, run.corrections ?? []));
  const chosen = balancedAnswers(all, seed);
  checkClasses(all, chosen);
  const chosenGroups = groupsOf(chosen, splitBy);
  checkGroups(chosenGroups, splitBy);
  const split = groupedSplit({
    labels: labelsOf(chosen),
    groups: chosenGroups,
    seed,
    testShare: TEST_SHARE,
  });
  const isLearnt = new Uint8Array(chosen.length);
  for (const row of split.train) isLearnt[row] = 1;
  const others =
    options.labels === '3-vs-1' ? chosen.filter((answer, row) => isLearnt[row] > 0 && hasRest(answer)) : [];
  const answers = [...chosen, ...others];
  const rows = answers.map(
    (answer, row): FeatureRow => ({
      answer,
      vector: row < chosen.length ? vectorOf(feature) : 'rest-read-mean',
    }),
  );
  return {
    answers,
    labels: Uint8Array.from(rows, ({ answer: { label } }, row) => (row < chosen.length ? label : 0)),
    answerRows: chosen.length,
    features: await featureMatrix(run.manifest, rows, ({ record }) => run.features(record.row)),
    layout: neuronLayout(run.manifest.model.widths),
    train: Uint8Array.from(rows, (_, row) => (row < chosen.length ? isLearnt[row] : 1)),
    groups: groupsOf(answers, splitBy),
    signal,
  };
}
