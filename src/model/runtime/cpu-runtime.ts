import type { InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-common';
import type { OnnxModel } from '../../graph/onnx/types.ts';
import { readCpu, stackCpuRows } from './cpu-tensors.ts';
import { sessionError, wrapSession } from './ort-session.ts';
import type { Runtime, Session } from './types.ts';

/** The part of an ONNX Runtime package that makes sessions and tensors. */
export interface Ort {
  readonly InferenceSession: {
    create(model: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: TensorConstructor;
}

/** Makes a session; what fails is named in an EngineError. */
export async function createSession(
  ort: Ort,
  model: OnnxModel,
  options: InferenceSession.SessionOptions,
): Promise<Session> {
  try {
    const session = await ort.InferenceSession.create(model.proto, {
      externalData: [...model.externalData],
      logSeverityLevel: 3,
      ...options,
    });
    return wrapSession(session);
  } catch (cause) {
    throw sessionError(cause);
  }
}

/** A runtime whose tensors are all in memory. */
export function cpuRuntime(
  kind: 'wasm' | 'native',
  ort: Ort,
  threads: number,
  options: InferenceSession.SessionOptions,
): Runtime {
  const tensor: Runtime['tensor'] = (type, data, dims) => new ort.Tensor(type, data, dims) as Tensor;
  return {
    kind,
    threads,
    float16: true,
    // ONNX Runtime's WebAssembly build copies outputs from its own memory; the native one writes in place.
    writesInto: kind === 'native',
    createSession: (model) => createSession(ort, model, options),
    tensor,
    upload: tensor,
    stackRows: (rows) => stackCpuRows(rows, tensor),
    read: async (tensors) => tensors.map(readCpu),
    lost: new Promise(() => {}),
    release: () => {},
  };
}
