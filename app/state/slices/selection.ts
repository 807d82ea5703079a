import type { NeuronRef } from '../../../src/protocol/messages.ts';
import type { NeuronBox } from '../../charts/map-view.ts';
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
}

export const firstSelection: SelectionState = {};
