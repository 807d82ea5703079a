import { EngineError } from '../../lib/errors.ts';
import { shownName } from '../../lib/shown.ts';
import type { Family } from './families.ts';
import type { GgufFile, GgufTensor } from './types.ts';

/** Sizes that the shapes of tensors follow from. */
export interface TensorSizes {
  readonly family: Family;
  readonly architecture: string;
  readonly layers: number;
  readonly hidden: number;
  readonly width: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
}

/** Inputs and outputs in ggml's order; a vector has one output. */
type Shape = readonly [number, number];

/** Tensors that say nothing that the hyperparameters do not say. */
const REDUNDANT = /^blk\.\d+\.attn_rot_embd\.weight$/;

function linearShapes({ hidden, width, heads, kvHeads, headDim }: TensorSizes): [string, Shape][] {
  return [
    ['attn_q', [hidden, heads * headDim]],
    ['attn_k', [hidden, kvHeads * headDim]],
    ['attn_v', [hidden, kvHeads * headDim]],
    ['attn_output', [heads * headDim, hidden]],
    ['ffn_gate', [hidden, width]],
    ['ffn_up', [hidden, width]],
    ['ffn_down', [width, hidden]],
  ];
}

function normShapes({ family, hidden, headDim }: TensorSizes): [string, Shape][] {
  const { queryKeyNorms, postNorms } = family;
  const perHead = queryKeyNorms ? ['attn_q_norm', 'attn_k_norm'] : [];
  const perToken = ['attn_norm', 'ffn_norm', ...(postNorms ? ['post_attention_norm', 'post_ffw_norm'] : [])];
  return [
    ...perToken.map((name): [string, Shape] => [name, [hidden, 1]]),
    ...perHead.map((name): [string, Shape] => [name, [headDim, 1]]),
  ];
}

function fail(file: GgufFile, what: string): EngineError {
  return new EngineError('unsupported-model', `${file.source.name} ${what}`);
}

function checkShape(file: GgufFile, { name, dims }: GgufTensor, [inputs, outputs]: Shape): void {
  const [first, second = 1, ...rest] = dims;
  if (first === inputs && second === outputs && rest.every((dim) => dim === 1)) return;
  throw fail(
    file,
    `is damaged or of another kind: the tensor "${name}" has the shape ${dims.join(' x ')} where ${inputs} x ${outputs} was expected.`,
  );
}

/**
 * Checks that a file holds every tensor that its architecture calls for, in the shapes that its sizes call for, and none
 * that changes the computation in a way not known here. Biases of linear layers, an output layer and rotary factors may
 * be there or not.
 * @returns the number of tokens that have an embedding
 * @throws EngineError `unsupported-model` that names the tensor
 */
export function checkTensors(file: GgufFile, sizes: TensorSizes): number {
  const { layers, hidden, headDim, architecture } = sizes;
  if (layers > file.tensors.size)
    throw fail(
      file,
      `says that it has ${layers} layers, but holds ${file.tensors.size} tensors; the file may be damaged.`,
    );
  const known = new Set<string>();
  const check = (name: string, shape: Shape, isRequired: boolean) => {
    known.add(name);
    const tensor = file.tensors.get(name);
    if (tensor) checkShape(file, tensor, shape);
    else if (isRequired)
      throw fail(file, `lacks the tensor "${name}"; the file may be incomplete or of another kind.`);
  };
  const vocabulary = file.tensors.get('token_embd.weight')?.dims[1] ?? 1;
  check('token_embd.weight', [hidden, vocabulary], true);
  check('output_norm.weight', [hidden, 1], true);
  check('output.weight', [hidden, vocabulary], false);
  check('rope_freqs.weight', [headDim / 2, 1], false);
  const linear = linearShapes(sizes);
  const norms = normShapes(sizes);
  for (let layer = 0; layer < layers; layer++) {
    for (const [part, shape] of [...norms, ...linear]) check(`blk.${layer}.${part}.weight`, shape, true);
    for (const [part, [, outputs]] of linear) check(`blk.${layer}.${part}.bias`, [outputs, 1], false);
  }
  const unknown = [...file.tensors.keys()].find((name) => !known.has(name) && !REDUNDANT.test(name));
  if (unknown !== undefined)
    throw fail(
      file,
      `has the tensor "${shownName(unknown)}", which is not known of the architecture ${architecture}; choose another model.`,
    );
  return vocabulary;
}
