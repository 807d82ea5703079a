import type { NeuronRef } from '../../../../src/neurons/types.ts';
import type { NeuronBox } from '../../../charts/map-view.ts';
import type { LaneIndex } from '../record.ts';

export interface TokenRef {
  readonly lane: LaneIndex;
  readonly position: number;
}

export interface SelectionState {
  readonly hover?: TokenRef;
  readonly pin?: TokenRef;
  /** The neuron under the pointer or with the focus. */
  readonly neuron?: NeuronRef;
  /** The neuron whose card is open. */
  readonly card?: NeuronRef;
  /** What is brushed on the neuron map. */
  readonly box?: NeuronBox;
  /** Whether a drag on the neuron map brushes neurons. */
  readonly selecting?: boolean;
}

/** What Escape closes: the newest layer over the figure first; undefined where nothing is open. */
export function withoutTop(state: SelectionState): Partial<SelectionState> | undefined {
  if (state.card) return { card: undefined };
  if (state.box) return { box: undefined };
  if (state.selecting) return { selecting: false };
  if (state.pin) return { pin: undefined, hover: undefined };
  return undefined;
}

export const firstSelection: SelectionState = {};
