import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import type { NeuronSet } from '../../src/neurons/set-file.ts';
import { useSession } from '../explore/state/hooks.ts';
import { shippedSets } from '../explore/state/sets.ts';

interface Shipped {
  readonly sets: readonly NeuronSet[];
  /** Whether it is known which there are; until then there are none. */
  readonly isKnown: boolean;
}

/** Sets beside the page that fit the model shown, and whether they have been looked for. */
export function useShipped(): Shipped {
  const { model, status } = useStore(useSession().stores.model);
  const [found, setFound] = useState<{ readonly model?: typeof model; readonly sets: readonly NeuronSet[] }>(
    noneFound,
  );
  useEffect(() => {
    let wanted = true;
    if (!model) return;
    void shippedSets(document.baseURI, model).then((sets) => wanted && setFound({ model, sets }));
    return () => {
      wanted = false;
    };
  }, [model]);
  return { sets: found.sets, isKnown: model ? found.model === model : status !== 'checking' };
}

const noneFound = { sets: [] };

/** Sets beside the page that fit the model shown; none where there are none. */
export function useShippedSets(): readonly NeuronSet[] {
  return useShipped().sets;
}
