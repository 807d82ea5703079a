import { create, toBinary } from '@bufbuild/protobuf';
import { bfloat16ToFloat, halfToFloat } from '../../lib/bytes/half.ts';
import { EngineError } from '../../lib/errors.ts';
import { shownName } from '../../lib/shown.ts';
import { externalLocation } from './external-location.ts';
import { DataType, type TensorProto } from './model.ts';
import { TensorProtoSchema } from './onnx_pb.ts';
import type { ExternalData } from './types.ts';

/** Bits of one element, for the types that weights come in. */
const bitsOf: Readonly<Partial<Record<number, number>>> = {
  [DataType.FLOAT]: 32,
  [DataType.DOUBLE]: 64,
  [DataType.FLOAT16]: 16,
  [DataType.BFLOAT16]: 16,
  [DataType.INT64]: 64,
  [DataType.INT32]: 32,
  [DataType.UINT16]: 16,
  [DataType.INT16]: 16,
  [DataType.UINT8]: 8,
  [DataType.INT8]: 8,
  [DataType.BOOL]: 8,
  [DataType.UINT4]: 4,
  [DataType.INT4]: 4,
};

/** Elements of a tensor. */
export function elementCount(tensor: TensorProto): number {
  return tensor.dims.reduce((product, dim) => product * Number(dim), 1);
}

function damaged(tensor: TensorProto): EngineError {
  return new EngineError(
    'bad-input',
    `The weight "${shownName(tensor.name)}" does not fit its data; the model file is damaged or its data file belongs to another model.`,
  );
}

function dataFile(location: string, external: readonly ExternalData[]): ExternalData {
  const file = external.find(({ path }) => path === location);
  if (file) return file;
  throw new EngineError(
    'bad-input',
    `The model's data file "${shownName(location)}" is missing; choose it together with the model.`,
  );
}

/** Whether a tensor's data are bytes, in the model or in a data file, and no list of numbers. */
export function isStored(tensor: TensorProto): boolean {
  return tensor.rawData.byteLength > 0 || tensor.externalData.length > 0;
}

/**
 * The bytes of a tensor of any type as they are stored, in the model or in its data file.
 * @throws EngineError if the data file is missing or shorter
 */
export function storedBytes(tensor: TensorProto, external: readonly ExternalData[]): Uint8Array {
  const bits = bitsOf[tensor.dataType];
  const place = externalLocation(tensor);
  if (bits !== undefined && (place || tensor.rawData.byteLength > 0)) return rawBytes(tensor, bits, external);
  if (!place) {
    return tensor.rawData.byteLength > 0
      ? tensor.rawData
      : toBinary(TensorProtoSchema, create(TensorProtoSchema, { ...tensor, docString: '' }));
  }
  const { data } = dataFile(place.location, external);
  const end = place.offset + (place.length ?? data.byteLength - place.offset);
  if (!(place.offset >= 0 && end <= data.byteLength)) throw damaged(tensor);
  return data.subarray(place.offset, end);
}

function rawBytes(tensor: TensorProto, bits: number, external: readonly ExternalData[]): Uint8Array {
  const wanted = Math.ceil((elementCount(tensor) * bits) / 8);
  if (!Number.isSafeInteger(wanted) || tensor.dims.some((dim) => dim < 0n)) throw damaged(tensor);
  const place = externalLocation(tensor);
  if (!place) {
    if (tensor.rawData.byteLength !== wanted) throw damaged(tensor);
    return tensor.rawData;
  }
  const file = dataFile(place.location, external);
  const fits = place.offset >= 0 && place.offset + wanted <= file.data.byteLength;
  if (!fits || (place.length ?? wanted) !== wanted) throw damaged(tensor);
  return file.data.subarray(place.offset, place.offset + wanted);
}

function fromNibbles(bytes: Uint8Array, count: number, signed: boolean): Int8Array {
  const result = new Int8Array(count);
  for (let i = 0; i < count; i++) {
    const code = (bytes[i >> 1]! >> ((i & 1) * 4)) & 15;
    result[i] = signed && code > 7 ? code - 16 : code;
  }
  return result;
}

/** Typed arrays need aligned bytes; a file's tensors often are not. */
function aligned(bytes: Uint8Array, size: number): Uint8Array {
  return bytes.byteOffset % size === 0 ? bytes : bytes.slice();
}

function fromRaw(tensor: TensorProto, bytes: Uint8Array): ArrayLike<number> {
  const view = aligned(bytes, (bitsOf[tensor.dataType] ?? 8) / 8);
  const { buffer, byteOffset } = view;
  const count = elementCount(tensor);
  switch (tensor.dataType) {
    case DataType.FLOAT:
      return new Float32Array(buffer, byteOffset, count);
    case DataType.DOUBLE:
      return new Float64Array(buffer, byteOffset, count);
    case DataType.FLOAT16:
      return halfToFloat(new Uint16Array(buffer, byteOffset, count));
    case DataType.BFLOAT16:
      return bfloat16ToFloat(new Uint16Array(buffer, byteOffset, count));
    case DataType.INT64:
      return Float64Array.from(new BigInt64Array(buffer, byteOffset, count), Number);
    case DataType.INT32:
      return new Int32Array(buffer, byteOffset, count);
    case DataType.INT16:
      return new Int16Array(buffer, byteOffset, count);
    case DataType.UINT16:
      return new Uint16Array(buffer, byteOffset, count);
    case DataType.INT8:
      return new Int8Array(buffer, byteOffset, count);
    case DataType.UINT4:
    case DataType.INT4:
      return fromNibbles(bytes, count, tensor.dataType === DataType.INT4);
    default:
      return bytes;
  }
}

function fromFields(tensor: TensorProto): ArrayLike<number> {
  switch (tensor.dataType) {
    case DataType.FLOAT:
      return tensor.floatData;
    case DataType.DOUBLE:
      return tensor.doubleData;
    case DataType.INT64:
      return tensor.int64Data.map(Number);
    case DataType.FLOAT16:
      return halfToFloat(Uint16Array.from(tensor.int32Data));
    case DataType.BFLOAT16:
      return bfloat16ToFloat(Uint16Array.from(tensor.int32Data));
    default:
      return tensor.int32Data;
  }
}

/**
 * A tensor's elements in order as numbers, from the model or from its data file; a view where type and alignment
 * allow.
 * @throws EngineError if the data file is missing, the data do not fit the shape, or the type holds no numbers
 */
export function tensorValues(tensor: TensorProto, external: readonly ExternalData[]): ArrayLike<number> {
  const bits = bitsOf[tensor.dataType];
  if (bits === undefined) {
    throw new EngineError(
      'unsupported-model',
      `The weight "${shownName(tensor.name)}" has element type ${tensor.dataType}, which is not supported.`,
    );
  }
  const inFields = tensor.rawData.byteLength === 0 && tensor.externalData.length === 0;
  if (!inFields) return fromRaw(tensor, rawBytes(tensor, bits, external));
  const values = fromFields(tensor);
  if (values.length !== elementCount(tensor)) throw damaged(tensor);
  return values;
}
