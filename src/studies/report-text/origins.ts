import type { Estimate } from '../../lib/stats/estimate.ts';
import { H_NEURONS, REFITTED } from '../identify/detectors/registry.ts';
import type { OriginsReport } from '../origins/report.ts';
import type { BaseTransfer } from '../origins/transfer.ts';
import { tooFewAnswers } from './too-few.ts';

const SIGNIFICANT = 0.05;

const pText = (p: number) => String(Number(p.toPrecision(2)));

/** Says what the drift of a set shows. */
function driftSentence({
  base,
  instruct,
  isSame,
  drift: { meanScore, meanRank, random, members },
}: OriginsReport): string {
  if (isSame)
    return `The MLP weights of ${base.name} and ${instruct.name} are the same: no neuron moved, so there is nothing to compare.`;
  const from = `from ${base.name} to ${instruct.name}`;
  const numbers = `mean z ${meanScore.toFixed(3)}, random sets of the same layers ${random.mean.toFixed(3)} (${random.low.toFixed(3)} to ${random.high.toFixed(3)})`;
  const rank = `${(100 * meanRank).toFixed(0)} % of all neurons moved less than the set's on average`;
  const drawn = `${random.draws} draws`;
  const subject = members.length === 1 ? "The set's neuron" : `The set's ${members.length} neurons`;
  if (random.pLess < SIGNIFICANT)
    return `${subject} moved less ${from} than random ones: ${numbers}, p = ${pText(random.pLess)}, ${drawn}; ${rank}.`;
  if (random.pMore < SIGNIFICANT)
    return `${subject} moved more ${from} than random ones, not less: ${numbers}, p = ${pText(random.pMore)} for more, ${drawn}; ${rank}.`;
  return `It is not shown that the set's neurons moved less ${from} than random ones: ${numbers}, p = ${pText(random.pLess)}, ${drawn}; ${rank}.`;
}

const two = (value: number) => value.toFixed(2);
const interval = ({ value, low, high }: Estimate) => `${two(value)} (${two(low)} to ${two(high)})`;

/** Says what the classifier does on the base model's answers. */
function transferSentence({
  model,
  instruct,
  onInstruct,
  evaluation: { verdict, answers, heldOutOnly },
}: BaseTransfer): string {
  const own = verdict?.rows.find(({ id }) => id === H_NEURONS)?.auroc;
  if (!verdict || !own)
    return `All ${answers} answers of ${model} that were tested on are of one kind, so nothing is shown about the classifier there.`;
  const few = tooFewAnswers(verdict);
  if (few)
    return `Of the answers of ${model} nothing is said about the classifier: ${few[0]!.toLowerCase()}${few.slice(1)}`;
  const before = onInstruct ? ` (on those of ${instruct}: ${interval(onInstruct)})` : '';
  const seen = heldOutOnly ? ', to questions that the set was not found with' : '';
  const tested = `On ${answers} answers of ${model}${seen}, the classifier of ${instruct}, unchanged, has an AUROC of ${interval(own)}${before}`;
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

/** Says what a comparison shows and does not show, in plain words: of drift, and of the base model's answers. */
export function originsSentence(report: OriginsReport): string {
  const drift = driftSentence(report);
  return report.transfer ? `${drift} ${transferSentence(report.transfer)}` : drift;
}
