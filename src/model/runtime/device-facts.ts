import { storageUse } from '../../lib/bytes/storage.ts';
import type { DeviceChoice, RuntimeMakers } from './choose.ts';

/** What a device and its browser can hold, as far as they tell. Bytes. */
export interface DeviceFacts {
  readonly kind: 'wasm' | 'webgpu';
  /** float16 arithmetic is there. */
  readonly float16: boolean;
  /** Largest buffer of the graphics adapter, and the largest that a shader can read. */
  readonly maxBufferSize?: number;
  readonly maxStorageBufferBindingSize?: number;
  /** Of the whole machine; browsers round it, and some tell 8 GB for all that have more. */
  readonly memory?: number;
  /** Room left in the browser's storage. */
  readonly storageFree?: number;
}

/** Memory of the machine in bytes, where the browser tells. */
export function reportedMemory(): number | undefined {
  const { deviceMemory } = (globalThis.navigator ?? {}) as { deviceMemory?: number };
  return deviceMemory === undefined ? undefined : deviceMemory * 2 ** 30;
}

/** What the graphics adapter can do; undefined where there is none. */
async function adapterFacts(): Promise<
  Pick<DeviceFacts, 'float16' | 'maxBufferSize' | 'maxStorageBufferBindingSize'> | undefined
> {
  const adapter = await globalThis.navigator?.gpu?.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) return undefined;
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
  return { float16: adapter.features.has('shader-f16'), maxBufferSize, maxStorageBufferBindingSize };
}

/** Why WebGPU is not to be tried unasked in a browser; undefined where a graphics card is there. */
export async function webgpuObstacle(): Promise<string | undefined> {
  if (!globalThis.isSecureContext)
    return 'this page was not loaded over https or from this computer, and WebGPU needs that';
  if (!navigator.gpu) return 'this browser has no WebGPU';
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) return 'WebGPU found no graphics adapter';
  const software =
    adapter.info.isFallbackAdapter ||
    /swiftshader|llvmpipe|software/i.test(`${adapter.info.architecture} ${adapter.info.description}`);
  return software ? 'the WebGPU adapter here is software, which is slower' : undefined;
}

/** What the device that would be chosen can hold. */
export async function deviceFacts(
  choice: DeviceChoice,
  makers: Pick<RuntimeMakers, 'webgpuObstacle'>,
): Promise<DeviceFacts> {
  const { usage, quota } = await storageUse();
  const storageFree = usage === undefined || quota === undefined ? undefined : Math.max(0, quota - usage);
  const common = { memory: reportedMemory(), storageFree };
  const usesGpu = choice === 'webgpu' || (choice === 'auto' && (await makers.webgpuObstacle()) === undefined);
  const adapter = usesGpu ? await adapterFacts() : undefined;
  return adapter ? { kind: 'webgpu', ...adapter, ...common } : { kind: 'wasm', float16: true, ...common };
}
