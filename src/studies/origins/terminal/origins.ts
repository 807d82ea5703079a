import type { OnProgress } from '../../../lib/bytes/progress.ts';
import { formatNeuron } from '../../../neurons/layout.ts';
import { parseNeuronSet } from '../../../neurons/set-file.ts';
import type { SetModel } from '../../../neurons/set-model.ts';
import { readText, writeWhole } from '../../../node/files.ts';
import { verdictText } from '../../identify/terminal/fit.ts';
import { type FolderRun, withRun } from '../../identify/terminal/run-folder.ts';
import { originsSentence } from '../../report-text/origins.ts';
import { checkRun } from '../identity.ts';
import { moduleTitles, type OriginsReport, originsOf } from '../report.ts';
import { type BaseTransfer, transferToBase } from '../transfer.ts';
import { withMlp } from './mlp-file.ts';

export interface OriginsOptions {
  /** GGUF file, folder of an export or one of its graphs: the model before training. */
  readonly base: string;
  /** The model that the set was found in. */
  readonly model: string;
  readonly set: string;
  /** Folder of the base model's answers. */
  readonly run?: string;
  /** Folder of further answers of it, for detectors to learn from. */
  readonly train?: string;
  readonly draws: number;
  /** Sets of random neurons that are fitted on the base model's answers. */
  readonly fittedDraws: number;
  readonly seed: number;
  /** File for everything that was measured (JSON). */
  readonly report?: string;
}

/** Compares a base model with an instruct model. Ctrl-C ends it. */
export async function runOrigins(options: OriginsOptions, onProgress?: OnProgress): Promise<OriginsReport> {
  const { draws, fittedDraws, seed, run: folder, train } = options;
  const set = parseNeuronSet(await readText(options.set));
  const transfer = (models: Readonly<Record<'base' | 'instruct', SetModel>>): Promise<BaseTransfer> =>
    withRun(folder as string, (run) => {
      const note = checkRun(run.manifest, models);
      const scored = (trainRun?: FolderRun) => {
        const ofTrain = trainRun && checkRun(trainRun.manifest, models);
        return transferToBase(set, run, {
          ...{ draws: fittedDraws, seed, trainRun, onProgress },
          note: note ?? ofTrain,
        });
      };
      return train === undefined ? scored() : withRun(train, scored);
    });
  const report = await withMlp(options.base, (base) =>
    withMlp(options.model, (model) =>
      originsOf(base, model, set, {
        draws,
        seed,
        onProgress,
        ...(folder === undefined ? {} : { transfer }),
      }),
    ),
  );
  if (options.report !== undefined) await writeWhole(options.report, `${JSON.stringify(report)}\n`);
  return report;
}

const three = (value: number) => value.toFixed(3);
const MEMBERS_SHOWN = 20;

function transferText({ evaluation, form, model, note: ofRun }: BaseTransfer): string[] {
  const asked = form === 'plain' ? 'asked in plain text' : 'asked through its chat template';
  const { note } = evaluation;
  const notes = [ofRun, note].filter((each) => each !== undefined);
  const head = `${notes.map((each) => `${each}\n`).join('')}answers of ${model}, ${asked}; detectors other than H-Neurons are fitted on its other answers`;
  return evaluation.verdict ? [head, verdictText(evaluation.verdict)] : [head];
}

/** A set's origins, for people. */
export function originsText(report: OriginsReport): string {
  const { set, difference, note, modules, drift, transfer } = report;
  const { members, random, tTest, layers } = drift;
  const shown = [...members].sort((a, b) => a.rank - b.rank).slice(0, MEMBERS_SHOWN);
  return [
    ...[difference, note].filter((each) => each !== undefined),
    'drift of all neurons, 1 - cosine between base and instruct:',
    ...modules.map(
      ({ module, mean, deviation }) =>
        `  ${moduleTitles[module].padEnd(24)} mean ${mean.toPrecision(3)}, deviation ${deviation.toPrecision(3)}`,
    ),
    'by layer, mean drift score of all neurons and of the set:',
    ...layers.map(
      ({ layer, mean, members: count, memberMean }) =>
        `  layer ${String(layer).padEnd(4)} ${three(mean).padStart(7)} ${memberMean === undefined ? '' : `${three(memberMean).padStart(7)} (${count})`}`,
    ),
    `neurons of "${set}" that moved least, of ${members.length} (drift score, share of all neurons that moved less):`,
    ...shown.map(
      ({ score, rank, ...ref }) =>
        `  ${formatNeuron(ref).padEnd(10)} ${three(score).padStart(7)} ${(100 * rank).toFixed(1).padStart(6)} %`,
    ),
    `permutation test within layers, ${random.draws} draws: p = ${three(random.pLess)} that the set moved less, ${three(random.pMore)} that it moved more`,
    tTest
      ? `t-test against all other neurons, layers not taken into account: t = ${three(tTest.t)}, ${tTest.df.toFixed(1)} degrees of freedom, one-sided p = ${tTest.p.toPrecision(3)}`
      : 'no t-test: it needs two neurons and scores that differ',
    ...(transfer ? transferText(transfer) : []),
    originsSentence(report),
  ].join('\n');
}
