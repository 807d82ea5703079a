import type { NeuronSet } from '../../../../src/neurons/set-file.ts';

/** The set that was found on this page, for the other pages. */
export interface FoundState {
  readonly set?: NeuronSet | undefined;
}

export const firstFound: FoundState = {};
