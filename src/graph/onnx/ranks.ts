import type { GraphProto, NodeProto, TensorProto } from './model.ts';

type Ranks = Map<string, number>;

const likeFirstInput = new Set(
  `Abs Cast CastLike Ceil Clip Elu Erf Exp Floor Gelu HardSigmoid HardSwish Identity LayerNormalization LeakyRelu Log Mish Neg
  Reciprocal Relu RMSNormalization Round Selu Sigmoid SimplifiedLayerNormalization Softmax Softplus Softsign Split Slice Sqrt Swish
  Tanh Transpose Sign Not ThresholdedRelu Celu Silu QuantizeLinear DequantizeLinear DynamicQuantizeLinear BiasGelu FastGelu QuickGelu SkipLayerNormalization
  SkipSimplifiedLayerNormalization MatMulNBits MatMulBnb4 MatMulIntegerToFloat DynamicQuantizeMatMul Dropout
  GroupQueryAttention`.split(/\s+/),
);
const broadcasting = new Set(
  'Add Sub Mul Div Pow Max Min Sum Where Equal Greater Less GreaterOrEqual LessOrEqual MatMul FusedMatMul MatMulInteger PRelu And Or'.split(
    ' ',
  ),
);

function largest(ranks: Ranks, names: readonly string[]): number | undefined {
  let result = 0;
  for (const name of names) {
    const rank = ranks.get(name);
    if (rank === undefined) return undefined;
    result = Math.max(result, rank);
  }
  return result;
}

/** Element counts of one-dimensional values, as far as they follow from constants, Unsqueeze and Concat. */
function inferLength(node: NodeProto, lengths: Map<string, number>, ranks: Ranks): number | undefined {
  if (node.opType === 'Unsqueeze' && ranks.get(node.input[0] ?? '') === 0) return 1;
  if (node.opType === 'Shape' && node.attribute.every(({ name, i }) => name === 'start' && i === 0n)) {
    return ranks.get(node.input[0] ?? '');
  }
  if (node.opType !== 'Concat') return undefined;
  let total = 0;
  for (const input of node.input) {
    const length = lengths.get(input);
    if (length === undefined) return undefined;
    total += length;
  }
  return total;
}

function inferRank(node: NodeProto, ranks: Ranks, lengths: Map<string, number>): number | undefined {
  const [first = '', second = ''] = node.input;
  if (likeFirstInput.has(node.opType)) return ranks.get(first);
  if (broadcasting.has(node.opType)) return largest(ranks, node.input);
  switch (node.opType) {
    case 'Gemm':
    case 'FusedGemm':
      return 2;
    case 'Shape':
      return 1;
    case 'Concat':
      return ranks.get(first) ?? ranks.get(second);
    case 'Reshape':
      return lengths.get(second);
    case 'Gather':
    case 'GatherBlockQuantized': {
      const data = ranks.get(first);
      const indices = ranks.get(second);
      return data === undefined || indices === undefined ? undefined : data + indices - 1;
    }
    case 'Unsqueeze': {
      const data = ranks.get(first);
      const axes = lengths.get(second) ?? node.attribute.find(({ name }) => name === 'axes')?.ints.length;
      return data === undefined || axes === undefined ? undefined : data + axes;
    }
    case 'Squeeze': {
      const data = ranks.get(first);
      const axes = lengths.get(second) ?? node.attribute.find(({ name }) => name === 'axes')?.ints.length;
      return data === undefined || axes === undefined ? undefined : data - axes;
    }
    default:
      return undefined;
  }
}

/**
 * Numbers of dimensions of a graph's values: from the declared shapes, and for the operators around a transformer's
 * matrix products from their inputs. A value that is missing from the result has an unknown rank.
 */
export function inferRanks(
  graph: GraphProto,
  constants: ReadonlyMap<string, TensorProto>,
): ReadonlyMap<string, number> {
  const ranks: Ranks = new Map();
  const lengths = new Map<string, number>();
  for (const { name, type } of [...graph.input, ...graph.valueInfo, ...graph.output]) {
    const shape = type?.value.case === 'tensorType' ? type.value.value.shape : undefined;
    if (shape) ranks.set(name, shape.dim.length);
  }
  for (const [name, tensor] of constants) {
    ranks.set(name, tensor.dims.length);
    if (tensor.dims.length === 1) lengths.set(name, Number(tensor.dims[0]));
  }
  for (const node of graph.node) {
    const [output] = node.output;
    if (output === undefined) continue;
    const length = inferLength(node, lengths, ranks);
    if (length !== undefined) lengths.set(output, length);
    const rank = inferRank(node, ranks, lengths);
    const alike = node.opType === 'Split' || node.opType.startsWith('Skip') ? node.output : [output];
    for (const name of alike) {
      if (name !== '' && rank !== undefined && !ranks.has(name)) ranks.set(name, rank);
    }
  }
  return ranks;
}
