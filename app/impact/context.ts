import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { Impact, ImpactState } from './state/impact.ts';

export const ImpactContext = createContext<Impact | undefined>(undefined);

/** The sweeps of this page. */
export function useImpact(): Impact {
  const impact = useContext(ImpactContext);
  if (!impact) throw new Error('the impact state is missing');
  return impact;
}

/** A part of its state; renders again when that changes. */
export function useImpactState<T>(select: (state: ImpactState) => T): T {
  return useStore(useImpact().store, select);
}
