import type { RuntimeMakers } from './choose.ts';

async function webgpuObstacle(): Promise<string | undefined> {
  if (!globalThis.isSecureContext)
    return 'this page was not loaded over https or from this computer, and WebGPU needs that';
  if (!navigator.gpu) return 'this browser has no WebGPU';
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) return 'WebGPU found no graphics adapter';
  const software =
    adapter.info.isFallbackAdapter ||
    /swiftshader|llvmpipe|software/i.test(`${adapter.info.architecture} ${adapter.info.description}`);
  return software ? 'the WebGPU adapter here is software, which is slower' : undefined;
}

/** ONNX Runtime's builds for browsers. */
export const browserRuntimes: RuntimeMakers = {
  wasm: async () => (await import('./wasm-browser.ts')).browserWasmRuntime(),
  webgpu: async () => (await import('./webgpu.ts')).webgpuRuntime(),
  webgpuObstacle,
};
