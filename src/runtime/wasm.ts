import type { InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-common';
import { readCpu, stackCpuRows } from './cpu-tensors.ts';
import { sessionError, wrapSession } from './ort-session.ts';
import type { Runtime } from './types.ts';

/** The part of an onnxruntime-web build that is used here. */
export interface OrtWeb {
  readonly InferenceSession: {
    create(model: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: TensorConstructor;
  readonly env: {
    readonly wasm: { numThreads?: number; wasmPaths?: string | { mjs?: string | URL; wasm?: string | URL } };
  };
}

/** ONNX Runtime's plain WebAssembly build, whichever way it was imported. */
export function wasmRuntime(ort: OrtWeb, threads: number): Runtime {
  ort.env.wasm.numThreads = threads;
  const tensor: Runtime['tensor'] = (type, data, dims) => new ort.Tensor(type, data, dims) as Tensor;
  return {
    kind: 'wasm',
    threads,
    float16: true,
    async createSession(model) {
      try {
        const session = await ort.InferenceSession.create(model.proto, {
          executionProviders: ['wasm'],
          externalData: [...model.externalData],
          logSeverityLevel: 3,
        });
        return wrapSession(session);
      } catch (cause) {
        throw sessionError(cause);
      }
    },
    tensor,
    upload: tensor,
    stackRows: (rows) => stackCpuRows(rows, tensor),
    read: async (tensors) => tensors.map(readCpu),
    lost: new Promise(() => {}),
    release: () => {},
  };
}
