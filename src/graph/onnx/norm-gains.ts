import { traceHiddenLayer } from './activations.ts';
import { detectDownProjections } from './down-projections.ts';
import type { GraphIndex } from './graph.ts';
import type { ModelProto, TensorProto } from './model.ts';
import { tensorValues } from './tensor-data.ts';
import type { ExternalData } from './types.ts';

/** Nodes between a norm's weight and the projections that read what was normed. */
const FURTHEST = 5;

/** Where operators that normalise have their weight. */
const weightInput: Readonly<Record<string, number>> = {
  LayerNormalization: 1,
  RMSNormalization: 1,
  SimplifiedLayerNormalization: 1,
  SkipLayerNormalization: 2,
  SkipSimplifiedLayerNormalization: 2,
};

const passing = new Set(['Cast', 'Identity', 'Reshape']);

function vectorOf(index: GraphIndex, value: string | undefined, size: number): TensorProto | undefined {
  const tensor = index.constant(value ?? '');
  return tensor?.dims.length === 1 && Number(tensor.dims[0]) === size ? tensor : undefined;
}

/** The weight of the norm that makes a value: a norm's own, or the vector that a norm in single operators multiplies by. */
function gainOf(index: GraphIndex, value: string, size: number): TensorProto | undefined {
  let name = value;
  for (let depth = 0; depth < FURTHEST; depth++) {
    const maker = index.producer(name);
    if (!maker) return undefined;
    const { opType, input } = maker;
    const at = weightInput[opType];
    if (at !== undefined) return vectorOf(index, input[at], size);
    const vectors = input.map((each) => vectorOf(index, each, size));
    const vector = vectors.find((each) => each !== undefined);
    if (opType === 'Mul') return vector;
    // The bias of a norm in single operators.
    const isBias = opType === 'Add' && vector !== undefined;
    if (!isBias && !passing.has(opType)) return undefined;
    name = (isBias ? input.find((_, i) => vectors[i] === undefined) : input[0]) ?? '';
  }
  return undefined;
}

/**
 * The weights of the norms before the MLPs, [hidden] for each layer, which exporters keep as floats in every precision;
 * undefined where one is not found.
 * @throws EngineError where the model has no down projections, or a data file is missing
 */
export function normGains(model: ModelProto, external: readonly ExternalData[]): Float32Array[] | undefined {
  const { index, projections, layers } = detectDownProjections(model);
  const gains: Float32Array[] = [];
  for (const { projection, hidden } of layers) {
    const source = traceHiddenLayer(index, projections, projection.activation)?.sources[0];
    const vector = source && gainOf(index, source.activation, hidden);
    if (!vector) return undefined;
    gains.push(Float32Array.from(tensorValues(vector, external)));
  }
  return gains;
}
