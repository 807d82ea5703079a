import * as ort from 'onnxruntime-node';
import { readCpu, stackCpuRows } from './cpu-tensors.ts';
import { sessionError, wrapSession } from './ort-session.ts';
import type { Runtime } from './types.ts';

/** ONNX Runtime's own CPU build, in Node. @param threads 0 leaves the choice to ONNX Runtime. */
export function nativeRuntime(threads = 0): Runtime {
  const tensor: Runtime['tensor'] = (type, data, dims) => new ort.Tensor(type, data, dims);
  return {
    kind: 'native',
    threads,
    float16: true,
    async createSession(model) {
      try {
        const session = await ort.InferenceSession.create(model.proto, {
          externalData: [...model.externalData],
          intraOpNumThreads: threads,
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
