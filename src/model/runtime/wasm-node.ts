import { availableParallelism } from 'node:os';
import * as ort from 'onnxruntime-web';
import type { Runtime } from './types.ts';
import { wasmRuntime } from './wasm.ts';

/** The same WebAssembly as in the browser, in Node. */
export function nodeWasmRuntime(threads = availableParallelism()): Runtime {
  return wasmRuntime(ort, threads);
}
