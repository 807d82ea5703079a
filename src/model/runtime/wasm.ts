import { cpuRuntime, type Ort } from './cpu-runtime.ts';
import type { Runtime } from './types.ts';

/** Addresses of a build's loader and of its WebAssembly. */
export interface WasmFiles {
  readonly mjs: string;
  readonly wasm: string;
}

/** The part of an onnxruntime-web build that is used here. */
export interface OrtWeb extends Ort {
  readonly env: {
    readonly wasm: { numThreads?: number; wasmPaths?: string | { mjs?: string | URL; wasm?: string | URL } };
  };
}

/**
 * ONNX Runtime's plain WebAssembly build, whichever way it was imported. Its threads sleep between operators instead of
 * spinning: a step takes as long, and a page with few cores stays smooth meanwhile.
 */
export function wasmRuntime(ort: OrtWeb, threads: number): Runtime {
  ort.env.wasm.numThreads = threads;
  return cpuRuntime('wasm', ort, threads, {
    executionProviders: ['wasm'],
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
}
