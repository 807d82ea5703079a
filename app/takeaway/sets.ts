import type { SetFormat } from '../../src/neurons/formats/write.ts';
import type { NeuronSet } from '../../src/neurons/set-file.ts';
import type { LoadedModel } from '../../src/protocol/messages.ts';
import { neuronKey, type SteeredGroup } from '../state/slices/steering.ts';
import { fileName, offerFile } from './download.ts';

/** Formats that a set is offered in, by the ending of their files. */
export const offeredFormats = ['json', 'csv', 'npz'] as const satisfies readonly SetFormat[];

type SetModel = Pick<LoadedModel, 'name' | 'architecture' | 'fingerprint' | 'layout'>;

function holdsItsSet({ set, members }: SteeredGroup): boolean {
  if (set?.neurons.length !== members.length) return false;
  const keys = new Set(set.neurons.map(neuronKey));
  return members.every((member) => keys.has(neuronKey(member)));
}

/**
 * A group as a neuron set: the set that it was made of where its members are still those, under the group's name; else a
 * set of its members, without weights. Undefined where the model that they belong to is not known.
 */
export function setOfGroup(
  group: SteeredGroup,
  model: SetModel | undefined,
  created: string,
): NeuronSet | undefined {
  const { set, name, members } = group;
  if (set && holdsItsSet(group)) return { ...set, name };
  if (!model) return undefined;
  return {
    format: 'h-neuron-set',
    version: 1,
    name,
    model: {
      name: model.name,
      architecture: model.architecture,
      fingerprint: model.fingerprint,
      layers: model.layout.widths.length,
      widths: model.layout.widths,
    },
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

/** Hands a set to the person as a file. */
export async function saveSet(set: NeuronSet, format: SetFormat): Promise<void> {
  const { setMediaTypes, writeNeuronSet } = await import('../../src/neurons/formats/write.ts');
  const bytes = writeNeuronSet(set, format);
  offerFile(
    `${fileName('neurons', set.name)}.${format}`,
    new Blob([bytes.slice()], { type: setMediaTypes[format] }),
  );
}
