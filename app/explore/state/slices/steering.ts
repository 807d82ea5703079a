import type { NeuronRef } from '../../../../src/neurons/types.ts';

/** The random control as it was drawn; `key` names the members and the draw it belongs to. */
export interface ControlState {
  readonly key: string;
  readonly members: readonly NeuronRef[];
}

export const firstControl: ControlState = { key: '', members: [] };

/** Range of a group's slider, and of a single neuron's. */
export const groupRange = { min: 0, max: 3, step: 0.05 } as const;
export const neuronRange = { min: -1, max: 5, step: 0.05 } as const;
