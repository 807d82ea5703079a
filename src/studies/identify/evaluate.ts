import { EngineError } from '../../lib/errors.ts';
import { shownName } from '../../lib/shown.ts';
import { type SparseModel, sparseScores } from '../../lib/stats/passes.ts';
import { formerIdentityNote, identityDifference } from '../../neurons/identity.ts';
import { flatIndex, neuronLayout } from '../../neurons/layout.ts';
import type { NeuronSet } from '../../neurons/set-file.ts';
import { areComparable, matchNote } from '../../neurons/set-model.ts';
import {
  type Answer,
  answersOf,
  balancedAnswers,
  featureMatrix,
  groupsOf,
  labelsOf,
  type SplitBy,
} from './answers.ts';
import { corrected } from './corrections.ts';
import type { Learning } from './detectors/learning.ts';
import { SHUFFLES } from './learn.ts';
import { type RunData, vectorOf } from './material.ts';
import { type Verdict, type VerdictOptions, verdictOf } from './verdict.ts';

export interface Evaluation {
  /** Undefined where all answers are of one class: there is nothing to tell apart. */
  readonly verdict: Verdict | undefined;
  /** Answers tested on. */
  readonly answers: number;
  /** Share of them that the set calls made up: its probability is above one half. */
  readonly calledMadeUp: number;
  /** Only the questions that the set was not found with were tested. */
  readonly heldOutOnly: boolean;
  /** What a person should know where the run's model is not the very same one. */
  readonly note?: string;
}

/** The set's classifier over flat indices. Throws EngineError `bad-input` where the set has none. */
function modelOf(set: NeuronSet): SparseModel {
  const layout = neuronLayout(set.model.widths);
  if (set.intercept === undefined || set.neurons.length === 0)
    throw new EngineError(
      'bad-input',
      `The set "${shownName(set.name)}" has no classifier (weights and intercept), so it cannot be evaluated.`,
    );
  const members = set.neurons.map((neuron) => ({
    index: flatIndex(layout, neuron),
    weight: neuron.weight as number,
  }));
  members.sort((a, b) => a.index - b.index);
  return {
    indices: Int32Array.from(members, ({ index }) => index),
    values: Float64Array.from(members, ({ weight }) => weight),
    intercept: set.intercept,
  };
}

function checkModel(set: NeuronSet, run: RunData, otherWeights: boolean): void {
  const sameShape = set.model.widths.join() === run.manifest.model.widths.join();
  if (otherWeights && sameShape) return;
  if (!areComparable(set.model, run.manifest.model))
    throw new EngineError(
      'bad-input',
      `The set "${shownName(set.name)}" was found in ${shownName(set.model.name)}, but the run was made with ${shownName(run.manifest.model.name)} or other weights of it. ${matchNote(set.model, run.manifest.model) ?? ''}`.trimEnd(),
    );
}

/** Refuses to learn from one run and test on another whose answers came of another tokenizer or chat template. */
function checkTogether(run: RunData, trainRun: RunData): void {
  const [tested, learnt] = [run.manifest.model.identity, trainRun.manifest.model.identity];
  if (tested?.weights !== learnt?.weights) return;
  const difference = identityDifference(tested, learnt);
  if (difference)
    throw new EngineError(
      'bad-input',
      `The run to learn from was made with ${difference} than the run to test on; choose a run that was made with the same.`,
    );
}

function noteOn(set: NeuronSet, { manifest }: RunData): string | undefined {
  if (set.model.identity && !manifest.model.identity) return formerIdentityNote('The run');
  return matchNote(set.model, manifest.model);
}

/** Answers that may be learnt from: balanced, and none that shares a group with one to be tested on. */
function learntFrom(
  candidates: readonly Answer[],
  test: readonly Answer[],
  { seed, splitBy }: { readonly seed: number; readonly splitBy: SplitBy },
): Answer[] {
  const groups = groupsOf([...test, ...candidates], splitBy);
  const tested = new Set(groups.slice(0, test.length));
  return balancedAnswers(
    candidates.filter((_, i) => !tested.has(groups[test.length + i])),
    seed,
  );
}

/**
 * Tests a set on a run. Where the run has questions that the set's file names as held out, these are tested on, and the
 * run's others are what other detectors learn from; else every answer is tested on.
 * @param options.trainRun for a run without such questions: the run that the set comes from, for other detectors to learn
 *   from
 * @param options.otherWeights lets the run be of another model of the same shape, as the one before training was: whether
 *   the neurons tell as much there is then what is tested
 * @throws EngineError `bad-input` where set and run do not fit, or no answer is there to test on
 */
export async function evaluateSet(
  set: NeuronSet,
  run: RunData,
  options: Pick<VerdictOptions, 'seed' | 'draws' | 'onProgress'> & {
    readonly trainRun?: RunData;
    readonly otherWeights?: boolean;
    readonly signal?: AbortSignal;
  },
): Promise<Evaluation> {
  const { seed, draws, onProgress, trainRun, otherWeights = false, signal } = options;
  for (const each of trainRun ? [run, trainRun] : [run]) checkModel(set, each, otherWeights);
  if (trainRun) checkTogether(run, trainRun);
  const ofModel = otherWeights ? undefined : noteOn(set, run);
  const note = [ofModel, ...(run.notes ?? []), ...(trainRun?.notes ?? [])]
    .filter((each) => each !== undefined)
    .join('\n');
  const model = modelOf(set);
  const heldOut = new Set(set.provenance.heldOut ?? []);
  const isHeldOut = ({ record }: Answer) => heldOut.has(record.question.id);
  const read = (data: RunData) => answersOf(corrected(data.records, data.corrections ?? []));
  const all = read(run);
  const heldOutOnly = all.some(isHeldOut);
  const test = heldOutOnly ? all.filter(isHeldOut) : all;
  if (test.length === 0)
    throw new EngineError('bad-input', 'The run has no consistently right or wrong answer to test on.');
  const from = heldOutOnly ? run : trainRun;
  const candidates = from ? read(from).filter((answer) => !isHeldOut(answer)) : [];
  // Names of relations say nothing about those of another run.
  const splitBy = heldOutOnly ? (set.provenance.splitBy ?? 'answer') : 'answer';
  const learnt = learntFrom(candidates, test, { seed, splitBy });
  const answers = [...test, ...learnt];
  const sources = new Map<Answer, RunData>([
    ...test.map((answer) => [answer, run] as const),
    ...learnt.map((answer) => [answer, from ?? run] as const),
  ]);
  const rows = answers.map((answer) => ({ answer, vector: vectorOf(set.feature) }));
  const features = await featureMatrix(run.manifest, rows, (answer) =>
    (sources.get(answer) ?? run).features(answer.record.row),
  );
  const train = Uint8Array.from(answers, (_, row) => (row < test.length ? 0 : 1));
  const learning: Learning = {
    answers,
    labels: labelsOf(answers),
    answerRows: answers.length,
    features,
    layout: neuronLayout(set.model.widths),
    train,
    signal,
  };
  const scores = sparseScores(features, model).slice(0, test.length);
  const C = typeof set.metrics.C === 'number' && learnt.length > 0 ? set.metrics.C : undefined;
  const groups = groupsOf(answers, splitBy);
  const bothClasses = new Set(test.map(({ label }) => label)).size === 2;
  return {
    verdict: bothClasses
      ? (await verdictOf(learning, { model, C, groups, seed, draws, shuffles: SHUFFLES, onProgress })).verdict
      : undefined,
    answers: test.length,
    calledMadeUp: scores.filter((score) => score > 0).length / test.length,
    heldOutOnly,
    ...(note !== '' && { note }),
  };
}
