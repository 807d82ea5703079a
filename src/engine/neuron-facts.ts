import { largestIndices } from '../lib/math/largest.ts';
import { checkNeuron, flatIndex } from '../neurons/layout.ts';
import type { NeuronRef } from '../neurons/types.ts';
import type { Model } from './model.ts';

/** What a neuron writes, independent of any prompt. */
export interface NeuronFacts {
  /** L2 norm of its down-projection column, and its 1-based rank by it among all `neurons` of the model. */
  readonly columnNorm: number;
  readonly normRank: number;
  readonly neurons: number;
  readonly meanCett: number;
  /**
   * Direct logit attribution: W_U (g * w) with w the column of W_down, g the final norm's weight, W_U the unembedding,
   * less its mean over the vocabulary; logits for one unit of positive activation where the residual stream has RMS 1.
   * Undefined where the model's file does not give these weights.
   */
  readonly attribution?: {
    readonly promotes: readonly { readonly id: number; readonly text: string; readonly logit: number }[];
    readonly suppresses: readonly { readonly id: number; readonly text: string; readonly logit: number }[];
  };
}

const NAMED_TOKENS = 10;

/** What a neuron writes into the residual stream, and where it stands among all neurons. */
export async function neuronFacts(model: Model, ref: NeuronRef): Promise<NeuronFacts> {
  checkNeuron(model.layout, ref);
  const columnNorm = model.neurons.layers[ref.layer].columnNorms[ref.neuron];
  let larger = 0;
  for (const { columnNorms } of model.neurons.layers) {
    for (const norm of columnNorms) if (norm > columnNorm) larger++;
  }
  const logits = await model.attribution?.(ref);
  const named = (indices: Int32Array) =>
    [...indices].map((id) => ({ id, text: model.codec.token(id), logit: (logits as Float32Array)[id] }));
  return {
    columnNorm,
    normRank: larger + 1,
    neurons: model.layout.total,
    meanCett: model.meanCett[flatIndex(model.layout, ref)],
    attribution: logits && {
      promotes: named(largestIndices(logits, NAMED_TOKENS)),
      suppresses: named(
        largestIndices(
          logits.map((logit) => -logit),
          NAMED_TOKENS,
        ),
      ),
    },
  };
}
