import type { RuntimeMakers } from './choose.ts';
import { webgpuObstacle } from './device-facts.ts';
import type { StartSpinner } from './parallelism.ts';
import type { WasmFiles } from './wasm.ts';

export interface BrowserRuntimeOptions {
  /**
   * Where ONNX Runtime's files lie: the address of a folder that holds them all, or the addresses of each build's own. Left
   * out, ONNX Runtime looks beside its own script.
   */
  readonly wasmPaths?: string | { readonly wasm: WasmFiles; readonly webgpu: WasmFiles };
  /** Makes the workers that measure how many threads help; without it the browser's number of cores is believed. */
  readonly startSpinner?: StartSpinner;
}

/** ONNX Runtime's builds for browsers, fetched when first wanted. */
export function browserRuntimes({ wasmPaths, startSpinner }: BrowserRuntimeOptions = {}): RuntimeMakers {
  const filesOf = (build: 'wasm' | 'webgpu') =>
    typeof wasmPaths === 'object' ? wasmPaths[build] : wasmPaths;
  return {
    wasm: async () => (await import('./wasm-browser.ts')).browserWasmRuntime(filesOf('wasm'), startSpinner),
    webgpu: async () => (await import('./webgpu.ts')).webgpuRuntime(filesOf('webgpu')),
    webgpuObstacle,
  };
}
