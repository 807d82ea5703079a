import type { Lane } from '../../../../src/inference/types.ts';
import type { NeuronSet, SetNeuron } from '../../../../src/neurons/set-file.ts';
import type { NeuronRef } from '../../../../src/neurons/types.ts';

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

/** Everything that undo restores. */
export interface SteeringState {
  /** Fingerprint of the model whose neurons these are. */
  readonly madeFor: string;
  /** The first one has the main slider and the doses. */
  readonly groups: readonly SteeredGroup[];
  readonly scope: Lane['scope'];
  /** Factors of neurons whose own slider was moved, by `neuronKey`; they need not be in a group. */
  readonly own: Readonly<Record<string, number>>;
  /** Keys of neurons that are held at 0 while their factor is kept. */
  readonly muted: readonly string[];
  /** Key of the only neuron that is scaled; all others run as trained. */
  readonly solo?: string;
  /** Draw of the random control. */
  readonly controlSeed: number;
}

/** The random control as it was drawn; `key` names the members and the draw it belongs to. */
export interface ControlState {
  readonly key: string;
  readonly members: readonly NeuronRef[];
}

export const firstSteering: SteeringState = {
  madeFor: '',
  groups: [],
  scope: 'everywhere',
  own: {},
  muted: [],
  controlSeed: 1,
};

export const firstControl: ControlState = { key: '', members: [] };

/** Range of a group's slider, and of a single neuron's. */
export const groupRange = { min: 0, max: 3, step: 0.05 } as const;
export const neuronRange = { min: -1, max: 5, step: 0.05 } as const;

/** "layer:neuron", the label of a neuron everywhere. */
export function neuronKey(neuron: NeuronRef): string {
  return `${neuron.layer}:${neuron.neuron}`;
}
