import type { OnProgress } from '../../lib/bytes/progress.ts';
import { rocCurve } from '../../lib/stats/auroc.ts';
import { calibrate } from '../../lib/stats/calibration.ts';
import { chooseC, type PathPoint } from '../../lib/stats/choose-c.ts';
import { geometricPath, type L1Fit, minimumC } from '../../lib/stats/logistic.ts';
import { groupedFolds } from '../../lib/stats/splits.ts';
import { stabilitySelection } from '../../lib/stats/stability.ts';
import { formerIdentityNote } from '../../neurons/identity.ts';
import { neuronAt } from '../../neurons/layout.ts';
import type { NeuronSet } from '../../neurons/set-file.ts';
import { verdictSentence } from '../report-text/verdict.ts';
import { findHNeurons, type HNeurons } from './detectors/h-neurons.ts';
import { CLASS_NAMES } from './detectors/learning.ts';
import { CURVES, H_NEURONS } from './detectors/registry.ts';
import type { Finding, StableNeuron } from './finding.ts';
import { type Material, type MaterialSettings, materialOf, type RunData } from './material.ts';
import { transferMatrix } from './transfer.ts';
import { type Verdict, verdictOf } from './verdict.ts';

/** How a set is learnt; nothing in it belongs to one process. */
export interface LearnSettings extends MaterialSettings {
  readonly name: string;
  /** 'auto': the C with the smallest loss on held-out folds; their AUROC is too flat along C to choose by. */
  readonly C: number | 'auto';
  /** Sets of random neurons in the verdict. */
  readonly draws: number;
}

export interface LearnOptions extends LearnSettings {
  readonly created: string;
  readonly command: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

const FOLDS = 5;
/** C from where the first neuron appears to this many times that. */
const PATH_REACH = 1000;
const PATH_LENGTH = 12;
export const SHUFFLES = 20;
const STABILITY_RESAMPLES = 50;
/** Share of the resamples from which on a neuron outside the set is listed. */
const SHOWN_SHARE = 0.1;

/** Cross-validates the C path on the answers to learn from. */
async function crossValidate(material: Material, options: LearnOptions): Promise<readonly PathPoint[]> {
  const { answers, labels, features, train, groups, signal } = material;
  const problem = { features, labels, rowWeights: train, classNames: CLASS_NAMES };
  const rows = Array.from(train.keys()).filter((row) => train[row] > 0);
  const foldsOfTrain = groupedFolds({
    labels: rows.map((row) => labels[row]),
    groups: rows.map((row) => groups[row]),
    seed: options.seed,
    folds: Math.min(FOLDS, new Set(rows.map((row) => groups[row])).size),
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
  return {
    C,
    'answers trained on': trained,
    'right answers tested on': verdict.right,
    'made-up answers tested on': verdict.madeUp,
    'neurons against': found.negative,
  };
}

function detectorsOf({ rows }: Verdict): NeuronSet['detectors'] {
  return Object.fromEntries(
    rows.map(({ id, auroc, accuracy, draws }) => [
      id,
      { auroc, ...(accuracy && { accuracy }), ...(draws !== undefined && { draws }) },
    ]),
  );
}

/** How often halves of the answers choose each neuron. */
async function stabilityOf(
  { features, labels, train, groups, layout, signal }: Material,
  { model }: HNeurons,
  { seed, onProgress }: LearnOptions,
  C: number,
): Promise<Finding['stability']> {
  const problem = { features, labels, rowWeights: train, classNames: CLASS_NAMES };
  const chosen = await stabilitySelection(problem, {
    C,
    seed,
    groups,
    resamples: STABILITY_RESAMPLES,
    tolerance: 1e-3,
    signal,
    onProgress,
  });
  const shares = new Map(Array.from(chosen.indices, (index, k) => [index, chosen.positive[k]]));
  const members = new Set(model.indices);
  const neurons = [...new Set([...members, ...chosen.indices])]
    .map((index): StableNeuron => {
      const share = shares.get(index) ?? 0;
      return { ...neuronAt(layout, index), share, inSet: members.has(index) };
    })
    .filter(({ share, inSet }) => inSet || share >= SHOWN_SHARE)
    .sort((a, b) => b.share - a.share || a.layer - b.layer || a.neuron - b.neuron);
  return { resamples: chosen.resamples, neurons };
}

function fitFacts({ separable, converged, flagged }: L1Fit): Finding['fit'] {
  const { constant, notFinite } = flagged;
  return { separable, converged, constant: constant.length, notFinite: notFinite.length };
}

/**
 * Finds the H-Neurons of a run, compares them with other detectors on answers held out, and measures how the choice
 * depends on C, on the answers and on the relations.
 * @throws EngineError `bad-input` where there are too few answers of a class
 */
export async function learnSet(run: RunData, options: LearnOptions): Promise<Finding> {
  const { seed, draws, onProgress } = options;
  const material = await materialOf(run, options);
  const { answers, answerRows, train, layout, groups } = material;
  const path = options.C === 'auto' ? await crossValidate(material, options) : [];
  const C = options.C === 'auto' ? lowestLoss(path) : options.C;
  const found = await findHNeurons(material, C);
  const { model } = found;
  const { verdict, scores } = await verdictOf(material, {
    model,
    C,
    fit: found.fit,
    groups,
    seed,
    draws,
    shuffles: SHUFFLES,
    onProgress,
  });
  const stability = await stabilityOf(material, found, options, C);
  const transfer = await transferMatrix(material, { C, seed, onProgress });
  const trained = train.subarray(0, answerRows).reduce((sum, each) => sum + each, 0);
  const { manifest } = run;
  const { name, architecture, fingerprint, identity, signature, widths } = manifest.model;
  const { samples, agree } = manifest.settings;
  const heldOut = answers.slice(0, answerRows).filter((_, row) => train[row] === 0);
  const set: NeuronSet = {
    format: 'h-neuron-set',
    version: 2,
    name: options.name,
    model: {
      ...{ name, architecture, fingerprint },
      ...(identity && { identity }),
      ...(signature && { signature }),
      ...{ layers: widths.length, widths },
    },
    neurons: Array.from(model.indices, (index, k) => ({
      ...neuronAt(layout, index),
      weight: model.values[k],
    })),
    intercept: model.intercept,
    feature: options.feature,
    provenance: {
      created: options.created,
      command: options.command,
      questions: `${manifest.questions.name}: ${manifest.questions.count} questions (${manifest.questions.hash})${manifest.questions.asked ? ', choices shown' : ''}, ${agree} of ${samples} replies agreeing, balanced within relation, split by ${options.splitBy}, labels ${options.labels}`,
      heldOut: heldOut.map(({ record }) => record.question.id),
      splitBy: options.splitBy,
      licence: manifest.questions.licences.join(', '),
      notes: verdictSentence(verdict),
    },
    metrics: metricsOf(verdict, C, found, trained),
    detectors: detectorsOf(verdict),
  };
  const { labels, of } = scores;
  const own = of(H_NEURONS) as Float64Array;
  return {
    set,
    verdict,
    path,
    C,
    trained,
    roc: CURVES.flatMap((id) => {
      const values = of(id);
      return values ? [{ id, points: rocCurve(values, labels) }] : [];
    }),
    calibration: calibrate(
      own.map((score) => 1 / (1 + Math.exp(-score))),
      labels,
    ),
    stability,
    transfer,
    fit: fitFacts(found.fit),
    notes: [...(run.notes ?? []), ...(identity ? [] : [formerIdentityNote('The run')])],
  };
}
