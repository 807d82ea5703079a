import { EngineError } from '../../lib/errors.ts';
import { formerIdentityNote, identityDifference } from '../../neurons/identity.ts';
import { checkSetModel, matchModels, type SetModel } from '../../neurons/set-model.ts';
import { weightSignature } from '../../neurons/signature.ts';
import type { RunManifest } from '../identify/records.ts';
import type { MlpWeights } from './mlp-weights.ts';

/**
 * What neuron sets and runs know a model by, from its weights.
 * @param columnNorms as `Drift` has them
 * @throws the signal's reason where it is aborted
 */
export async function identityOf(
  weights: MlpWeights,
  columnNorms: readonly Float32Array[],
  signal?: AbortSignal,
): Promise<SetModel> {
  const { name, architecture, fingerprint, widths, hidden } = weights;
  const layers = columnNorms.map((norms) => ({ hidden, columnNorms: norms }));
  const signature = weightSignature(layers, await weights.roundingError(columnNorms));
  const identity = await weights.identity(signal);
  return { name, architecture, fingerprint, ...(identity && { identity }), signature, widths };
}

/** Whether two signatures are of the very same weights: files without a fingerprint have no other mark of it. */
const isEqual = (a: SetModel, b: SetModel) =>
  a.signature !== undefined &&
  a.signature.columnNorms === b.signature?.columnNorms &&
  a.widths.join() === b.widths.join();

/** What is said where one of two models has no identity. @param what the file that the first one is named in */
function unidentifiedNote(found: SetModel, here: SetModel, what: string): string | undefined {
  if (!found.identity) return here.identity && formerIdentityNote(what);
  return here.identity
    ? undefined
    : `${here.name} was compared by its weights alone: there is no tokenizer.json among its files, so whether its tokenizer and chat template are the same cannot be told.`;
}

/**
 * Refuses a set that was not found in the instruct model.
 * @returns what the person should know; undefined where it was found in this very model
 * @throws EngineError `bad-input`
 */
export function checkSet(
  set: { readonly name: string; readonly model: SetModel },
  instruct: SetModel,
): string | undefined {
  const note = unidentifiedNote(set.model, instruct, 'The neuron set');
  if (note !== undefined && isEqual(set.model, instruct)) return note;
  return checkSetModel(set, instruct) ?? note;
}

/** What the base model and the instruct model differ in; undefined where one of them has no identity. */
export function pairDifference({ base, instruct }: Readonly<Record<'base' | 'instruct', SetModel>>) {
  const difference = identityDifference(base.identity, instruct.identity);
  if (difference === undefined) return undefined;
  return difference === ''
    ? `${base.name} and ${instruct.name} are one model: all weights, what is computed, the tokenizer and the chat template are the same.`
    : `${instruct.name} has ${difference}, compared with ${base.name}.`;
}

/**
 * Refuses a run that was not made with the base model.
 * @returns what the person should know; undefined where it was made with this very model
 * @throws EngineError `bad-input` with the models' names and what differs
 */
export function checkRun(
  { model }: Pick<RunManifest, 'model'>,
  { base, instruct }: Readonly<Record<'base' | 'instruct', SetModel>>,
): string | undefined {
  const difference = identityDifference(model.identity, base.identity);
  if (difference === '') return undefined;
  const differs = `The answers were given by ${model.name}; ${base.name} has`;
  if (difference !== undefined && model.identity?.weights === base.identity?.weights)
    return `${differs} the same weights and ${difference}.`;
  const isBase = isEqual(model, base) || model.fingerprint === base.fingerprint;
  if (difference === undefined && isBase) return unidentifiedNote(model, base, 'The run');
  // A base model can be as near to the one trained from it as two precisions of one model are.
  const isInstruct =
    model.identity && instruct.identity
      ? model.identity.weights === instruct.identity.weights
      : isEqual(model, instruct) || model.fingerprint === instruct.fingerprint;
  if (!isInstruct && matchModels(model, base).match !== 'other')
    return difference === undefined
      ? unidentifiedNote(model, base, 'The run')
      : `${differs} ${difference}, and its neurons' weights are the same as far as rounding lets one tell.`;
  const what = difference === undefined ? '' : `, which has ${difference}`;
  throw new EngineError(
    'bad-input',
    `The answers were given by ${model.name}, not by the base model ${base.name}${what}; ask it with "hneurons identify --form plain --model ${base.name}".`,
  );
}
