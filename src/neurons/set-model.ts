import { EngineError } from '../lib/errors.ts';
import { shownName } from '../lib/shown.ts';
import { formerIdentityNote, identityDifference, type ModelIdentity } from './identity.ts';
import { compareSignatures, type WeightSignature } from './signature.ts';

/** What is known of a model that neurons belong to. */
export interface SetModel {
  readonly name: string;
  readonly architecture: string;
  /** As in the protocol's LoadedModel. */
  readonly fingerprint: string;
  /** Missing in files that were written before there were identities, and of weights that were not read whole. */
  readonly identity?: ModelIdentity;
  /** Missing in files that were written before there were signatures. */
  readonly signature?: WeightSignature;
  /** Neurons of every layer. */
  readonly widths: readonly number[];
}

/** Whether neurons of one model mean the same in another. */
export type ModelMatch =
  | { readonly match: 'same'; readonly note?: string }
  /** The same weights in another precision, as far as can be told; the note says what is not certain. */
  | {
      readonly match: 'alike';
      readonly note: string;
      /** The weights were changed and not only rounded in another way. */
      readonly changed?: true;
    }
  | { readonly match: 'other'; readonly reason: string };

/** Whether weights are the same beyond what a name says: measured values of both can be set side by side. */
export function areComparable(found: SetModel, other: SetModel): boolean {
  const result = matchModels(found, other);
  if (result.match !== 'alike') return result.match === 'same';
  const sameWeights = found.identity !== undefined && found.identity.weights === other.identity?.weights;
  const signed = found.signature !== undefined && other.signature !== undefined;
  return sameWeights || (!result.changed && signed);
}

/** "30 layers of 1536 neurons", or the total where the widths differ. */
function describeShape(widths: readonly number[]): string {
  const total = widths.reduce((sum, width) => sum + width, 0);
  return widths.every((width) => width === widths[0])
    ? `${widths.length} layers of ${widths[0]} neurons`
    : `${widths.length} layers of ${total} neurons together`;
}

/** Parts of a name that say how the weights are kept, or for what program. */
const PRECISION =
  /[-_.](i?q\d(_([01]|k))?(_(s|m|l|xs|xxs|nl))?|q4f16|[bf]+p?(16|32)|u?int[48]|bnb4|quantized|onnx(-web)?|gguf)(?=$|[-_.])/g;

/** "smollm2-135m-instruct" of "onnx-community/SmolLM2-135M-Instruct-ONNX" and of "SmolLM2-135M-Instruct.Q4_1.gguf". */
function plainName(name: string): string {
  const last = name.replace(/^.*[/\\]/, '').toLowerCase();
  return last.replace(PRECISION, '').replace(PRECISION, '');
}

const percent = (share: number) => `${(100 * share).toPrecision(2)} %`;

/**
 * Compares the model that neurons were found in with the one that is loaded: by shape, by identity or, where one has none,
 * by fingerprint, then by signature or, where one has none, by name.
 */
export function matchModels(found: SetModel, loaded: SetModel): ModelMatch {
  const [foundName, loadedName] = [shownName(found.name), shownName(loaded.name)];
  const names = `${foundName}, but the model here is ${loadedName}`;
  if (found.widths.join() !== loaded.widths.join()) {
    const shapes = `the one has ${describeShape(found.widths)}, the other ${describeShape(loaded.widths)}`;
    return { match: 'other', reason: `${names}: ${shapes}.` };
  }
  const differing = identityDifference(found.identity, loaded.identity);
  if (differing === '') return { match: 'same' };
  if (differing !== undefined && found.identity?.weights === loaded.identity?.weights) {
    return {
      match: 'alike',
      note: `The neurons were found in ${foundName}; ${loadedName} has the same weights and ${differing}.`,
    };
  }
  const sameTensors = found.fingerprint === loaded.fingerprint;
  if (sameTensors && differing === undefined) {
    const isFormer = loaded.identity !== undefined;
    return { match: 'same', ...(isFormer && { note: formerIdentityNote('The neuron set') }) };
  }
  const sameName = plainName(found.name) === plainName(loaded.name);
  const difference =
    found.signature && loaded.signature && compareSignatures(found.signature, loaded.signature);
  if (!difference) {
    return sameName
      ? {
          match: 'alike',
          note: `The neurons were found in ${foundName}, and the model here is ${loadedName}: by name the same weights, which cannot be checked.`,
        }
      : {
          match: 'other',
          reason: `${names}: of the same shape, but nothing says that its weights are the same.`,
        };
  }
  if (difference.found > difference.explained) {
    return {
      match: 'other',
      reason: `${names}, whose weights are others: the norms of its neurons differ by ${percent(difference.found)}, and another precision explains ${percent(difference.explained)} at most.`,
    };
  }
  if (difference.gains !== undefined) {
    return {
      match: 'other',
      reason: `${names}, whose weights are others: the gains of its norms differ by ${percent(difference.gains)}, which no precision explains; one may be a fine-tuned version of the other.`,
    };
  }
  if (sameTensors) {
    return {
      match: 'alike',
      changed: true,
      note: `The neurons were found in ${foundName}, and the model here is ${loadedName}, of which some weights were changed; those of its neurons are the same as far as their norms tell.`,
    };
  }
  return {
    match: 'alike',
    note: sameName
      ? `The neurons were found in ${foundName}; ${loadedName} has the same weights in another precision, as far as rounding lets one tell.`
      : `The neurons were found in ${foundName}, and the model here is ${loadedName}: the weights are alike within the rounding of their precisions, but one may be a fine-tuned version of the other.`,
  };
}

/** What a person should know who sets two models side by side; undefined where they are the very same. */
export function matchNote(found: SetModel, other: SetModel): string | undefined {
  const result = matchModels(found, other);
  return result.match === 'other' ? `The neurons were found in ${result.reason}` : result.note;
}

/**
 * Refuses a set for another model.
 * @returns what the person should know; undefined where the set was found in these very weights
 * @throws EngineError 'bad-input' with the names of both models
 */
export function checkSetModel(
  set: { readonly name: string; readonly model: SetModel },
  loaded: SetModel,
): string | undefined {
  const result = matchModels(set.model, loaded);
  if (result.match === 'other')
    throw new EngineError(
      'bad-input',
      `The neuron set "${shownName(set.name)}" was made for ${result.reason}`,
    );
  return result.note;
}
