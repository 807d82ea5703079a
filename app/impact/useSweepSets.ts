import { useMemo } from 'react';
import { useStore } from 'zustand';
import { formatNeuron } from '../../src/neurons/layout.ts';
import type { NeuronSet } from '../../src/neurons/set-file.ts';
import { matchModels } from '../../src/neurons/set-model.ts';
import type { NeuronRef } from '../../src/neurons/types.ts';
import { useSession } from '../explore/state/hooks.ts';
import { asSetModel } from '../explore/state/sets.ts';
import { useShippedSets } from '../ui/useShippedSets.ts';
import { membersKey } from './sweep-choice.ts';

/** Neurons that can be turned together. */
export interface SweepSet {
  /** Names its members. */
  readonly key: string;
  readonly name: string;
  readonly members: readonly NeuronRef[];
  readonly from: string;
}

/**
 * Sets at hand for the model shown, each once: found here, beside the page, from files, the explorer's groups, and neurons
 * that were named one by one.
 */
export function useSweepSets(
  imported: readonly NeuronSet[],
  single: readonly NeuronRef[],
): readonly SweepSet[] {
  const { stores } = useSession();
  const model = useStore(stores.model, (state) => state.model);
  const found = useStore(stores.found, (state) => state.set);
  const groups = useStore(stores.steering, (state) => state.groups);
  const madeFor = useStore(stores.steering, (state) => state.madeFor);
  const shipped = useShippedSets();
  return useMemo(() => {
    if (!model) return [];
    const fits = (set: NeuronSet) => matchModels(set.model, asSetModel(model)).match !== 'other';
    const ofSet = (from: string) => (set: NeuronSet) => ({ name: set.name, members: set.neurons, from });
    const all = [
      ...(found && fits(found) ? [ofSet('found here')(found)] : []),
      ...shipped.filter(fits).map(ofSet('comes with this page')),
      ...imported.filter(fits).map(ofSet('from a file')),
      ...(madeFor === model.fingerprint
        ? groups.map(({ name, members }) => ({ name, members, from: 'in the explorer' }))
        : []),
      ...single
        .filter(({ layer, neuron }) => neuron < (model.layout.widths[layer] ?? 0))
        .map((neuron) => ({ name: formatNeuron(neuron), members: [neuron], from: 'named here' })),
    ];
    const unique = new Map<string, SweepSet>();
    for (const { name, members, from } of all) {
      const key = membersKey(members);
      if (members.length > 0 && !unique.has(key))
        unique.set(key, {
          key,
          name,
          from,
          members: members.map(({ layer, neuron }) => ({ layer, neuron })),
        });
    }
    return [...unique.values()];
  }, [model, found, groups, madeFor, shipped, imported, single]);
}
