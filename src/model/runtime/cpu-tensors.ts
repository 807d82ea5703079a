import type { Tensor, TypedTensor } from 'onnxruntime-common';
import { halfToFloat } from '../../lib/bytes/half.ts';
import { type ElementType, type RowRef, rowPieces, type TensorData } from './types.ts';

type Make = (type: ElementType, data: TensorData, dims: readonly number[]) => Tensor;

function values(tensor: Tensor): TensorData {
  return tensor.data as TensorData;
}

/** Rows copied into a new tensor in memory. */
export function stackCpuRows(rows: readonly RowRef[], make: Make): Tensor {
  const first = rows[0].tensor;
  const { dims, count, size } = rowPieces(rows[0]);
  const Data = values(first).constructor as new (length: number) => TensorData;
  const data = new Data(count * size * rows.length);
  let at = 0;
  for (const ref of rows) {
    const source = values(ref.tensor);
    const { start, stride } = rowPieces(ref);
    for (let piece = 0; piece < count; piece++, at += size) {
      const from = start + piece * stride;
      (data as Float32Array).set(source.subarray(from, from + size) as Float32Array, at);
    }
  }
  return make(first.type as ElementType, data, [rows.length, ...dims]);
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
