import type { Tensor, TypedTensor } from 'onnxruntime-common';
import { halfToFloat } from '../bytes/half.ts';
import type { ElementType, RowRef, TensorData } from './types.ts';

type Make = (type: ElementType, data: TensorData, dims: readonly number[]) => Tensor;

function values(tensor: Tensor): TensorData {
  return tensor.data as TensorData;
}

/** Rows copied into a new tensor in memory. */
export function stackCpuRows(rows: readonly RowRef[], make: Make): Tensor {
  const first = rows[0].tensor;
  const dims = [rows.length, ...first.dims.slice(1)];
  const rowSize = dims.slice(1).reduce((a, b) => a * b, 1);
  const Data = values(first).constructor as new (length: number) => TensorData;
  const data = new Data(rowSize * rows.length);
  rows.forEach(({ tensor, row }, i) => {
    const source = values(tensor).subarray(row * rowSize, (row + 1) * rowSize);
    (data as Float32Array).set(source as Float32Array, i * rowSize);
  });
  return make(first.type as ElementType, data, dims);
}

/** Values of a tensor in memory as float32; float32 tensors are not copied. */
export function readCpu(tensor: Tensor): Float32Array {
  if (tensor.type === 'float32') return (tensor as TypedTensor<'float32'>).data;
  if (tensor.type === 'float16') return halvesOf(tensor);
  throw new TypeError(`A ${tensor.type} tensor was read as floating point.`);
}

/** Some engines hand float16 out as Float16Array, which holds numbers, others as its bits. */
function halvesOf(tensor: Tensor): Float32Array {
  const data: unknown = tensor.data;
  return data instanceof Uint16Array ? halfToFloat(data) : Float32Array.from(data as ArrayLike<number>);
}
