import type { Tensor } from 'onnxruntime-common';
import { halfToFloat } from '../../lib/bytes/half.ts';
import { type RowRef, rowPieces } from './types.ts';

// The constants of the WebGPU specification: not every environment has them as globals.
const MAP_READ = 0x1;
const COPY_SRC = 0x4;
const COPY_DST = 0x8;
const STORAGE = 0x80;
const MAP_FOR_READING = 0x1;

/** A device buffer that the graph can read and rows can be copied from and to; sizes are rounded up to 16 bytes. */
export function deviceBuffer(device: GPUDevice, bytes: number): GPUBuffer {
  return device.createBuffer({
    size: Math.max(16, Math.ceil(bytes / 16) * 16),
    usage: STORAGE | COPY_SRC | COPY_DST,
  });
}

const bytesPer = { float32: 4, float16: 2, int64: 8, int32: 4, bool: 1 } as const;

function byteSize(tensor: Pick<Tensor, 'type' | 'dims'>): number {
  return tensor.dims.reduce((a, b) => a * b, 1) * bytesPer[tensor.type as keyof typeof bytesPer];
}

/** Copies batch rows between device buffers into a new one. Pieces must be a multiple of four bytes, as WebGPU copies. */
export function stackGpuRows(
  device: GPUDevice,
  rows: readonly RowRef[],
): { readonly buffer: GPUBuffer; readonly dims: number[] } {
  const { dims, count, size } = rowPieces(rows[0]);
  const bytes = bytesPer[rows[0].tensor.type as keyof typeof bytesPer];
  const buffer = deviceBuffer(device, count * size * rows.length * bytes);
  const encoder = device.createCommandEncoder();
  let at = 0;
  for (const ref of rows) {
    const { start, stride } = rowPieces(ref);
    for (let piece = 0; piece < count && size > 0; piece++, at += size) {
      const source = ref.tensor.gpuBuffer as GPUBuffer;
      encoder.copyBufferToBuffer(source, (start + piece * stride) * bytes, buffer, at * bytes, size * bytes);
    }
  }
  device.queue.submit([encoder.finish()]);
  return { buffer, dims: [rows.length, ...dims] };
}

/** Reads several device tensors through one staging buffer and one mapping. */
export async function readGpu(device: GPUDevice, tensors: readonly Tensor[]): Promise<Float32Array[]> {
  const sizes = tensors.map((tensor) => Math.ceil(byteSize(tensor) / 4) * 4);
  const offsets: number[] = [];
  let total = 0;
  for (const size of sizes) {
    offsets.push(total);
    total += size;
  }
  const staging = device.createBuffer({ size: Math.max(4, total), usage: MAP_READ | COPY_DST });
  const encoder = device.createCommandEncoder();
  tensors.forEach((tensor, i) => {
    if (sizes[i] > 0)
      encoder.copyBufferToBuffer(tensor.gpuBuffer as GPUBuffer, 0, staging, offsets[i], sizes[i]);
  });
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(MAP_FOR_READING);
  const mapped = staging.getMappedRange();
  const values = tensors.map((tensor, i) => {
    const elements = tensor.dims.reduce((a, b) => a * b, 1);
    return tensor.type === 'float16'
      ? halfToFloat(new Uint16Array(mapped, offsets[i], elements))
      : new Float32Array(mapped.slice(offsets[i], offsets[i] + elements * 4));
  });
  staging.destroy();
  return values;
}
