import { useMemo } from 'react';
import { useStore } from 'zustand';
import type { NeuronSet } from '../../src/neurons/set-file.ts';
import { useSession } from '../explore/state/hooks.ts';
import { useShippedSets } from '../ui/useShippedSets.ts';

/** A set whose neurons are looked at. */
export interface OriginSet {
  readonly key: string;
  readonly set: NeuronSet;
  readonly from: string;
}

/** Sets at hand: the one found on the Identify page, those beside the page, and those from files. */
export function useOriginSets(imported: readonly NeuronSet[]): readonly OriginSet[] {
  const found = useStore(useSession().stores.found, (state) => state.set);
  const shipped = useShippedSets();
  return useMemo(
    () => [
      ...imported.map((set, i) => ({ key: `file ${i}`, set, from: 'from a file' })),
      ...(found ? [{ key: 'found', set: found, from: 'found here' }] : []),
      ...shipped.map((set, i) => ({ key: `shipped ${i}`, set, from: 'comes with this page' })),
    ],
    [imported, found, shipped],
  );
}
