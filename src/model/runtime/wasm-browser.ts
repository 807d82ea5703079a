import * as ort from 'onnxruntime-web/wasm';
import { type StartSpinner, usefulThreads } from './parallelism.ts';
import type { Runtime } from './types.ts';
import { type WasmFiles, wasmRuntime } from './wasm.ts';

/** More threads than this do not help a small model. */
const MOST_THREADS = 8;

/** Threads when the page is cross-origin isolated, as many as help; else one. */
async function browserThreads(startSpinner?: StartSpinner): Promise<number> {
  if (!globalThis.crossOriginIsolated) return 1;
  const reported = Math.max(1, Math.min(MOST_THREADS, navigator.hardwareConcurrency ?? 1));
  return startSpinner ? usefulThreads(reported, startSpinner) : reported;
}

/** @param files where ONNX Runtime's files lie: a folder's address, or those of loader and WebAssembly */
export async function browserWasmRuntime(
  files?: string | WasmFiles,
  startSpinner?: StartSpinner,
): Promise<Runtime> {
  if (files !== undefined) ort.env.wasm.wasmPaths = files;
  // ONNX Runtime takes the number once, when its first session is made.
  return wasmRuntime(ort, ort.env.wasm.numThreads || (await browserThreads(startSpinner)));
}
