import type { OnProgress } from '../../lib/bytes/progress.ts';
import type { Estimate } from '../../lib/stats/estimate.ts';
import type { NeuronSet } from '../../neurons/set-file.ts';
import { H_NEURONS } from '../identify/detectors/registry.ts';
import { type Evaluation, evaluateSet } from '../identify/evaluate.ts';
import type { RunData } from '../identify/material.ts';

/** What a set's classifier, unchanged, tells of a base model's own answers. */
export interface BaseTransfer {
  readonly model: string;
  /** Name of the model that the set was found in. */
  readonly instruct: string;
  readonly form: 'chat' | 'plain';
  /** What the person should know where the answers were not given by this very base model. */
  readonly note?: string;
  /** Detectors other than the set are fitted on the base model's other answers. */
  readonly evaluation: Evaluation;
  /** The set's AUROC on answers of the model that it was found in, as its file has it. */
  readonly onInstruct: Estimate | undefined;
}

/**
 * Lets a set's classifier score the answers that the base model gave itself, beside the answers' log-probability, random
 * sets and a classifier fitted on the base model.
 * @param run the base model's answers
 * @param options.trainRun further answers of it for the other detectors to learn from, where the run has no question
 *   that the set's file names as held out
 * @throws EngineError `bad-input` as `evaluateSet`
 */
export async function transferToBase(
  set: NeuronSet,
  run: RunData,
  options: {
    readonly draws: number;
    readonly seed: number;
    readonly trainRun?: RunData;
    /** As `checkRun` returns it. */
    readonly note?: string;
    readonly signal?: AbortSignal;
    readonly onProgress?: OnProgress;
  },
): Promise<BaseTransfer> {
  const evaluation = await evaluateSet(set, run, { ...options, otherWeights: true });
  const { model, settings } = run.manifest;
  return {
    model: model.name,
    instruct: set.model.name,
    form: settings.form ?? 'chat',
    ...(options.note === undefined ? {} : { note: options.note }),
    evaluation,
    onInstruct: set.detectors?.[H_NEURONS]?.auroc,
  };
}
