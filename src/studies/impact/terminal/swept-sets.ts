import { EngineError } from '../../../lib/errors.ts';
import type { LanguageModel } from '../../../model/types.ts';
import { formatNeuron, parseNeuron } from '../../../neurons/layout.ts';
import { parseNeuronSet } from '../../../neurons/set-file.ts';
import { checkSetModel } from '../../../neurons/set-model.ts';
import { readText } from '../../../node/files.ts';
import type { ComparedSet } from '../sweep.ts';

type SweptSet = Omit<ComparedSet, 'kind'>;

async function readSet(
  file: string,
  model: LanguageModel,
): Promise<{ set: SweptSet; note: string | undefined }> {
  const set = parseNeuronSet(await readText(file));
  const note = checkSetModel(set, { ...model, widths: model.layout.widths });
  const members = set.neurons.map(({ layer, neuron }) => ({ layer, neuron }));
  return { set: { name: set.name, members }, note };
}

/**
 * What is turned: the sets of files, then single neurons ("LAYER:NEURON"), each a set of its own; and what is to be said
 * of sets that were found in another model.
 * @throws EngineError `bad-input` where neither is given, or a file or neuron is not the model's
 */
export async function sweptSets(
  files: readonly string[],
  neurons: readonly string[],
  model: LanguageModel,
): Promise<{ readonly sets: readonly SweptSet[]; readonly notes: readonly string[] }> {
  if (files.length + neurons.length === 0)
    throw new EngineError('bad-input', 'Nothing is turned; give sets with --set or neurons with --neuron.');
  const read = await Promise.all(files.map((file) => readSet(file, model)));
  const single = neurons.map((text) => parseNeuron(text, model.layout));
  return {
    sets: [
      ...read.map(({ set }) => set),
      ...single.map((neuron) => ({ name: formatNeuron(neuron), members: [neuron] })),
    ],
    notes: read.flatMap(({ note }) => (note === undefined ? [] : [note])),
  };
}
