import type { NeuronSet, SetNeuron } from '../neurons/set-file.ts';

/** Which neurons are scaled, and by how much; everything that undo restores. */
export interface SteeringState {
  /** Fingerprint of the model whose neurons these are. */
  readonly madeFor: string;
  /** The first one has the main slider and the doses. */
  readonly groups: readonly SteeredGroup[];
  readonly scope: Scope;
  /** Factors of neurons whose own slider was moved, by `formatNeuron`; they need not be in a group. */
  readonly own: Readonly<Record<string, number>>;
  /** Keys of neurons that are held at 0 while their factor is kept. */
  readonly muted: readonly string[];
  /** Key of the only neuron that is scaled; all others run as trained. */
  readonly solo?: string;
  /** Draw of the random control. */
  readonly controlSeed: number;
}

/** Neurons behind one slider. */
export interface SteeredGroup {
  /** Names the group in calls of the session; never shown. */
  readonly id: string;
  readonly name: string;
  /** Where it comes from: the model's most active neurons, a neuron set, or a choice of the person. */
  readonly kind: 'active' | 'set' | 'custom';
  readonly members: readonly SetNeuron[];
  /** The set that it was made of, for its classifier, its origin and what is known of it. */
  readonly set?: NeuronSet;
  readonly factor: number;
  /** While it is off, its members run as trained. */
  readonly on: boolean;
}

/** Positions at which a lane's scales apply: prompt and answer, or from the first answer token on. */
export type Scope = 'everywhere' | 'answer';
