import { counted } from '../../lib/count.ts';
import { BASELINE, H_NEURONS } from '../identify/detectors/registry.ts';
import type { Finding } from '../identify/finding.ts';
import type { Verdict } from '../identify/verdict.ts';
import { tooFewAnswers } from './too-few.ts';

const two = (value: number) => value.toFixed(2);

/** Says what a verdict shows and does not show, in plain words; empty where it lacks the set or the log-probability. */
export function verdictSentence({ rows, right, madeUp, randomAtLeast }: Verdict): string {
  const few = tooFewAnswers({ right, madeUp });
  if (few) return few;
  const [own, baseline] = [H_NEURONS, BASELINE].map((id) => rows.find((row) => row.id === id));
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

/** What a reader of a finding should know of its run and its fit, a sentence each. */
export function warningsOf({ notes, fit }: Pick<Finding, 'notes' | 'fit'>): string[] {
  const { separable, converged, constant, notFinite } = fit;
  const ofFit = [
    separable &&
      'Some neurons tell all answers learnt from apart without a mistake, so being right on these shows nothing; only the answers held out count.',
    !converged &&
      'The regression stopped before it reached its optimum; the neurons may differ a little from the best ones.',
    notFinite > 0 &&
      `${counted(notFinite, 'neuron has', 'neurons have')} values that are not numbers and got weight 0.`,
    constant > 0 &&
      `${counted(constant, 'neuron', 'neurons')} had the same activation in every answer and got weight 0.`,
  ].filter((warning) => warning !== false);
  return [...notes, ...ofFit];
}
