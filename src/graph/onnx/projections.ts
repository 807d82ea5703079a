import { constantMatrix, flip, isReadable, parameter, sizes } from './constant-weights.ts';
import type { GraphIndex } from './graph.ts';
import { DataType, floatAttribute, intAttribute, type NodeProto } from './model.ts';
import type { Weight } from './weight.ts';

/** A product of activations with a constant weight, in whatever form an exporter wrote it. */
export interface Projection {
  readonly node: NodeProto;
  /** The float activations that enter, [..., inputs]. */
  readonly activation: string;
  /** The node that reads `activation`: the projection's own, or the one that quantises it first. */
  readonly entry: NodeProto;
  /** All nodes that may read the entry's outputs if only this projection uses it. */
  readonly users: readonly NodeProto[];
  /** The float result, [..., outputs]; with the bias where `biasInput` is given. */
  readonly output: string;
  /** Index of the node's input that adds a bias. */
  readonly biasInput?: number;
  /** Factor of the product (Gemm and FusedMatMul), part of the effective weight. */
  readonly alpha: number;
  /** Name of an activation function that the operator applies to its own output. */
  readonly fused?: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly weight: Weight;
  /** Element type of `activation` and `output`. */
  readonly type: DataType;
}

function own(node: NodeProto, activation: string, output: string) {
  return { node, activation, output, entry: node, users: [] as NodeProto[] };
}

function dense(index: GraphIndex, node: NodeProto): Projection | undefined {
  const [activation = '', second = '', bias = ''] = node.input;
  const found = constantMatrix(index, second);
  const [output] = node.output;
  const plain = ['transA', 'transBatchA', 'transBatchB'].every((name) => intAttribute(node, name, 0) === 0);
  if (!found || output === undefined || !plain || index.isConstant(activation)) return undefined;
  const weight = flip(found.weight, intAttribute(node, 'transB', 0) === 1);
  const withBias = bias !== '' && node.opType.endsWith('Gemm');
  if (withBias && floatAttribute(node, 'beta', 1) !== 1) return undefined;
  const fused = node.attribute.find(({ name }) => name === 'activation')?.s;
  return {
    ...own(node, activation, output),
    ...sizes(weight),
    weight,
    biasInput: withBias ? 2 : undefined,
    alpha: floatAttribute(node, 'alpha', 1),
    fused: fused && fused.byteLength > 0 ? new TextDecoder().decode(fused) : undefined,
    type: found.type,
  };
}

function blocks(index: GraphIndex, node: NodeProto): Projection | undefined {
  const [activation = '', b = '', s = '', zeroPoints = '', groupIndex = '', bias = ''] = node.input;
  const tensor = parameter(index, b)?.tensor;
  const scales = parameter(index, s);
  const [output] = node.output;
  if (!tensor || !scales || output === undefined) return undefined;
  if (!isReadable(index, zeroPoints) || !isReadable(index, groupIndex)) return undefined;
  return {
    ...own(node, activation, output),
    inputs: intAttribute(node, 'K', 0),
    outputs: intAttribute(node, 'N', 0),
    weight: {
      form: 'blocks',
      tensor,
      scales: scales.tensor,
      zeroPoints: parameter(index, zeroPoints)?.tensor,
      groupIndex: parameter(index, groupIndex)?.tensor,
      bits: intAttribute(node, 'bits', 4),
      blockSize: intAttribute(node, 'block_size', 0),
    },
    biasInput: bias === '' ? undefined : 5,
    alpha: 1,
    type: scales.type,
  };
}

function bnb4(index: GraphIndex, node: NodeProto): Projection | undefined {
  const [activation = '', b = '', absmax = ''] = node.input;
  const tensor = parameter(index, b)?.tensor;
  const maxima = parameter(index, absmax);
  const [output] = node.output;
  if (!tensor || !maxima || output === undefined || intAttribute(node, 'transB', 1) !== 1) return undefined;
  const code = intAttribute(node, 'quant_type', 1) === 0 ? 'fp4' : 'nf4';
  return {
    ...own(node, activation, output),
    inputs: intAttribute(node, 'K', 0),
    outputs: intAttribute(node, 'N', 0),
    weight: {
      form: 'bnb4',
      tensor,
      maxima: maxima.tensor,
      blockSize: intAttribute(node, 'block_size', 0),
      code,
    },
    alpha: 1,
    type: maxima.type,
  };
}

function integerMatrix(index: GraphIndex, value: string, scale: string, zeroPoint: string) {
  const found = constantMatrix(index, value)?.weight;
  const scales = parameter(index, scale)?.tensor;
  if (!found || found.quantization || !scales || !isReadable(index, zeroPoint)) return undefined;
  const axis = found.transposed ? 0 : 1;
  return {
    ...found,
    quantization: { scales, zeroPoints: parameter(index, zeroPoint)?.tensor, axis, blockSize: 0 },
  };
}

