import type { MapView } from '../../../charts/map-view.ts';

/** What the tokens of the strips are coloured by. */
export type TokenColour = 'none' | 'trained' | 'divergence' | 'score' | 'logprob' | 'entropy' | 'neuron';
/** The order of the token map's neurons: as the groups have them, by layer, by weight, or by their mean value. */
export type NeuronOrder = 'given' | 'layer' | 'weight' | 'value';
/** What the neuron map shows: activation, steered minus unsteered, or the factors in force. */
export type MapQuantity = 'cett' | 'difference' | 'factor';

export interface ViewState {
  /** Answers aligned token by token, or each as running text over evenly wide columns. */
  readonly layout: 'columns' | 'text';
  /** Whether the prompt's columns are as wide as their text. */
  readonly prompt: boolean;
  /** Whether spaces have a visible mark. */
  readonly spaces: boolean;
  readonly colour: TokenColour;
  readonly order: NeuronOrder;
  /** Whether the token map shows more than the first neurons. */
  readonly allNeurons: boolean;
  readonly quantity: MapQuantity;
  /** The stretch of the neuron map in view; undefined for all of it. */
  readonly mapView?: MapView;
  /** The layer profile of one token, or of all tokens as a map. */
  readonly profile: 'token' | 'tokens';
}

export const firstView: ViewState = {
  layout: 'columns',
  prompt: false,
  spaces: false,
  colour: 'trained',
  order: 'given',
  allNeurons: false,
  quantity: 'cett',
  profile: 'tokens',
};
