import { DENSE_LIMIT } from './fit.ts';
import { reportedMemory } from './runtime/device-facts.ts';
import type { DeviceKind } from './runtime/types.ts';

/** Memory that loading takes at its peak, over the size of the dense weights. */
const PEAK: Readonly<Record<DeviceKind, number>> = { wasm: 2.6, native: 3, webgpu: 1 };

/** Of the memory that is there. */
const MOST_SHARE = 0.9;

/** Browsers that round down tell this for all machines with more. */
const MOST_REPORTED = 8 * 2 ** 30;

/** Memory of the machine as its browser tells; infinite where that says nothing. */
function browserMemory(): number {
  const memory = reportedMemory() ?? MOST_REPORTED;
  return memory < MOST_REPORTED ? memory : Number.POSITIVE_INFINITY;
}

/**
 * Bytes that dense float32 weights may take on a device.
 * @param memory bytes that are left; what the browser tells where it is left out
 */
export function denseBudget(kind: DeviceKind, memory = browserMemory()): number {
  const limit = kind === 'wasm' ? DENSE_LIMIT : Number.POSITIVE_INFINITY;
  return Math.min(limit, (MOST_SHARE * memory) / PEAK[kind]);
}

/** Options of `openOnnx` for a page: WebAssembly holds quantised weights dense as far as they fit. */
export function denseOn(kind: DeviceKind): { readonly dequantise?: { readonly budget: number } } {
  return kind === 'wasm' ? { dequantise: { budget: denseBudget(kind) } } : {};
}
