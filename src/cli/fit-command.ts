import { writeFile } from 'node:fs/promises';
import type { SplitBy } from '../identify/answers.ts';
import { type LearnSettings, type Learnt, learnSet } from '../identify/learn.ts';
import { commandOf } from '../identify/provenance.ts';
import type { Verdict, VerdictRow } from '../identify/verdict.ts';
import { formatNeuronSet, type NeuronSet } from '../neurons/set-file.ts';
import { withRun } from './run-folder.ts';

export interface FitOptions {
  readonly out: string;
  readonly name: string;
  readonly C: number | 'auto';
  readonly aggregation: NeuronSet['feature']['aggregation'];
  readonly position: NeuronSet['feature']['position'];
  readonly split: SplitBy;
  readonly draws: number;
  readonly seed: number;
}

/** Finds the set of a run and writes its file. */
export async function runFit(folder: string, options: FitOptions): Promise<Learnt> {
  const { name, C, aggregation, position, split, draws, seed } = options;
  return withRun(folder, async (run) => {
    const feature = { aggregation, position };
    const settings: LearnSettings = { name, feature, labels: '1-vs-1', C, splitBy: split, seed, draws };
    const created = new Date().toISOString();
    const learnt = await learnSet(run, { ...settings, created, command: commandOf(run.manifest, settings) });
    await writeFile(options.out, formatNeuronSet(learnt.set));
    return learnt;
  });
}

const number = (value: number) => value.toFixed(3);

function rowText({ name, auroc, gain, draws }: VerdictRow): string {
  const interval = `${number(auroc.value)} (${number(auroc.low)} to ${number(auroc.high)})`;
  const more = draws
    ? `of ${draws} draws`
    : gain
      ? `${gain.value < 0 ? '' : '+'}${number(gain.value)} (${number(gain.low)} to ${number(gain.high)})`
      : '';
  return `  ${name.padEnd(38)} ${interval.padEnd(24)} ${more}`.trimEnd();
}

/** The table of detectors, for people. */
export function verdictText({ rows, right, madeUp, sentence }: Verdict): string {
  return [
    `tested on ${right} right and ${madeUp} made-up answers:`,
    `  ${'detector'.padEnd(38)} ${'AUROC (95 %)'.padEnd(24)} against the mean log-probability`,
    ...rows.map(rowText),
    sentence,
  ].join('\n');
}

export function fitText({ set, verdict, path, C, trained }: Learnt): string {
  const points = path.map(
    (point) =>
      `  C ${point.C.toPrecision(3).padEnd(8)} AUROC ${number(point.auroc)} +- ${number(point.standardError)}, ${point.neurons.toFixed(0)} neurons, ${point.positiveNeurons.toFixed(0)} of them positive`,
  );
  const layers = new Set(set.neurons.map(({ layer }) => layer)).size;
  return [
    ...(points.length > 0 ? ['cross-validation:', ...points] : []),
    `${set.neurons.length} H-Neurons in ${layers} layers at C = ${C.toPrecision(3)}, learnt from ${trained} answers`,
    verdictText(verdict),
  ].join('\n');
}