/** DynamicQuantizeMatMul: quantises its float input itself. */
function dynamicQuantize(index: GraphIndex, node: NodeProto): Projection | undefined {
  const [activation = '', b = '', scale = '', zeroPoint = '', bias = ''] = node.input;
  const weight = integerMatrix(index, b, scale, zeroPoint);
  const [output] = node.output;
  if (!weight || output === undefined) return undefined;
  const biasInput = bias === '' ? undefined : 4;
  return {
    ...own(node, activation, output),
    ...sizes(weight),
    weight,
    biasInput,
    alpha: 1,
    type: DataType.FLOAT,
  };
}

function quantizer(index: GraphIndex, quantized: string): NodeProto | undefined {
  const node = index.producer(quantized);
  return node?.opType === 'DynamicQuantizeLinear' && node.output[0] === quantized ? node : undefined;
}

/** MatMulIntegerToFloat behind DynamicQuantizeLinear. */
function integerToFloat(index: GraphIndex, node: NodeProto): Projection | undefined {
  const [a = '', b = '', , scale = '', , zeroPoint = '', bias = ''] = node.input;
  const weight = integerMatrix(index, b, scale, zeroPoint);
  const entry = quantizer(index, a);
  const [output] = node.output;
  const activation = entry?.input[0];
  if (!weight || !entry || activation === undefined || output === undefined) return undefined;
  const biasInput = bias === '' ? undefined : 6;
  return {
    ...{ node, entry, activation, output, users: [node] },
    ...sizes(weight),
    ...{ weight, biasInput, alpha: 1, type: DataType.FLOAT },
  };
}

function onlyConsumer(index: GraphIndex, value: string, opType: string): NodeProto | undefined {
  const readers = index.consumers(value);
  return readers.length === 1 && readers[0]?.opType === opType ? readers[0] : undefined;
}

const otherInput = (node: NodeProto, value: string) => node.input.find((input) => input !== value) ?? '';

/**
 * What makes an integer product a float: a Mul by the product of both scales, or by one after the other. Returns the
 * result, the weight's scale, and the node beside the Muls that reads the activations' scale.
 */
function rescaled(index: GraphIndex, float: string, scale: string) {
  const first = onlyConsumer(index, float, 'Mul');
  if (!first) return undefined;
  const factor = otherInput(first, float);
  const product = index.producer(factor);
  if (product?.opType === 'Mul' && product.input.includes(scale)) {
    return { output: first.output[0], weightScale: otherInput(product, scale), reader: product };
  }
  const second = onlyConsumer(index, first.output[0] ?? '', 'Mul');
  if (!second) return undefined;
  const factors = [factor, otherInput(second, first.output[0] ?? '')];
  const at = factors.indexOf(scale);
  if (at < 0) return undefined;
  return { output: second.output[0], weightScale: factors[1 - at] ?? '', reader: at === 0 ? first : second };
}

/** DynamicQuantizeLinear, MatMulInteger, Cast, and the product with both scales. */
function integer(index: GraphIndex, node: NodeProto): Projection | undefined {
  const [a = '', b = '', , zeroPoint = ''] = node.input;
  const entry = quantizer(index, a);
  const activation = entry?.input[0];
  const cast = onlyConsumer(index, node.output[0] ?? '', 'Cast');
  const result = entry && cast && rescaled(index, cast.output[0] ?? '', entry.output[1] ?? '');
  if (!entry || activation === undefined || !result || result.output === undefined) return undefined;
  const weight = integerMatrix(index, b, result.weightScale, zeroPoint);
  if (!weight) return undefined;
  return {
    ...{ node, entry, activation, output: result.output, users: [node, result.reader] },
    ...sizes(weight),
    ...{ weight, alpha: 1, type: DataType.FLOAT },
  };
}

const readers: Readonly<Record<string, (index: GraphIndex, node: NodeProto) => Projection | undefined>> = {
  MatMul: dense,
  FusedMatMul: dense,
  Gemm: dense,
  FusedGemm: dense,
  MatMulNBits: blocks,
  MatMulBnb4: bnb4,
  DynamicQuantizeMatMul: dynamicQuantize,
  MatMulIntegerToFloat: integerToFloat,
  MatMulInteger: integer,
};

/** All products of activations with constant weights in a graph, by the value that holds their result. */
export function findProjections(index: GraphIndex): ReadonlyMap<string, Projection> {
  const found = new Map<string, Projection>();
  for (const node of index.graph.node) {
    const projection = readers[node.opType]?.(index, node);
    if (projection && projection.inputs > 0 && projection.outputs > 0)
      found.set(projection.output, projection);
  }
  return found;
}
