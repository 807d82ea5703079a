import type { Runtime, Session } from '../../../src/model/runtime/types.ts';

/** What every text model has; its cache is not looked at. */
const session: Session = {
  inputs: [{ name: 'input_ids', type: 'int64', dims: ['batch', 'sequence'] }],
  outputs: [{ name: 'logits', type: 'float32', dims: ['batch', 'sequence', 'vocabulary'] }],
  run: async () => ({}),
  release: async () => undefined,
};

const absent = (): never => {
  throw new Error('Nothing is run where files are only opened.');
};

/** A device that takes every graph and runs none: what is tried is our reading, not ONNX Runtime's. */
export const stubRuntime: Runtime = {
  kind: 'native',
  threads: 1,
  float16: true,
  writesInto: true,
  createSession: async () => session,
  tensor: absent,
  upload: absent,
  stackRows: absent,
  read: absent,
  lost: new Promise(() => undefined),
  release: () => undefined,
};
