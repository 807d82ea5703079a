import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import type { NeuronSet } from '../../src/neurons/set-file.ts';
import { useSession } from '../state/hooks.ts';
import { shippedSets } from '../state/sets.ts';

/** Sets beside the page that fit the model shown; none where there are none. */
export function useShippedSets(): readonly NeuronSet[] {
  const layout = useStore(useSession().stores.model, (state) => state.model?.layout);
  const [sets, setSets] = useState<readonly NeuronSet[]>([]);
  useEffect(() => {
    let wanted = true;
    if (!layout) return;
    void shippedSets(document.baseURI, layout).then((found) => wanted && setSets(found));
    return () => {
      wanted = false;
    };
  }, [layout]);
  return sets;
}
