import type { OnProgress } from '../../lib/bytes/progress.ts';
import type { Estimate } from '../../lib/stats/estimate.ts';
import { tooFewAnswers } from '../../lib/stats/fewest.ts';
import type { NeuronSet } from '../../neurons/set-file.ts';
import { H_NEURONS, REFITTED } from '../identify/detectors/registry.ts';
import { type Evaluation, evaluateSet } from '../identify/evaluate.ts';
import type { RunData } from '../identify/material.ts';

/** What a set's classifier, unchanged, tells of a base model's own answers. */
export interface BaseTransfer {
  readonly model: string;
  readonly form: 'chat' | 'plain';
  /** What the person should know where the answers were not given by this very base model. */
  readonly note?: string;
  /** Detectors other than the set are fitted on the base model's other answers. */
  readonly evaluation: Evaluation;
  /** The set's AUROC on answers of the model that it was found in, as its file has it. */
  readonly onInstruct: Estimate | undefined;
  readonly sentence: string;
}

const two = (value: number) => value.toFixed(2);
const interval = ({ value, low, high }: Estimate) => `${two(value)} (${two(low)} to ${two(high)})`;

/** Says what the classifier does on the base model's answers. */
function transferSentence(
  { verdict, answers, heldOutOnly }: Evaluation,
  names: { readonly base: string; readonly instruct: string },
  onInstruct: Estimate | undefined,
): string {
  const own = verdict?.rows.find(({ id }) => id === H_NEURONS)?.auroc;
  if (!verdict || !own)
    return `All ${answers} answers of ${names.base} that were tested on are of one kind, so nothing is shown about the classifier there.`;
  const few = tooFewAnswers(verdict);
  if (few)
    return `Of the answers of ${names.base} nothing is said about the classifier: ${few[0]!.toLowerCase()}${few.slice(1)}`;
  const before = onInstruct ? ` (on those of ${names.instruct}: ${interval(onInstruct)})` : '';
  const seen = heldOutOnly ? ', to questions that the set was not found with' : '';
  const tested = `On ${answers} answers of ${names.base}${seen}, the classifier of ${names.instruct}, unchanged, has an AUROC of ${interval(own)}${before}`;
  if (own.high < 0.5) return `${tested}: it tells made-up answers from right ones the wrong way round there.`;
  if (own.low <= 0.5) return `${tested}: that is not shown to be better than guessing.`;
  const { randomAtLeast, rows } = verdict;
  const fitted = rows.find(({ id }) => id === REFITTED)?.auroc;
  const parts = [
    `${tested}: it tells made-up answers from right ones there, too`,
    ...(randomAtLeast === undefined
      ? []
      : [
          `${(100 * randomAtLeast).toFixed(0)} % of the sets of random neurons of the same layers, fitted there, do as well`,
        ]),
    ...(fitted ? [`a classifier fitted there has ${interval(fitted)}`] : []),
  ];
  return `${parts.join('; ')}.`;
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
  const onInstruct = set.detectors?.[H_NEURONS]?.auroc;
  const { model, settings } = run.manifest;
  return {
    model: model.name,
    form: settings.form ?? 'chat',
    ...(options.note === undefined ? {} : { note: options.note }),
    evaluation,
    onInstruct,
    sentence: transferSentence(evaluation, { base: model.name, instruct: set.model.name }, onInstruct),
  };
}
