import type { GraphIndex } from './graph.ts';
import { DataType, dimsOf, floatAttribute, intAttribute, type NodeProto, type TensorProto } from './model.ts';

/**
 * How a projection's weight W is stored.
 * - matrix: two dimensions, [inputs, outputs] or transposed [outputs, inputs]; with `quantization` the value is
 *   (q - zero point) * scale, one scale for all, for each index of `axis`, or for each block of `blockSize` along it.
 * - blocks: MatMulNBits, [outputs, blocks of inputs], `bits` a value, packed from the low bits up.
 * - bnb4: MatMulBnb4, the transposed matrix as one run of 4-bit codes (first code in the high bits), a maximum a block.
 */
export type Weight =
  | {
      readonly form: 'matrix';
      readonly tensor: TensorProto;
      readonly transposed: boolean;
      readonly quantization?: Quantization;
    }
  | {
      readonly form: 'blocks';
      readonly tensor: TensorProto;
      readonly scales: TensorProto;
      readonly zeroPoints?: TensorProto;
      readonly groupIndex?: TensorProto;
      readonly bits: number;
      readonly blockSize: number;
    }
  | {
      readonly form: 'bnb4';
      readonly tensor: TensorProto;
      readonly maxima: TensorProto;
      readonly blockSize: number;
      readonly code: 'fp4' | 'nf4';
    };

export interface Quantization {
  readonly scales: TensorProto;
  readonly zeroPoints?: TensorProto;
  readonly axis: number;
  /** 0: not in blocks. */
  readonly blockSize: number;
}

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

function floatType(tensor: TensorProto): DataType {
  return tensor.dataType as DataType;
}

/** The matrix behind a value: an initialiser, possibly behind Identity, Transpose, Cast or DequantizeLinear. */
function constantMatrix(
  index: GraphIndex,
  value: string,
): { weight: Weight & { form: 'matrix' }; type: DataType } | undefined {
  let name = value;
  let transposed = false;
  let type: DataType | undefined;
  let quantization: Quantization | undefined;
  for (let depth = 0; depth < 6; depth++) {
    const tensor = index.constant(name);
    if (tensor) {
      if (tensor.dims.length !== 2) return undefined;
      return {
        weight: { form: 'matrix', tensor, transposed, quantization },
        type: type ?? floatType(tensor),
      };
    }
    const node = index.producer(name);
    const [first] = node?.input ?? [];
    if (!node || first === undefined) return undefined;
    if (quantization && node.opType === 'QuantizeLinear') {
      // Rounded when the graph runs: the weight as it is stored differs by less than a step.
      quantization = undefined;
      name = first;
      continue;
    }
    if (quantization && node.opType !== 'Identity') return undefined;
    if (node.opType === 'Transpose') {
      const perm = node.attribute.find((attribute) => attribute.name === 'perm')?.ints;
      if (perm && (perm.length !== 2 || perm[0] !== 1n)) return undefined;
      transposed = !transposed;
    } else if (node.opType === 'Cast') {
      type ??= intAttribute(node, 'to', DataType.UNDEFINED);
    } else if (node.opType === 'DequantizeLinear') {
      const scales = index.constant(node.input[1] ?? '');
      if (!scales) return undefined;
      type ??= intAttribute(node, 'output_dtype', 0) || floatType(scales);
      quantization = {
        scales,
        zeroPoints: index.constant(node.input[2] ?? ''),
        axis: intAttribute(node, 'axis', 1),
        blockSize: intAttribute(node, 'block_size', 0),
      };
    } else if (node.opType !== 'Identity') {
      return undefined;
    }
    name = first;
  }
  return undefined;
}

function flip(weight: Weight & { form: 'matrix' }, transposed: boolean): Weight & { form: 'matrix' } {
  return transposed ? { ...weight, transposed: !weight.transposed } : weight;
}

function sizes({ tensor, transposed }: Weight & { form: 'matrix' }): { inputs: number; outputs: number } {
  const [rows = 0, columns = 0] = dimsOf(tensor);
  return transposed ? { inputs: columns, outputs: rows } : { inputs: rows, outputs: columns };
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
  const tensor = index.constant(b);
  const scales = index.constant(s);
  const [output] = node.output;
  if (!tensor || !scales || output === undefined) return undefined;
  return {
    ...own(node, activation, output),
    inputs: intAttribute(node, 'K', 0),
    outputs: intAttribute(node, 'N', 0),
    weight: {
      form: 'blocks',
      tensor,
      scales,
      zeroPoints: index.constant(zeroPoints),
      groupIndex: index.constant(groupIndex),
      bits: intAttribute(node, 'bits', 4),
      blockSize: intAttribute(node, 'block_size', 0),
    },
    biasInput: bias === '' ? undefined : 5,
    alpha: 1,
    type: floatType(scales),
  };
}

function bnb4(index: GraphIndex, node: NodeProto): Projection | undefined {
  const [activation = '', b = '', absmax = ''] = node.input;
  const tensor = index.constant(b);
  const maxima = index.constant(absmax);
  const [output] = node.output;
  if (!tensor || !maxima || output === undefined || intAttribute(node, 'transB', 1) !== 1) return undefined;
  const code = intAttribute(node, 'quant_type', 1) === 0 ? 'fp4' : 'nf4';
  return {
    ...own(node, activation, output),
    inputs: intAttribute(node, 'K', 0),
    outputs: intAttribute(node, 'N', 0),
    weight: { form: 'bnb4', tensor, maxima, blockSize: intAttribute(node, 'block_size', 0), code },
    alpha: 1,
    type: floatType(maxima),
  };
}

function integerMatrix(index: GraphIndex, value: string, scale: string, zeroPoint: string) {
  const found = constantMatrix(index, value)?.weight;
  const scales = index.constant(scale);
  if (!found || found.quantization || !scales) return undefined;
  const axis = found.transposed ? 0 : 1;
  return { ...found, quantization: { scales, zeroPoints: index.constant(zeroPoint), axis, blockSize: 0 } };
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
