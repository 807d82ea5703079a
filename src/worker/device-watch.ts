import { EngineError } from '../lib/errors.ts';
import { isOutOfMemory } from '../model/runtime/ort-session.ts';

/** Runs work on a device that may get lost. */
export interface DeviceWatch {
  /**
   * @throws EngineError `device-lost` where the device is or gets lost, `out-of-memory` where the work needs more than there
   * is; both say what to do
   */
  run<T>(work: () => Promise<T>): Promise<T>;
}

function lostError(reason: string): EngineError {
  return new EngineError(
    'device-lost',
    `The graphics device was lost (${reason.replace(/\.$/, '')}); load the model again, or run it on WebAssembly.`,
  );
}

function named(thrown: unknown): unknown {
  if (thrown instanceof EngineError) return thrown;
  if (!isOutOfMemory(thrown)) return thrown;
  return new EngineError(
    'out-of-memory',
    'This needed more memory than the browser gives the page; load the model again, and ask for a shorter answer or choose a smaller model.',
    { cause: thrown },
  );
}

/** @param lost resolves with the reason when the device is lost (`Runtime.lost`) */
export function watchDevice(lost: Promise<string>): DeviceWatch {
  const waiting = new Set<(error: EngineError) => void>();
  let error: EngineError | undefined;
  void lost.then((reason) => {
    error = lostError(reason);
    for (const reject of waiting) reject(error);
  });
  return {
    async run(work) {
      if (error) throw error;
      let leave = () => {};
      const loss = new Promise<never>((_, reject) => {
        waiting.add(reject);
        leave = () => waiting.delete(reject);
      });
      try {
        return await Promise.race([work(), loss]);
      } catch (thrown) {
        throw error ?? named(thrown);
      } finally {
        leave();
      }
    },
  };
}
