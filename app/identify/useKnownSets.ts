import { useMemo } from 'react';
import type { NeuronSet } from '../../src/neurons/set-file.ts';
import { useShippedSets } from '../ui/useShippedSets.ts';
import { useIdentificationState } from './context.ts';

export interface KnownSet {
  readonly key: string;
  readonly set: NeuronSet;
  /** Found on this page, from the open run. */
  readonly foundHere: boolean;
}

/** The set found here, then those beside the page. */
export function useKnownSets(): readonly KnownSet[] {
  const found = useIdentificationState((state) => state.learning.result?.set);
  const shipped = useShippedSets();
  return useMemo(
    () => [
      ...(found ? [{ key: 'found', set: found, foundHere: true }] : []),
      ...shipped.map((set, i) => ({ key: `shipped ${i}`, set, foundHere: false })),
    ],
    [found, shipped],
  );
}
