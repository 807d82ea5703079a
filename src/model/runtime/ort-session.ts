import type { InferenceSession, Tensor } from 'onnxruntime-common';
import { EngineError } from '../../lib/errors.ts';
import type { ElementType, Feeds, Session, ValueInfo } from './types.ts';

function valueInfos(metadata: readonly InferenceSession.ValueMetadata[]): ValueInfo[] {
  return metadata.map((value) => {
    if (!value.isTensor) {
      throw new EngineError(
        'unsupported-model',
        `The graph's "${value.name}" is not a tensor; such graphs are not supported.`,
      );
    }
    return { name: value.name, type: value.type as ElementType, dims: value.shape };
  });
}

/** Puts ONNX Runtime's session behind the project's interface. */
export function wrapSession(session: InferenceSession): Session {
  return {
    inputs: valueInfos(session.inputMetadata),
    outputs: valueInfos(session.outputMetadata),
    async run(feeds: Feeds, fetches?: readonly string[], into?: Feeds) {
      if (!fetches) return (await session.run(feeds)) as Record<string, Tensor>;
      const wanted = into ? { ...Object.fromEntries(fetches.map((name) => [name, null])), ...into } : fetches;
      return (await session.run(feeds, wanted)) as Record<string, Tensor>;
    },
    release: () => session.release(),
  };
}

const textOf = (thrown: unknown) => (thrown instanceof Error ? thrown.message : String(thrown));

/** Whether an error of ONNX Runtime or the browser says that there is not enough memory. */
export function isOutOfMemory(thrown: unknown): boolean {
  return /bad_alloc|out of memory|memory access out of bounds|Array buffer allocation/i.test(textOf(thrown));
}

/** Names what went wrong when a session could not be made, and what to do. */
export function sessionError(cause: unknown): EngineError {
  const text = textOf(cause);
  if (isOutOfMemory(cause)) {
    return new EngineError(
      'out-of-memory',
      'The model does not fit into the memory that the browser gives this page; close other tabs or choose a smaller model.',
      { cause },
    );
  }
  return new EngineError('load-failed', `ONNX Runtime refused the model: ${firstLine(text)}`, { cause });
}

function firstLine(text: string): string {
  const line = text.split('\n', 1)[0];
  return line.length > 240 ? `${line.slice(0, 240)}...` : line;
}
