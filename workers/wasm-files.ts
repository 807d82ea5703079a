import webgpuLoader from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import webgpu from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import wasmLoader from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';

/** ONNX Runtime's files as the site serves them. */
export const wasmPaths = {
  wasm: { mjs: wasmLoader, wasm },
  webgpu: { mjs: webgpuLoader, wasm: webgpu },
};
