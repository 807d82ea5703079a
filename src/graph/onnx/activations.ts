import type { GraphIndex } from './graph.ts';
import type { NodeProto } from './model.ts';
import type { Projection } from './projections.ts';

const setOf = (names: string) => new Set(names.split(/\s+/));

const nonlinear = setOf(
  `Sigmoid Tanh Erf Relu Gelu FastGelu BiasGelu QuickGelu Silu Swish Softplus Softsign Elu Celu Selu LeakyRelu
  PRelu ThresholdedRelu HardSigmoid HardSwish Mish Clip Exp Pow Max Min Where`,
);
const elementwise = setOf(
  'Add Sub Mul Div Neg Abs Sign Sqrt Reciprocal Sum Greater Less GreaterOrEqual LessOrEqual Equal Not And Or',
);
/** Operators of which only the first input carries activations; norms stand between the product and the projection in some MLPs. */
const reshaping = setOf(
  `Cast CastLike Identity Reshape Flatten Squeeze Unsqueeze Expand Split Slice Dropout QuantizeLinear DequantizeLinear
  LayerNormalization RMSNormalization SimplifiedLayerNormalization`,
);
/** Operators whose values are the same for all tokens. */
const constantMaking = setOf('Constant ConstantOfShape');

const longest = 64;

/** What the hidden layer of an MLP is made from. */
export interface HiddenLayer {
  /** The projections up (gate and up, or one for both). */
  readonly sources: readonly Projection[];
}

/** A product of two values that depend on the tokens: gate and up, or a square. */
function isGate(index: GraphIndex, { opType, input }: NodeProto): boolean {
  return opType === 'Mul' && input.every((name) => !index.isConstant(name));
}

/** One half of gate and up, taken by its index. */
function picksPart(index: GraphIndex, { opType, input }: NodeProto): boolean {
  return opType === 'Gather' && index.isConstant(input[1] ?? '') && !index.isConstant(input[0] ?? '');
}

/**
 * Walks back from `value` over element by element operators to the projections that it is made from. Undefined
 * unless every way ends at a projection or a constant and at least one activation function or gate lies on the way: the
 * attention's output and the residual stream, which holds the embedding, fail this.
 */
export function traceHiddenLayer(
  index: GraphIndex,
  projections: ReadonlyMap<string, Projection>,
  value: string,
): HiddenLayer | undefined {
  const sources = new Set<Projection>();
  const seen = new Set<string>();
  const open = [value];
  let curved = false;
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (name === '' || seen.has(name)) continue;
    seen.add(name);
    if (seen.size > longest) return undefined;
    const projection = projections.get(name);
    if (projection) {
      sources.add(projection);
      curved ||= projection.fused !== undefined;
      continue;
    }
    if (index.isConstant(name)) continue;
    const node = index.producer(name);
    if (!node) return undefined;
    if (constantMaking.has(node.opType)) continue;
    if (reshaping.has(node.opType) || picksPart(index, node)) {
      open.push(node.input[0] ?? '');
    } else if (nonlinear.has(node.opType) || elementwise.has(node.opType)) {
      open.push(...node.input);
      curved ||= nonlinear.has(node.opType) || isGate(index, node);
    } else {
      return undefined;
    }
  }
  return curved && sources.size > 0 ? { sources: [...sources] } : undefined;
}
