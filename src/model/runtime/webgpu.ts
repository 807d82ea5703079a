import type { Tensor } from 'onnxruntime-common';
import * as ort from 'onnxruntime-web/webgpu';
import { EngineError } from '../../lib/errors.ts';
import { createSession, type Ort } from './cpu-runtime.ts';
import { readCpu } from './cpu-tensors.ts';
import { deviceBuffer, readGpu, stackGpuRows } from './gpu-tensors.ts';
import type { ElementType, Runtime, TensorData } from './types.ts';
import type { WasmFiles } from './wasm.ts';

/** ONNX Runtime's attention for more than 32 positions assumes subgroups at least this wide; with SwiftShader's 4 it gives wrong values. */
const NARROWEST_SUBGROUP = 8;

function wantedFeatures(adapter: GPUAdapter): GPUFeatureName[] {
  const wanted: GPUFeatureName[] = ['shader-f16'];
  if ((adapter.info.subgroupMinSize ?? 0) >= NARROWEST_SUBGROUP) wanted.push('subgroups');
  return wanted.filter((feature) => adapter.features.has(feature));
}

async function requestDevice(): Promise<GPUDevice> {
  const adapter = await navigator.gpu?.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter)
    throw new EngineError(
      'load-failed',
      'This browser offers no WebGPU adapter; the model can run on WebAssembly instead.',
    );
  const { limits } = adapter;
  return adapter.requestDevice({
    requiredFeatures: wantedFeatures(adapter),
    requiredLimits: {
      maxBufferSize: limits.maxBufferSize,
      maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
      maxStorageBuffersPerShaderStage: limits.maxStorageBuffersPerShaderStage,
      maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
      maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
      maxComputeWorkgroupSizeX: limits.maxComputeWorkgroupSizeX,
      maxComputeWorkgroupSizeY: limits.maxComputeWorkgroupSizeY,
      maxComputeWorkgroupSizeZ: limits.maxComputeWorkgroupSizeZ,
      maxComputeWorkgroupsPerDimension: limits.maxComputeWorkgroupsPerDimension,
    },
  });
}

/**
 * ONNX Runtime on WebGPU. Rejects with an EngineError where there is no adapter.
 * @param files where ONNX Runtime's files lie: a folder's address, or those of loader and WebAssembly
 */
export async function webgpuRuntime(files?: string | WasmFiles): Promise<Runtime> {
  const device = await requestDevice();
  if (files !== undefined) ort.env.wasm.wasmPaths = files;
  ort.env.wasm.numThreads = 1;
  const tensor: Runtime['tensor'] = (type, data, dims) => new ort.Tensor(type, data, dims) as Tensor;
  const fromBuffer = (buffer: GPUBuffer, type: ElementType, dims: readonly number[]) =>
    ort.Tensor.fromGpuBuffer(buffer, { dataType: type, dims, dispose: () => buffer.destroy() }) as Tensor;
  return {
    kind: 'webgpu',
    threads: 1,
    float16: device.features.has('shader-f16'),
    writesInto: false,
    createSession: (model) =>
      createSession(ort as Ort, model, {
        executionProviders: [{ name: 'webgpu', device }],
        preferredOutputLocation: 'gpu-buffer',
      }),
    tensor,
    upload(type: ElementType, data: TensorData, dims) {
      const buffer = deviceBuffer(device, data.byteLength);
      device.queue.writeBuffer(buffer, 0, data as Float32Array<ArrayBuffer>);
      return fromBuffer(buffer, type, dims);
    },
    stackRows(rows) {
      const { buffer, dims } = stackGpuRows(device, rows);
      return fromBuffer(buffer, rows[0].tensor.type as ElementType, dims);
    },
    async read(tensors) {
      const onDevice = tensors.filter((t) => t.location === 'gpu-buffer');
      const copied = await readGpu(device, onDevice);
      return tensors.map((t) => (t.location === 'gpu-buffer' ? copied[onDevice.indexOf(t)] : readCpu(t)));
    },
    lost: device.lost.then((info) => info.message || 'the graphics device was reset'),
    release: () => device.destroy(),
  };
}
