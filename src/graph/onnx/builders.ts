import { create } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataLocation as DataLocation,
  TensorProto_DataType as DataType,
  type GraphProto,
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  StringStringEntryProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from './onnx_pb.ts';

/** An attribute's value, still without a name; made by `attr`. */
export type AttributeValue = Omit<AttributeProto, 'name'>;

const utf8 = (text: string) => new TextEncoder().encode(text);

/** Values of node attributes by ONNX type. */
export const attr = {
  int: (value: number): AttributeValue =>
    create(AttributeProtoSchema, { type: AttributeType.INT, i: BigInt(value) }),
  float: (value: number): AttributeValue =>
    create(AttributeProtoSchema, { type: AttributeType.FLOAT, f: value }),
  string: (value: string): AttributeValue =>
    create(AttributeProtoSchema, { type: AttributeType.STRING, s: utf8(value) }),
  ints: (values: readonly number[]): AttributeValue =>
    create(AttributeProtoSchema, { type: AttributeType.INTS, ints: values.map(BigInt) }),
  floats: (values: readonly number[]): AttributeValue =>
    create(AttributeProtoSchema, { type: AttributeType.FLOATS, floats: [...values] }),
  tensor: (value: TensorProto): AttributeValue =>
    create(AttributeProtoSchema, { type: AttributeType.TENSOR, t: value }),
  graph: (value: GraphProto): AttributeValue =>
    create(AttributeProtoSchema, { type: AttributeType.GRAPH, g: value }),
};

/** A node. An empty input name is an optional input left out; the name is the first output's unless given. */
export function node(
  opType: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, AttributeValue>> = {},
  options: { readonly name?: string; readonly domain?: string } = {},
): NodeProto {
  return create(NodeProtoSchema, {
    opType,
    input: [...inputs],
    output: [...outputs],
    name: options.name ?? outputs.find((output) => output !== ''),
    domain: options.domain,
    attribute: Object.entries(attributes).map(([name, value]) =>
      create(AttributeProtoSchema, { ...value, name }),
    ),
  });
}

/** A graph input, output or value; a dimension is a number or the name of a symbolic one. */
export function valueInfo(name: string, type: DataType, dims: readonly (number | string)[]): ValueInfoProto {
  const dim = dims.map((size) => ({
    value:
      typeof size === 'number'
        ? { case: 'dimValue' as const, value: BigInt(size) }
        : { case: 'dimParam' as const, value: size },
  }));
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: 'tensorType', value: { elemType: type, shape: { dim } } } },
  });
}

/** An output of a subgraph, whose shape is left to the runtime. */
export function valueOfType(name: string, type: DataType): ValueInfoProto {
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: 'tensorType', value: { elemType: type } } },
  });
}

function tensor(
  name: string,
  dataType: DataType,
  dims: readonly number[],
  data: ArrayBufferView,
): TensorProto {
  const rawData = new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
  return create(TensorProtoSchema, { name, dataType, dims: dims.map(BigInt), rawData });
}

/** A float32 initialiser held in the model itself; the data of a Float32Array are not copied. */
export function floatTensor(
  name: string,
  dims: readonly number[],
  values: Float32Array | readonly number[],
): TensorProto {
  return tensor(
    name,
    DataType.FLOAT,
    dims,
    values instanceof Float32Array ? values : new Float32Array(values),
  );
}

/** An int64 initialiser held in the model itself. */
export function int64Tensor(name: string, dims: readonly number[], values: readonly number[]): TensorProto {
  return tensor(name, DataType.INT64, dims, new BigInt64Array(values.map(BigInt)));
}

/** An initialiser of any type from its raw little-endian bytes, held in the model itself. */
export function rawTensor(
  name: string,
  type: DataType,
  dims: readonly number[],
  bytes: Uint8Array,
): TensorProto {
  return tensor(name, type, dims, bytes);
}

/** Makes a tensor point into a data file: `length` bytes from `offset`. */
export function pointOutside(target: TensorProto, location: string, offset: number, length: number): void {
  target.rawData = new Uint8Array(0);
  target.dataLocation = DataLocation.EXTERNAL;
  target.externalData = [
    create(StringStringEntryProtoSchema, { key: 'location', value: location }),
    create(StringStringEntryProtoSchema, { key: 'offset', value: String(offset) }),
    create(StringStringEntryProtoSchema, { key: 'length', value: String(length) }),
  ];
}

/** An initialiser whose raw little-endian bytes lie in a data file (`ExternalData.path` is `location`). */
export function externalTensor(
  name: string,
  type: DataType,
  dims: readonly number[],
  location: string,
  offset: number,
  length: number,
): TensorProto {
  const result = create(TensorProtoSchema, { name, dataType: type, dims: dims.map(BigInt) });
  pointOutside(result, location, offset, length);
  return result;
}

/** A graph from its parts; nodes in topological order. */
export function graph(
  name: string,
  parts: {
    readonly nodes: readonly NodeProto[];
    readonly inputs: readonly ValueInfoProto[];
    readonly outputs: readonly ValueInfoProto[];
    readonly initializers: readonly TensorProto[];
  },
): GraphProto {
  return create(GraphProtoSchema, {
    name,
    node: [...parts.nodes],
    input: [...parts.inputs],
    output: [...parts.outputs],
    initializer: [...parts.initializers],
  });
}

/** A model from its graph and the operator sets that it uses ('' is the standard domain); `ir_version` 10, which every ONNX Runtime since 1.18 reads. */
export function model(content: GraphProto, opsets: Readonly<Record<string, number>>): ModelProto {
  return create(ModelProtoSchema, {
    irVersion: 10n,
    producerName: 'h-neuron-explorer',
    graph: content,
    opsetImport: Object.entries(opsets).map(([domain, version]) => ({ domain, version: BigInt(version) })),
  });
}
