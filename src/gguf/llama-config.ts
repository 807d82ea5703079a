import { EngineError } from '../errors.ts';
import type { GgufFile } from './types.ts';
import { metaNumber, metaString, optionalNumber } from './values.ts';

/** Hyperparameters of a llama-family model. */
export interface LlamaConfig {
  readonly architecture: string;
  readonly layers: number;
  /** Size of the residual stream. */
  readonly hidden: number;
  /** Neurons of a layer's MLP. */
  readonly width: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly vocabulary: number;
  /** Positions that the model was trained for. */
  readonly contextLength: number;
  readonly normEpsilon: number;
  readonly ropeTheta: number;
  /** The output layer shares the embedding's weights. */
  readonly tied: boolean;
}

const supported = ['llama'];

/**
 * Reads the hyperparameters and checks that the file holds the tensors that they call for.
 * @throws EngineError `unsupported-model` that names the architecture or the missing part
 */
export function llamaConfig(file: GgufFile): LlamaConfig {
  const architecture = metaString(file, 'general.architecture');
  if (!supported.includes(architecture)) {
    throw new EngineError(
      'unsupported-model',
      `${file.source.name} has the architecture "${architecture}"; supported: ${supported.join(', ')}.`,
    );
  }
  const number = (key: string) => metaNumber(file, `${architecture}.${key}`);
  const numberOr = (key: string, fallback: number) =>
    optionalNumber(file, `${architecture}.${key}`) ?? fallback;
  const embedding = file.tensors.get('token_embd.weight');
  if (!embedding) throw missing(file, 'token_embd.weight');
  const heads = number('attention.head_count');
  const hidden = number('embedding_length');
  const headDim = numberOr('attention.key_length', hidden / heads);
  if (numberOr('rope.dimension_count', headDim) !== headDim) {
    throw new EngineError(
      'unsupported-model',
      `${file.source.name} rotates only a part of each head; that is not supported.`,
    );
  }
  if (numberOr('expert_count', 0) > 0) {
    throw new EngineError(
      'unsupported-model',
      `${file.source.name} is a mixture of experts, whose neurons are not read here.`,
    );
  }
  const config: LlamaConfig = {
    architecture,
    layers: number('block_count'),
    hidden,
    width: number('feed_forward_length'),
    heads,
    kvHeads: numberOr('attention.head_count_kv', heads),
    headDim,
    vocabulary: embedding.dims[1],
    contextLength: number('context_length'),
    normEpsilon: number('attention.layer_norm_rms_epsilon'),
    ropeTheta: numberOr('rope.freq_base', 10000),
    tied: !file.tensors.has('output.weight'),
  };
  for (const name of tensorNames(config)) if (!file.tensors.has(name)) throw missing(file, name);
  return config;
}

function tensorNames(config: LlamaConfig): string[] {
  const parts = [
    'attn_norm',
    'attn_q',
    'attn_k',
    'attn_v',
    'attn_output',
    'ffn_norm',
    'ffn_gate',
    'ffn_up',
    'ffn_down',
  ];
  const names = ['output_norm.weight'];
  for (let layer = 0; layer < config.layers; layer++)
    for (const part of parts) names.push(`blk.${layer}.${part}.weight`);
  return names;
}

function missing(file: GgufFile, name: string): EngineError {
  return new EngineError(
    'unsupported-model',
    `${file.source.name} lacks the tensor "${name}"; the file may be incomplete or of another kind.`,
  );
}
