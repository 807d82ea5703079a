import { checkRun } from '../origins/identity.ts';
import { type OriginsReport, originsOf } from '../origins/report.ts';
import { sourceMlp } from '../origins/source-mlp.ts';
import { transferToBase } from '../origins/transfer.ts';
import type { ContextOf } from '../protocol/server.ts';
import type { OriginsIn, StudyCalls } from '../protocol/study-messages.ts';
import { readSound, withDatabase } from './run-database.ts';

/** Compares a base model with an instruct model, and scores a kept run of the base model where one is named. */
export async function origins(
  { base, instruct, set, run, draws, fittedDraws, seed }: OriginsIn,
  { signal, emit }: ContextOf<StudyCalls, 'origins'>,
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
