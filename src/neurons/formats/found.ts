import { EngineError } from '../../lib/errors.ts';
import { shownName } from '../../lib/shown.ts';
import { checkNeuron, compareNeurons, formatNeuron } from '../layout.ts';
import type { SetNeuron } from '../set-file.ts';
import type { NeuronLayout } from '../types.ts';

/** A neuron as it stands in a file. */
export interface FoundNeuron extends SetNeuron {
  /** Where it stands, for messages: "line 5". */
  readonly where: string;
}

/** What a file of another format says of a set, before it is checked against a model. */
export interface FoundSet {
  readonly neurons: readonly FoundNeuron[];
  readonly intercept?: number;
  readonly name?: string;
  /** The model that the file names. */
  readonly model?: string;
  /** One neuron may be there several times: the file lists features, of which a neuron has several. */
  readonly repeats?: boolean;
  /** What a person should know of the file, each a sentence. */
  readonly notes?: readonly string[];
}

/**
 * Which neurons of a file with weights are taken: those with a positive weight, which are the H-Neurons, or all whose
 * weight is not 0.
 */
export type Signs = 'positive' | 'all';

/** A file as its format's reader gets it. */
export interface SetSource {
  /** For messages. */
  readonly fileName: string;
  readonly layout: NeuronLayout;
}

/** Refuses a file; the sentence begins with the file's name. */
export function refuse(fileName: string, reason: string, cause?: unknown): never {
  throw new EngineError('bad-input', `${shownName(fileName)} ${reason}`, { cause });
}

function checkEach({ fileName, layout }: SetSource, { neurons, model, repeats }: FoundSet): void {
  const seen = new Map<string, string>();
  for (const found of neurons) {
    const name = formatNeuron(found);
    try {
      checkNeuron(layout, found);
    } catch (error) {
      const made = model === undefined ? '' : ` (the file names the model ${shownName(model)})`;
      const reason = error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
      refuse(fileName, `does not fit this model in ${found.where}: ${reason}${made}.`, error);
    }
    if (found.weight !== undefined && !Number.isFinite(found.weight))
      refuse(fileName, `has a weight that is not a finite number in ${found.where}: ${found.weight}.`);
    const earlier = seen.get(name);
    if (earlier !== undefined && !repeats)
      refuse(
        fileName,
        `has neuron ${name} twice, in ${earlier} and in ${found.where}; leave one of them out.`,
      );
    seen.set(name, found.where);
  }
}

/** Whether the neurons have weights; some with and some without are refused. */
function haveWeights(fileName: string, neurons: readonly FoundNeuron[]): boolean {
  const without = neurons.find(({ weight }) => weight === undefined);
  const withWeight = neurons.find(({ weight }) => weight !== undefined);
  if (without && withWeight)
    refuse(
      fileName,
      `gives neuron ${formatNeuron(withWeight)} a weight but neuron ${formatNeuron(without)} none (${without.where}); give all a weight, or none.`,
    );
  return withWeight !== undefined;
}

export interface TakenSet {
  /** By layer and neuron. */
  readonly neurons: readonly SetNeuron[];
  readonly intercept: number | undefined;
  readonly notes: readonly string[];
}

function takeBySign(fileName: string, neurons: readonly FoundNeuron[], signs: Signs) {
  const negative = neurons.filter(({ weight = 1 }) => weight < 0).length;
  const taken = neurons.filter(({ weight = 1 }) => weight > 0 || (signs === 'all' && weight < 0));
  if (taken.length === 0) {
    const rest =
      negative > 0
        ? `${negative} ${negative === 1 ? 'has' : 'have'} a negative weight, which speaks for a right answer; take all signs to keep them`
        : 'take another file';
    refuse(fileName, `has no neuron with a positive weight, so it names no H-Neurons; ${rest}.`);
  }
  return { taken, left: signs === 'all' ? 0 : negative };
}

/**
 * Checks what was found in a file against a model and takes the neurons of the wanted signs.
 * @throws EngineError 'bad-input' in one sentence that names the file, the place and the reason
 */
export function takeNeurons(source: SetSource, found: FoundSet, signs: Signs): TakenSet {
  const { fileName } = source;
  if (found.neurons.length === 0) refuse(fileName, 'names no neurons; give at least one.');
  checkEach(source, found);
  const weighted = haveWeights(fileName, found.neurons);
  const { taken, left } = takeBySign(fileName, found.neurons, signs);
  const unique = new Map<string, SetNeuron>();
  for (const { layer, neuron, weight } of taken) {
    const name = formatNeuron({ layer, neuron });
    if (!unique.has(name))
      unique.set(name, weight === undefined || found.repeats ? { layer, neuron } : { layer, neuron, weight });
  }
  const intercept = weighted && !found.repeats ? found.intercept : undefined;
  const notes = [...(found.notes ?? [])];
  if (left > 0)
    notes.push(
      `${left} ${left === 1 ? 'neuron' : 'neurons'} with a negative weight ${left === 1 ? 'was' : 'were'} left out${intercept === undefined ? '' : ', so the probability is higher than the whole classifier would say'}.`,
    );
  if (weighted && intercept === undefined && !found.repeats)
    notes.push('The file has no intercept, so the weights rank the neurons but give no probability.');
  return { neurons: [...unique.values()].sort(compareNeurons), intercept, notes };
}
