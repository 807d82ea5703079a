import type { SetFormat } from '../../src/neurons/formats/write.ts';
import { formatNeuron } from '../../src/neurons/layout.ts';
import type { NeuronSet } from '../../src/neurons/set-file.ts';
import type { SteeredGroup } from '../../src/steering/types.ts';
import { asSetModel, type SetOwner } from '../explore/state/sets.ts';
import { later } from '../ui/later.ts';
import { fileName, offerFile } from './download.ts';

/** Formats that a set is offered in, by the ending of their files. */
export const offeredFormats = ['json', 'csv', 'npz'] as const satisfies readonly SetFormat[];

function holdsItsSet({ set, members }: SteeredGroup): boolean {
  if (set?.neurons.length !== members.length) return false;
  const keys = new Set(set.neurons.map(formatNeuron));
  return members.every((member) => keys.has(formatNeuron(member)));
}

/**
 * A group as a neuron set: the set that it was made of where its members are still those, under the group's name; else a
 * set of its members, without weights. Undefined where the model that they belong to is not known.
 */
export function setOfGroup(
  group: SteeredGroup,
  model: SetOwner | undefined,
  created: string,
): NeuronSet | undefined {
  const { set, name, members } = group;
  if (set && holdsItsSet(group)) return { ...set, name };
  if (!model) return undefined;
  return {
    format: 'h-neuron-set',
    version: 2,
    name,
    model: { ...asSetModel(model), layers: model.layout.widths.length },
    neurons: members.map(({ layer, neuron }) => ({ layer, neuron })),
    feature: set?.feature ?? { aggregation: 'mean', position: 'read' },
    provenance: {
      created,
      command: set ? `chosen by hand from ${set.name}` : 'chosen by hand',
      questions: 'none',
    },
    metrics: {},
  };
}

const writers = later(() => import('../../src/neurons/formats/write.ts'));

/** Hands a set to the person as a file. */
export async function saveSet(set: NeuronSet, format: SetFormat): Promise<void> {
  const { setMediaTypes, writeNeuronSet } = await writers();
  const bytes = writeNeuronSet(set, format);
  offerFile(
    `${fileName('neurons', set.name)}.${format}`,
    new Blob([bytes.slice()], { type: setMediaTypes[format] }),
  );
}
