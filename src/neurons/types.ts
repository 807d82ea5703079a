/** One MLP neuron: a column of a layer's down projection. Both 0-based. */
export interface NeuronRef {
  readonly layer: number;
  readonly neuron: number;
}

/** A neuron and the factor that its activation is multiplied by. */
export interface ScaledNeuron extends NeuronRef {
  readonly factor: number;
}

/** Where the layers of a model lie in one flat vector over all its neurons. */
export interface NeuronLayout {
  readonly widths: readonly number[];
  /** offsets[layer] + neuron is the flat index. */
  readonly offsets: readonly number[];
  readonly total: number;
}
