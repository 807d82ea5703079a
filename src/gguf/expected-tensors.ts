import { EngineError } from '../errors.ts';
import type { Family } from './families.ts';
import type { GgufFile } from './types.ts';

const LINEAR = ['attn_q', 'attn_k', 'attn_v', 'attn_output', 'ffn_gate', 'ffn_up', 'ffn_down'];

/** Tensors that say nothing that the hyperparameters do not say. */
const REDUNDANT = /^blk\.\d+\.attn_rot_embd\.weight$/;

function layerParts({ queryKeyNorms, postNorms }: Family): string[] {
  return [
    'attn_norm',
    'ffn_norm',
    ...(queryKeyNorms ? ['attn_q_norm', 'attn_k_norm'] : []),
    ...(postNorms ? ['post_attention_norm', 'post_ffw_norm'] : []),
    ...LINEAR,
  ];
}

/**
 * Checks that a file holds every tensor that its architecture calls for and none that changes the computation in a way
 * not known here. Biases of linear layers, an output layer and rotary factors may be there or not.
 * @returns the number of tokens that have an embedding
 * @throws EngineError `unsupported-model` that names the tensor
 */
export function checkTensors(
  file: GgufFile,
  shape: { readonly family: Family; readonly architecture: string; readonly layers: number },
): number {
  const required = ['token_embd.weight', 'output_norm.weight'];
  const optional = ['output.weight', 'rope_freqs.weight'];
  for (let layer = 0; layer < shape.layers; layer++) {
    for (const part of layerParts(shape.family)) required.push(`blk.${layer}.${part}.weight`);
    for (const part of LINEAR) optional.push(`blk.${layer}.${part}.bias`);
  }
  const missing = required.find((name) => !file.tensors.has(name));
  if (missing !== undefined) {
    throw new EngineError(
      'unsupported-model',
      `${file.source.name} lacks the tensor "${missing}"; the file may be incomplete or of another kind.`,
    );
  }
  const known = new Set([...required, ...optional]);
  const unknown = [...file.tensors.keys()].find((name) => !known.has(name) && !REDUNDANT.test(name));
  if (unknown !== undefined) {
    throw new EngineError(
      'unsupported-model',
      `${file.source.name} has the tensor "${unknown}", which is not known of the architecture ${shape.architecture}; choose another model.`,
    );
  }
  return file.tensors.get('token_embd.weight')?.dims[1] ?? 1;
}
