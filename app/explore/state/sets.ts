import { z } from 'zod';
import type { LoadedModel } from '../../../src/engine/model-info.ts';
import { parseNeuron } from '../../../src/neurons/layout.ts';
import { type NeuronSet, parseNeuronSet } from '../../../src/neurons/set-file.ts';
import { matchModels, type SetModel } from '../../../src/neurons/set-model.ts';
import type { NeuronLayout, NeuronRef } from '../../../src/neurons/types.ts';
import { learnName, type ShippedName, shippedName } from '../../link/shipped-names.ts';
import { type ReaderPort, type ReadingOptions, readInWorker } from '../../studies/read-file.ts';
import { siteText } from '../../ui/site-text.ts';

/** Endings of the files that `readSetFile` takes; a pickle is refused with the way to export it. */
export const setFileTypes = ['.json', '.csv', '.tsv', '.txt', '.npy', '.npz', '.pkl', '.joblib'] as const;

const indexSchema = z.object({ sets: z.array(z.string().regex(/^[\w.-]+\.json$/)).max(100) });

/** What of a model says whether neurons are of it. */
export type SetOwner = Pick<
  LoadedModel,
  'name' | 'architecture' | 'fingerprint' | 'identity' | 'signature' | 'layout'
>;

/** A model of the page as neuron sets describe it. */
export function asSetModel(model: SetOwner): SetModel {
  const { name, architecture, fingerprint, identity, signature, layout } = model;
  return {
    ...{ name, architecture, fingerprint },
    ...(identity && { identity }),
    ...(signature && { signature }),
    widths: layout.widths,
  };
}

/** What a person should know who uses a set in a model; undefined where it was found in these very weights. */
export function noteOnSet(set: NeuronSet, model: SetOwner): string | undefined {
  const result = matchModels(set.model, asSetModel(model));
  return result.match === 'other' ? undefined : result.note;
}

/** The first set that was found in a model's weights, or else in the same weights in another precision. */
export function bestSet(
  sets: readonly NeuronSet[],
  model: SetOwner,
): { readonly set: NeuronSet; readonly note: string | undefined } | undefined {
  const fitting = sets.filter((set) => matchModels(set.model, asSetModel(model)).match !== 'other');
  const set = fitting.find((each) => noteOnSet(each, model) === undefined) ?? fitting[0];
  return set && { set, note: noteOnSet(set, model) };
}

/**
 * Sets beside the page that were found in a model or in its weights in another precision; none where there are no sets.
 * `base` is the page's address.
 */
export async function shippedSets(base: string, model: SetOwner): Promise<NeuronSet[]> {
  const sets = await allShippedSets(base);
  return sets.filter((set) => matchModels(set.model, asSetModel(model)).match !== 'other');
}

async function allShippedSets(base: string): Promise<NeuronSet[]> {
  const read = (file: string) => siteText(`neurons/${file}`, base);
  const index = indexSchema.safeParse(parsed((await read('index.json')) ?? ''));
  if (!index.success) return [];
  const texts = await Promise.all(index.data.sets.map(read));
  return texts.flatMap((text, i) => {
    try {
      if (text === undefined) return [];
      const set = parseNeuronSet(text);
      learnName(index.data.sets[i]!.replace(/\.json$/, ''), set);
      return [set];
    } catch {
      return [];
    }
  });
}

/** The set beside the page that a link names; undefined where the page has no such set, or another one of that name. */
export async function shippedSet(
  base: string,
  { shipped, identity }: ShippedName,
): Promise<NeuronSet | undefined> {
  const sets = await allShippedSets(base);
  return sets.find((set) => {
    const name = shippedName(set);
    return name?.shipped === shipped && name.identity === identity;
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * The neuron set in a file of the person's, for the model on the page: the program's own JSON, JSON of replications, CSV
 * or TSV, or NumPy's coefficients. It is read in a worker.
 * @throws EngineError 'bad-input' with one sentence that says what is wrong, also where the set is for another model;
 * 'cancelled' where the signal says so
 */
export function readSetFile(
  file: File,
  owner: SetOwner,
  options: ReadingOptions = {},
  makePort?: () => ReaderPort,
): Promise<NeuronSet> {
  const { layout } = owner;
  const { widths: _, ...model } = asSetModel(owner);
  const created = new Date().toISOString();
  return readInWorker('neuronSet', { file, model, layout, created }, options, makePort);
}

/** How `parseNeurons` wants them, for an empty field. */
export const neuronsExample = 'layer:neuron, for example 12:345, 3:7';

/**
 * Neurons written one after another, "12:345, 3:7".
 * @throws EngineError 'bad-input' at the first that is none
 */
export function parseNeurons(text: string, layout: NeuronLayout): NeuronRef[] {
  return text
    .split(/[\s,;]+/)
    .filter((part) => part !== '')
    .map((part) => parseNeuron(part, layout));
}
