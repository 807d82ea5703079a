import type { RuntimeMakers } from './choose.ts';
import { webgpuObstacle } from './device-facts.ts';
import type { StartSpinner } from './parallelism.ts';

/**
 * ONNX Runtime's builds for browsers.
 * @param startSpinner makes the workers that measure how many threads help; without it the browser's number is believed
 */
export function browserRuntimes(startSpinner?: StartSpinner): RuntimeMakers {
  return {
    wasm: async () => (await import('./wasm-browser.ts')).browserWasmRuntime(startSpinner),
    webgpu: async () => (await import('./webgpu.ts')).webgpuRuntime(),
    webgpuObstacle,
  };
}
