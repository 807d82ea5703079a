import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import type { NeuronSet } from '../../src/neurons/set-file.ts';
import { useSession } from '../state/hooks.ts';
import { shippedSets } from '../state/sets.ts';

/** Sets beside the page that fit the model shown; none where there are none. */
export function useShippedSets(): readonly NeuronSet[] {
  const model = useStore(useSession().stores.model, (state) => state.model);
  const [sets, setSets] = useState<readonly NeuronSet[]>([]);
  useEffect(() => {
    let wanted = true;
    if (!model) return;
    void shippedSets(document.baseURI, model).then((found) => wanted && setSets(found));
    return () => {
      wanted = false;
    };
  }, [model]);
  return sets;
}
