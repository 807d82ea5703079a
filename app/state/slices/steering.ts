import type { Lane, NeuronRef } from '../../../src/protocol/messages.ts';

export interface SteeringState {
  readonly name: string;
  readonly members: readonly NeuronRef[];
  readonly factor: number;
  readonly scope: Lane['scope'];
  /** Factors of neurons whose own slider was moved, by `neuronKey`. */
  readonly own: Readonly<Record<string, number>>;
  readonly controlSeed: number;
  readonly control: readonly NeuronRef[];
}

export const firstSteering: SteeringState = {
  name: 'no neurons yet',
  members: [],
  factor: 1,
  scope: 'everywhere',
  own: {},
  controlSeed: 1,
  control: [],
};

/** "layer:neuron", the label of a neuron everywhere. */
export function neuronKey(neuron: NeuronRef): string {
  return `${neuron.layer}:${neuron.neuron}`;
}

/** The factor that a member runs with: its own where its slider was moved, else the set's. */
export function factorOf(steering: Pick<SteeringState, 'own' | 'factor'>, neuron: NeuronRef): number {
  return steering.own[neuronKey(neuron)] ?? steering.factor;
}
