import type { Precision } from '../graph/gguf/linear-weights.ts';
import type { GgufFile } from '../graph/gguf/types.ts';
import { denseBudget } from './dense-budget.ts';
import { DENSE_LIMIT } from './fit.ts';
import type { DeviceKind } from './runtime/types.ts';

const NAMES: Readonly<Record<Precision, string>> = { float32: 'float32', block8: '8-bit blocks of 32' };

const inGigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;

/** Bytes of a file's weights as dense float32. */
function denseBytes(file: GgufFile): number {
  return [...file.tensors.values()].reduce((sum, { dims }) => sum + 4 * dims.reduce((a, b) => a * b, 1), 0);
}

/** Why dense weights do not fit; undefined where they do. */
function obstacle(kind: DeviceKind, bytes: number, memory: number | undefined): string | undefined {
  const budget = denseBudget(kind, memory);
  if (bytes <= budget) return undefined;
  const reason =
    budget === DENSE_LIMIT
      ? `and WebAssembly holds ${inGigabytes(DENSE_LIMIT)}`
      : 'for which there is not the memory here';
  return `as float32 they would take ${inGigabytes(bytes)}, ${reason}`;
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
  const { memory, precision } = options;
  const wanted = precision ?? (kind === 'webgpu' ? 'block8' : 'float32');
  const reason =
    precision === undefined && wanted === 'float32' ? obstacle(kind, denseBytes(file), memory) : undefined;
  return reason === undefined
    ? { precision: wanted, name: NAMES[wanted] }
    : { precision: 'block8', name: `${NAMES.block8} (${reason})` };
}
