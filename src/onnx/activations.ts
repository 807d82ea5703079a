import type { GraphIndex } from './graph.ts';
import type { Projection } from './projections.ts';

const nonlinear = new Set(
  `Sigmoid Tanh Erf Relu Gelu FastGelu BiasGelu QuickGelu Silu Swish Softplus Softsign Elu Celu Selu LeakyRelu
  PRelu ThresholdedRelu HardSigmoid HardSwish Mish Clip Exp Pow`.split(/\s+/),
);
const elementwise = new Set('Add Sub Mul Div Neg Abs Sqrt Max Min Where Greater Less Sum'.split(' '));
/** Operators of which only the first input carries activations. */
const reshaping = new Set('Cast Identity Reshape Flatten Squeeze Unsqueeze Split Slice Dropout'.split(' '));

const longest = 64;

/** What the hidden layer of an MLP is made from. */
export interface HiddenLayer {
  /** The projections up (gate and up, or one for both). */
  readonly sources: readonly Projection[];
}

/**
 * Walks back from `value` over element by element operators to the projections that it is made from. Undefined
 * unless every way ends at a projection or a constant and at least one activation function lies on the way: the
 * attention's output, a norm's output and the residual stream all fail this.
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
    if (reshaping.has(node.opType)) {
      open.push(node.input[0] ?? '');
    } else if (nonlinear.has(node.opType) || elementwise.has(node.opType)) {
      open.push(...node.input);
      curved ||= nonlinear.has(node.opType);
    } else {
      return undefined;
    }
  }
  return curved && sources.size > 0 ? { sources: [...sources] } : undefined;
}
