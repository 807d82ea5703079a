import type { RuntimeMakers } from './choose.ts';
import { webgpuObstacle } from './device-facts.ts';

/** ONNX Runtime's builds for browsers. */
export const browserRuntimes: RuntimeMakers = {
  wasm: async () => (await import('./wasm-browser.ts')).browserWasmRuntime(),
  webgpu: async () => (await import('./webgpu.ts')).webgpuRuntime(),
  webgpuObstacle,
};
