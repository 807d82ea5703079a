import { randomControl } from '../neurons/controls.ts';
import { combineGroups } from '../neurons/scales.ts';
import type { NeuronLayout, NeuronRef, ScaledNeuron } from '../neurons/types.ts';
import { scaledControl } from './scaled-control.ts';
import { factorOf, scaledNeurons, steeredNeurons } from './steering.ts';
import type { SteeringState } from './types.ts';

/** The model as trained, the model with scaled neurons, and the model with random neurons scaled alike. */
export const ARMS = ['unsteered', 'steered', 'control'] as const;
export type Arm = (typeof ARMS)[number];

/** What each arm scales, neutral neurons left out. */
export type Comparison = Readonly<Record<Arm, readonly ScaledNeuron[]>>;

/** What a control is matched by. */
export interface ControlBasis {
  readonly layout: NeuronLayout;
  /** Mean CETT of every neuron, flat, [layout.total]. */
  readonly meanCett: Float32Array;
}

/**
 * The arms of what the page steers.
 * @param control as `randomControl` drew it for `steeredNeurons(steering)`
 */
export function comparisonOf(
  steering: SteeringState,
  control: readonly NeuronRef[],
  { layout, meanCett }: ControlBasis,
): Comparison {
  const scaled = steeredNeurons(steering).map((neuron) => ({
    ...neuron,
    factor: factorOf(steering, neuron),
  }));
  return {
    unsteered: [],
    steered: scaledNeurons(steering),
    control: scaledControl(scaled, control, layout, meanCett),
  };
}

/**
 * The arms of a list of scaled neurons, with a random control of the same scales.
 * @param seed of the control's draw
 * @throws EngineError 'bad-input' where a layer has too few neurons for a control, or a factor is out of range
 */
export function compareScaled(
  scaled: readonly ScaledNeuron[],
  { layout, meanCett }: ControlBasis,
  seed: number,
): Comparison {
  const control = randomControl({ layout, members: scaled, meanCett, seed });
  return {
    unsteered: [],
    steered: combineGroups([], scaled),
    control: scaledControl(scaled, control, layout, meanCett),
  };
}
