import { EngineError } from '../errors.ts';
import type { RunManifest } from '../identify/records.ts';
import { checkSetModel, matchModels, type SetModel } from '../neurons/set-model.ts';
import { weightSignature } from '../neurons/signature.ts';
import type { MlpWeights } from './mlp-weights.ts';

/** What neuron sets and runs know a model by, from its weights. @param columnNorms as `Drift` has them */
export async function identityOf(
  weights: MlpWeights,
  columnNorms: readonly Float32Array[],
): Promise<SetModel> {
  const { name, architecture, fingerprint, widths, hidden } = weights;
  const layers = columnNorms.map((norms) => ({ hidden, columnNorms: norms }));
  const signature = weightSignature(layers, await weights.roundingError(columnNorms));
  return { name, architecture, fingerprint, signature, widths };
}

/** Whether two signatures are of the very same weights: files without a fingerprint have no other mark of it. */
const isEqual = (a: SetModel, b: SetModel) =>
  a.signature !== undefined &&
  a.signature.columnNorms === b.signature?.columnNorms &&
  a.widths.join() === b.widths.join();

/**
 * Refuses a set that was not found in the instruct model.
 * @returns what the person should know; undefined where it was found in these very weights
 * @throws EngineError `bad-input`
 */
export function checkSet(
  set: { readonly name: string; readonly model: SetModel },
  instruct: SetModel,
): string | undefined {
  return isEqual(set.model, instruct) ? undefined : checkSetModel(set, instruct);
}

/** Refuses a run that was not made with the base model. @throws EngineError `bad-input` with the models' names */
export function checkRun(
  { model }: Pick<RunManifest, 'model'>,
  { base, instruct }: Readonly<Record<'base' | 'instruct', SetModel>>,
): void {
  if (isEqual(model, base) || model.fingerprint === base.fingerprint) return;
  // A base model can be as near to the one trained from it as two precisions of one model are.
  const isInstruct = isEqual(model, instruct) || model.fingerprint === instruct.fingerprint;
  if (!isInstruct && matchModels(model, base).match !== 'other') return;
  throw new EngineError(
    'bad-input',
    `The answers were given by ${model.name}, not by the base model ${base.name}; ask it with "hneurons identify --form plain --model ${base.name}".`,
  );
}
