import type { GraphIndex } from './graph.ts';
import { DataType, dimsOf, intAttribute, type TensorProto } from './model.ts';
import type { Quantization, Weight } from './weight.ts';

/** Element type of a tensor. */
function floatType(tensor: TensorProto): DataType {
  return tensor.dataType as DataType;
}

const valueKeeping = new Set(['Cast', 'Identity', 'Reshape', 'Squeeze', 'Unsqueeze', 'Flatten']);

/**
 * The constant behind a value, with the element type that it has when the graph runs: exporters and optimisers put casts
 * and changes of shape between scales or zero points and the operator that reads them.
 */
export function parameter(
  index: GraphIndex,
  value: string,
): { readonly tensor: TensorProto; readonly type: DataType } | undefined {
  let name = value;
  let type: DataType | undefined;
  for (let depth = 0; depth < 6; depth++) {
    const tensor = index.constant(name);
    if (tensor) return { tensor, type: type ?? floatType(tensor) };
    const maker = index.producer(name);
    if (!maker || !valueKeeping.has(maker.opType)) return undefined;
    if (maker.opType === 'Cast') type ??= intAttribute(maker, 'to', DataType.UNDEFINED);
    name = maker.input[0] ?? '';
  }
  return undefined;
}

/** False for a parameter that is given, but not as a constant. */
export function isReadable(index: GraphIndex, value: string): boolean {
  return value === '' || parameter(index, value) !== undefined;
}

/** The matrix behind a value: an initialiser, possibly behind Identity, Transpose, Cast or DequantizeLinear. */
export function constantMatrix(
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
      const scales = parameter(index, node.input[1] ?? '');
      if (!scales || !isReadable(index, node.input[2] ?? '')) return undefined;
      type ??= intAttribute(node, 'output_dtype', 0) || scales.type;
      quantization = {
        scales: scales.tensor,
        zeroPoints: parameter(index, node.input[2] ?? '')?.tensor,
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

/** A matrix read the other way round. */
export function flip(weight: Weight & { form: 'matrix' }, transposed: boolean): Weight & { form: 'matrix' } {
  return transposed ? { ...weight, transposed: !weight.transposed } : weight;
}

/** Sizes of the vectors that a matrix takes and gives. */
export function sizes({ tensor, transposed }: Weight & { form: 'matrix' }): {
  inputs: number;
  outputs: number;
} {
  const [rows = 0, columns = 0] = dimsOf(tensor);
  return transposed ? { inputs: columns, outputs: rows } : { inputs: rows, outputs: columns };
}
