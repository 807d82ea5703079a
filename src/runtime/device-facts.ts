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
export async function adapterFacts(): Promise<
  Pick<DeviceFacts, 'float16' | 'maxBufferSize' | 'maxStorageBufferBindingSize'> | undefined
> {
  const adapter = await globalThis.navigator?.gpu?.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) return undefined;
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
  return { float16: adapter.features.has('shader-f16'), maxBufferSize, maxStorageBufferBindingSize };
}
