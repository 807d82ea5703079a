import { largestIndices } from '../math/largest.ts';
import { checkNeuron, flatIndex } from '../neurons/layout.ts';
import type { NeuronRef } from '../neurons/types.ts';
import type { NeuronFacts } from '../protocol/messages.ts';
import type { Loaded } from './loaded.ts';

const NAMED_TOKENS = 10;

/** What a neuron writes into the residual stream, and where it stands among all neurons. */
export async function neuronFacts({ model, calibration }: Loaded, ref: NeuronRef): Promise<NeuronFacts> {
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
    meanCett: calibration.meanCett[flatIndex(model.layout, ref)],
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
