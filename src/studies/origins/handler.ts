import type { Progress } from '../../lib/bytes/progress.ts';
import type { ModelSource } from '../../model/source.ts';
import type { NeuronSet } from '../../neurons/set-file.ts';
import { readSound, withDatabase } from '../identify/run-database.ts';
import type { StudyContext } from '../shared/context.ts';
import { checkRun } from './identity.ts';
import { type OriginsReport, originsOf } from './report.ts';
import { sourceMlp } from './source-mlp.ts';
import { transferToBase } from './transfer.ts';

/** A base model and the instruct model that a set was found in; `run` is of the base model's own answers. */
export interface OriginsIn {
  readonly base: ModelSource;
  readonly instruct: ModelSource;
  readonly set: NeuronSet;
  readonly run?: string;
  /** Random sets of the same layers. */
  readonly draws: number;
  /** Random sets that are fitted on the base model's answers. */
  readonly fittedDraws: number;
  readonly seed: number;
}

/** Compares a base model with an instruct model, and scores a kept run of the base model where one is named. */
export async function origins(
  { base, instruct, set, run, draws, fittedDraws, seed }: OriginsIn,
  { signal, emit }: Pick<StudyContext<Progress>, 'signal' | 'emit'>,
): Promise<OriginsReport> {
  const options = { signal, onProgress: emit };
  return originsOf(await sourceMlp(base, options), await sourceMlp(instruct, options), set, {
    ...options,
    draws,
    seed,
    ...(run === undefined
      ? {}
      : {
          transfer: (models) =>
            withDatabase(async (db) => {
              const data = await readSound(db, run);
              const note = checkRun(data.manifest, models);
              return transferToBase(set, data, { ...options, draws: fittedDraws, seed, note });
            }),
        }),
  });
}
