import type { Precision } from '../gguf/linear-weights.ts';
import type { GgufFile } from '../gguf/types.ts';
import { reportedMemory } from '../runtime/device-facts.ts';
import type { DeviceKind } from '../runtime/types.ts';
import { DENSE_LIMIT } from './fit.ts';

/** Memory that loading takes at its peak, over the size of the dense weights. */
const PEAK: Readonly<Record<DeviceKind, number>> = { wasm: 2.6, native: 3, webgpu: 1 };

/** Of the memory that is there. */
const MOST_SHARE = 0.9;

const NAMES: Readonly<Record<Precision, string>> = { float32: 'float32', block8: '8-bit blocks of 32' };

const inGigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;

/** Bytes of a file's weights as dense float32. */
function denseBytes(file: GgufFile): number {
  return [...file.tensors.values()].reduce((sum, { dims }) => sum + 4 * dims.reduce((a, b) => a * b, 1), 0);
}

/** Browsers that round down tell this for all machines with more. */
const MOST_REPORTED = 8 * 2 ** 30;

/** Memory of the machine as its browser tells; none that could be too little is told by most. */
function browserMemory(): number {
  const memory = reportedMemory() ?? MOST_REPORTED;
  return memory < MOST_REPORTED ? memory : Number.POSITIVE_INFINITY;
}

/** Why dense weights do not fit; undefined where they do. */
function obstacle(kind: DeviceKind, bytes: number, memory: number): string | undefined {
  if (kind === 'wasm' && bytes > DENSE_LIMIT)
    return `as float32 they would take ${inGigabytes(bytes)}, and WebAssembly holds ${inGigabytes(DENSE_LIMIT)}`;
  return PEAK[kind] * bytes > MOST_SHARE * memory
    ? `as float32 they would take ${inGigabytes(bytes)}, for which there is not the memory here`
    : undefined;
}

/**
 * How a file's weights are held, and that in words. CPUs multiply dense float32 fastest, and get it as long as it fits;
 * WebGPU keeps weights in blocks, which takes less memory and is faster there.
 */
export function precisionFor(
  kind: DeviceKind,
  file: GgufFile,
  options: { readonly memory?: number; readonly precision?: Precision } = {},
): { readonly precision: Precision; readonly name: string } {
  const { memory = browserMemory(), precision } = options;
  const wanted = precision ?? (kind === 'webgpu' ? 'block8' : 'float32');
  const reason =
    precision === undefined && wanted === 'float32' ? obstacle(kind, denseBytes(file), memory) : undefined;
  return reason === undefined
    ? { precision: wanted, name: NAMES[wanted] }
    : { precision: 'block8', name: `${NAMES.block8} (${reason})` };
}
