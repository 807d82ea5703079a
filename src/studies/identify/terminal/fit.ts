import type { OnProgress } from '../../../lib/bytes/progress.ts';
import { counted } from '../../../lib/count.ts';
import type { Estimate } from '../../../lib/stats/estimate.ts';
import { formatNeuron } from '../../../neurons/layout.ts';
import { formatNeuronSet, type NeuronSet } from '../../../neurons/set-file.ts';
import { writeWhole } from '../../../node/files.ts';
import { tooFewAnswers } from '../../report-text/too-few.ts';
import { verdictSentence, warningsOf } from '../../report-text/verdict.ts';
import type { SplitBy } from '../answers.ts';
import { labelOf } from '../detectors/registry.ts';
import type { Finding, Transfer } from '../finding.ts';
import { type LearnSettings, learnSet } from '../learn.ts';
import { commandOf } from '../provenance.ts';
import type { Verdict, VerdictRow } from '../verdict.ts';
import { withRun } from './run-folder.ts';

export interface FitOptions {
  readonly out: string;
  /** File for everything that was measured of the set (JSON). */
  readonly finding?: string;
  readonly name: string;
  readonly C: number | 'auto';
  readonly aggregation: NeuronSet['feature']['aggregation'];
  readonly position: NeuronSet['feature']['position'];
  readonly labels: LearnSettings['labels'];
  readonly split: SplitBy;
  readonly draws: number;
  readonly seed: number;
}

/** Finds the set of a run and writes its file. */
export async function runFit(folder: string, options: FitOptions, onProgress?: OnProgress): Promise<Finding> {
  const { name, C, aggregation, position, labels, split, draws, seed } = options;
  return withRun(folder, async (run) => {
    const feature = { aggregation, position };
    const settings: LearnSettings = { name, feature, labels, C, splitBy: split, seed, draws };
    const created = new Date().toISOString();
    const command = commandOf(run.manifest, settings);
    const finding = await learnSet(run, { ...settings, created, command, onProgress });
    await writeWhole(options.out, formatNeuronSet(finding.set));
    if (options.finding !== undefined) await writeWhole(options.finding, `${JSON.stringify(finding)}\n`);
    return finding;
  });
}

const number = (value: number) => value.toFixed(3);

const interval = ({ value, low, high }: Estimate) => `${number(value)} (${number(low)} to ${number(high)})`;

function rowText({ id, auroc, accuracy, gain, draws }: VerdictRow): string {
  const more = draws
    ? `of ${draws} draws`
    : gain
      ? `${gain.value < 0 ? '' : '+'}${number(gain.value)} (${number(gain.low)} to ${number(gain.high)})`
      : '';
  const columns = [interval(auroc), accuracy ? interval(accuracy) : ''].map((text) => text.padEnd(24));
  return `  ${labelOf(id).padEnd(38)} ${columns.join(' ')} ${more}`.trimEnd();
}

/** The table of detectors, for people. */
export function verdictText(verdict: Verdict): string {
  const { rows, right, madeUp } = verdict;
  return [
    `tested on ${right} right and ${madeUp} made-up answers:`,
    ...(tooFewAnswers({ right, madeUp })
      ? []
      : [
          `  ${'detector'.padEnd(38)} ${'AUROC (95 %)'.padEnd(24)} ${'accuracy (95 %)'.padEnd(24)} AUROC against the mean log-probability`,
          ...rows.map(rowText),
        ]),
    verdictSentence(verdict),
  ].join('\n');
}

function transferText({ groups, auroc }: Transfer): string[] {
  const width = Math.max(...groups.map(({ name }) => name.length)) + 2;
  return [
    'learnt on (rows), tested on (columns), AUROC:',
    `  ${''.padEnd(width)}${groups.map(({ name }) => name.padEnd(width)).join('')}`.trimEnd(),
    ...auroc.map((row, g) => {
      const cells = row.map((value) => (value === undefined ? '-' : number(value)).padEnd(width));
      return `  ${groups[g].name.padEnd(width)}${cells.join('')}`.trimEnd();
    }),
  ];
}

function stabilityText({ resamples, neurons }: Finding['stability']): string[] {
  const often = neurons.filter(({ inSet }) => inSet).slice(0, 10);
  const texts = often.map(({ share, ...ref }) => `${formatNeuron(ref)} ${(100 * share).toFixed(0)} %`);
  return [`most stable of the set over ${resamples} halves of the answers: ${texts.join(', ')}`];
}

/** What `fit` prints, for people. */
export function fitText(finding: Finding): string {
  const { set, verdict, path, C, trained, calibration, stability, transfer } = finding;
  const points = path.map(
    (point) =>
      `  C ${point.C.toPrecision(3).padEnd(8)} AUROC ${number(point.auroc)} +- ${number(point.standardError)}, ${point.neurons.toFixed(0)} neurons, ${point.positiveNeurons.toFixed(0)} of them positive`,
  );
  const layers = new Set(set.neurons.map(({ layer }) => layer)).size;
  return [
    ...(points.length > 0 ? ['cross-validation:', ...points] : []),
    `${counted(set.neurons.length, 'H-Neuron')} in ${counted(layers, 'layer')} at C = ${C.toPrecision(3)}, learnt from ${trained} answers`,
    verdictText(verdict),
    `calibration error ${number(calibration.error)}, Brier score ${number(calibration.brier)}`,
    ...stabilityText(stability),
    ...transferText(transfer),
    ...warningsOf(finding),
  ].join('\n');
}
