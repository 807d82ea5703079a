import * as ort from 'onnxruntime-node';
import { cpuRuntime, type Ort } from './cpu-runtime.ts';
import type { Runtime } from './types.ts';

/** ONNX Runtime's own CPU build, in Node. @param threads 0 leaves the choice to ONNX Runtime. */
export function nativeRuntime(threads = 0): Runtime {
  return cpuRuntime('native', ort as Ort, threads, { intraOpNumThreads: threads });
}
