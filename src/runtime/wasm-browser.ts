import mjs from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import * as ort from 'onnxruntime-web/wasm';
import type { Runtime } from './types.ts';
import { wasmRuntime } from './wasm.ts';

/** Threads when the page is cross-origin isolated, else one. More than eight do not help a small model. */
export function browserThreads(): number {
  return globalThis.crossOriginIsolated ? Math.max(1, Math.min(8, navigator.hardwareConcurrency ?? 1)) : 1;
}

export function browserWasmRuntime(): Runtime {
  ort.env.wasm.wasmPaths = { mjs, wasm };
  return wasmRuntime(ort, browserThreads());
}
