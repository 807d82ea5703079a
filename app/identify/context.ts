import { createContext, useContext, useSyncExternalStore } from 'react';
import { useStore } from 'zustand';
import type { QuestionRecord } from '../../src/studies/identify/records.ts';
import type { Identification } from './state/identification.ts';
import type { IdentificationState } from './state/identification-state.ts';

export const IdentificationContext = createContext<Identification | undefined>(undefined);

/** The identification of this page. */
export function useIdentification(): Identification {
  const identification = useContext(IdentificationContext);
  if (!identification) throw new Error('the identification is missing');
  return identification;
}

/** A part of its state; renders again when that changes. */
export function useIdentificationState<T>(select: (state: IdentificationState) => T): T {
  return useStore(useIdentification().store, select);
}

/** Records of the open run; renders again when there are more, in every other frame at most. */
export function useRecords(): readonly QuestionRecord[] {
  const { records } = useIdentification();
  useSyncExternalStore(records.subscribe, records.version);
  return records.list();
}
