import type { Instrumented } from '../graph/onnx/instrument.ts';
import { type GraphIo, graphIo } from './graph-io.ts';
import type { Runtime, Session } from './runtime/types.ts';

/**
 * Creates a session of an instrumented graph and reads what its runs take and give.
 * @throws EngineError as `graphIo`; the session is released then
 */
export async function openSession(
  runtime: Runtime,
  { model, graph: neurons }: Instrumented,
  headDim: number | undefined,
): Promise<{ readonly session: Session; readonly io: GraphIo }> {
  const session = await runtime.createSession(model);
  try {
    return { session, io: graphIo({ session, neurons, headDim }) };
  } catch (error) {
    await session.release();
    throw error;
  }
}
