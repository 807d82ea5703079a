import type { GraphProto, ModelProto } from './model.ts';

/** Operators that round activations by the range of the whole tensor, all rows of a batch together. */
const rounding = new Set(['DynamicQuantizeLinear', 'DynamicQuantizeMatMul']);

/** First of GroupQueryAttention's two inputs that normalise queries and keys. */
const headNormInput = 14;

/** What a graph asks of whoever runs it. */
export interface GraphDemands {
  /** Rows of a batch touch each other: they share the range by which activations are rounded. */
  readonly roundsAcrossRows: boolean;
  /** Normalises queries and keys inside its attention operator, which ONNX Runtime's CPU builds do not compute. */
  readonly normsInAttention: boolean;
}

function nodesOf(graph: GraphProto | undefined): GraphProto['node'] {
  return graph?.node ?? [];
}

export function graphDemands({ graph, functions }: ModelProto): GraphDemands {
  const nodes = [...nodesOf(graph), ...functions.flatMap(({ node }) => node)];
  return {
    roundsAcrossRows: nodes.some(({ opType }) => rounding.has(opType)),
    normsInAttention: nodes.some(
      ({ opType, input }) =>
        opType === 'GroupQueryAttention' && input.slice(headNormInput, headNormInput + 2).some(Boolean),
    ),
  };
}
