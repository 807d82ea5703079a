import { dequantise, tensorByteLength } from './dequantise.ts';
import { readFloats } from './linear-weights.ts';
import type { LlamaConfig } from './llama-config.ts';
import type { GgufFile, GgufTensor } from './types.ts';

/** Rows of the unembedding that are dequantised at once. */
const ROWS_AT_ONCE = 4096;

function tensorOf(file: GgufFile, name: string): GgufTensor {
  const tensor = file.tensors.get(name);
  if (!tensor) throw new RangeError(`${file.source.name} lacks the tensor "${name}"`);
  return tensor;
}

/**
 * Direct logit attribution of a neuron: W_U (g * p * w), less its mean over the vocabulary, [vocabulary]; w is the
 * neuron's column of W_down, p the weight of the norm after the MLP where the family has one, g the weight of the final
 * norm, W_U the unembedding. These are the logits that one unit of positive activation adds where the residual stream,
 * and with p the MLP's output, has RMS 1 (Elhage et al. 2021, "direct path"). Reads the weights anew.
 */
export async function neuronAttribution(
  file: GgufFile,
  config: LlamaConfig,
  ref: { readonly layer: number; readonly neuron: number },
): Promise<Float32Array> {
  const { hidden, width, vocabulary, tied, family } = config;
  const weights = (name: string) => readFloats(file, tensorOf(file, `${name}.weight`));
  const down = await weights(`blk.${ref.layer}.ffn_down`);
  const post = family.postNorms ? await weights(`blk.${ref.layer}.post_ffw_norm`) : undefined;
  const norm = await weights('output_norm');
  const direction = norm.map((weight, row) => weight * (post?.[row] ?? 1) * down[row * width + ref.neuron]);
  const unembedding = tensorOf(file, tied ? 'token_embd.weight' : 'output.weight');
  const rowBytes = tensorByteLength(unembedding.type, hidden);
  const rows = new Float32Array(ROWS_AT_ONCE * hidden);
  const logits = new Float32Array(vocabulary);
  let sum = 0;
  for (let first = 0; first < vocabulary; first += ROWS_AT_ONCE) {
    const count = Math.min(ROWS_AT_ONCE, vocabulary - first);
    const bytes = await file.source.read(unembedding.offset + first * rowBytes, count * rowBytes);
    dequantise(unembedding.type, bytes, rows.subarray(0, count * hidden));
    for (let row = 0; row < count; row++) {
      let logit = 0;
      for (let i = 0, at = row * hidden; i < hidden; i++, at++) logit += rows[at] * direction[i];
      logits[first + row] = logit;
      sum += logit;
    }
  }
  const mean = sum / vocabulary;
  return logits.map((logit) => logit - mean);
}
