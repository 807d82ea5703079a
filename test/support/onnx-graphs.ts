import {
  attr,
  floatTensor,
  graph,
  int64Tensor,
  model,
  node,
  valueInfo,
} from '../../src/graph/onnx/builders.ts';
import { DataType, type ModelProto, type NodeProto, type TensorProto } from '../../src/graph/onnx/model.ts';

export const sizes = { vocabulary: 12, hidden: 4, width: 6 } as const;

/** Reproducible weights in [-1, 1). */
export function weights(count: number, seed: number): Float32Array {
  let state = seed >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

export interface Parts {
  readonly nodes: NodeProto[];
  readonly tensors: TensorProto[];
}

/** A matrix initialiser [rows, columns] by name. */
export function matrix(parts: Parts, name: string, rows: number, columns: number): string {
  parts.tensors.push(floatTensor(name, [rows, columns], weights(rows * columns, parts.tensors.length + 1)));
  return name;
}

/** One feed-forward layer without attention: norm, up, ReLU, down, residual. Returns the new residual stream. */
export function plainLayer(parts: Parts, stream: string, layer: number): string {
  const { hidden, width } = sizes;
  const name = (part: string) => `l${layer}.${part}`;
  const norm = floatTensor(name('norm.weight'), [hidden], new Float32Array(hidden).fill(1));
  parts.tensors.push(norm);
  parts.nodes.push(
    node('LayerNormalization', [stream, norm.name], [name('norm')], { axis: attr.int(-1) }),
    node('MatMul', [name('norm'), matrix(parts, name('up.weight'), hidden, width)], [name('up')]),
    node('Relu', [name('up')], [name('z')]),
    node('MatMul', [name('z'), matrix(parts, name('down.weight'), width, hidden)], [name('down')]),
    node('Add', [stream, name('down')], [name('stream')]),
  );
  return name('stream');
}

/** A model of token embeddings, the layers that `build` adds, a final norm and a language-model head. */
export function tinyModel(build: (parts: Parts, stream: string) => string, opset = 21): ModelProto {
  const { vocabulary, hidden } = sizes;
  const parts: Parts = { nodes: [], tensors: [] };
  parts.nodes.push(
    node('Gather', [matrix(parts, 'embedding', vocabulary, hidden), 'input_ids'], ['embedded']),
  );
  const stream = build(parts, 'embedded');
  parts.tensors.push(floatTensor('final.weight', [hidden], new Float32Array(hidden).fill(1)));
  parts.nodes.push(
    node('LayerNormalization', [stream, 'final.weight'], ['final'], { axis: attr.int(-1) }),
    node('MatMul', ['final', matrix(parts, 'head', hidden, vocabulary)], ['logits']),
  );
  return model(
    graph('tiny', {
      nodes: parts.nodes,
      inputs: [valueInfo('input_ids', DataType.INT64, ['batch', 'length'])],
      outputs: [valueInfo('logits', DataType.FLOAT, ['batch', 'length', vocabulary])],
      initializers: parts.tensors,
    }),
    { '': opset, 'com.microsoft': 1 },
  );
}

/** Adds nodes. */
export function push(parts: Parts, ...nodes: NodeProto[]): void {
  parts.nodes.push(...nodes);
}

/** A float initialiser by name; one-dimensional unless told. */
export function vector(
  parts: Parts,
  name: string,
  values: ArrayLike<number>,
  dims = [values.length],
): string {
  parts.tensors.push(floatTensor(name, dims, Float32Array.from(values)));
  return name;
}

/** A vector of int64 by name. */
export function integers(parts: Parts, name: string, values: readonly number[]): string {
  parts.tensors.push(int64Tensor(name, [values.length], values));
  return name;
}

/** An RMS norm with weights 1 over the last `size` values. */
export function rmsNorm(parts: Parts, stream: string, name: string, size: number = sizes.hidden): string {
  push(
    parts,
    node(
      'SimplifiedLayerNormalization',
      [stream, vector(parts, `${name}.weight`, new Float32Array(size).fill(1))],
      [name],
      { axis: attr.int(-1) },
    ),
  );
  return name;
}

/** Up projection, the values that `act` makes of it, down projection. */
export function mlp(
  parts: Parts,
  input: string,
  name: string,
  act: (up: string, n: (part: string) => string) => void,
  size: number = sizes.width,
): string {
  const n = (part: string) => `${name}.${part}`;
  push(parts, node('MatMul', [input, matrix(parts, n('wup'), sizes.hidden, size)], [n('up')]));
  act(n('up'), n);
  push(parts, node('MatMul', [n('z'), matrix(parts, n('wdown'), size, sizes.hidden)], [n('down')]));
  return n('down');
}

/** Bytes around the zero point 128. */
export const codes = (count: number) =>
  Uint8Array.from(weights(count, 7), (value) => 128 + Math.round(value * 100));

/** Gives every value and node of a graph a name that says nothing. */
export function anonymise(model: ModelProto): void {
  const graph = model.graph!;
  const names = new Map<string, string>();
  const rename = (name: string) => {
    if (name === '' || name === 'logits' || graph.input.some((input) => input.name === name)) return name;
    if (!names.has(name)) names.set(name, `v${names.size}`);
    return names.get(name)!;
  };
  for (const tensor of graph.initializer) tensor.name = rename(tensor.name);
  for (const item of graph.node) {
    item.input = item.input.map(rename);
    item.output = item.output.map(rename);
  }
  graph.node.forEach((item, at) => {
    item.name = `n${at}`;
  });
  graph.valueInfo = [];
}
